package directory

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryOrganizations() []gallery.Example {
	form := func(name, key, problem string) []ui.Field {
		return []ui.Field{
			{
				ID:    "name",
				Name:  "name",
				Label: "Name",
				Hint:  "What people are shown, such as Research.",
				Value: name,
				Most:  255,
			},
			{
				ID:    "key",
				Name:  "key",
				Label: "Key",
				Hint:  "What applications are told before the slash of a group: research/engineering. Lower-case letters, digits and hyphens.",
				Value: key,
				Most:  63,
				Mono:  true,
				Error: problem,
			},
		}
	}
	const here = galleryEnt + "/organizations"
	list := func() *organizationsPage {
		return &organizationsPage{
			Base:   gallery.Console("Organizations"),
			Action: here,
			Fields: form("", "", ""),
		}
	}
	row := func(name, key string, groups, members int) organizationRow {
		return organizationRow{ui.Link{Label: name, Href: here + "/x"}, key, groups, members}
	}
	full := list()
	full.Rows = []organizationRow{
		row("Research", "research", 12, 41), row(gallery.LongName, "rrw", 1, 100000),
		row(odd, "odd", 0, 0),
	}
	wrong := list()
	wrong.Rows, wrong.Fields = full.Rows, form(
		"Research", "research", "This key is in use already.",
	)
	wrong.Wrong = []ui.Wrong{{ID: "key", Label: "Key", Message: "This key is in use already."}}
	made := gallery.Ago(40 * 24 * time.Hour)
	one := func(name string, open bool) *organizationDetailPage {
		o := &organizationDetailPage{
			Base: gallery.Console("Organizations", ui.Link{
				Label: "Organizations",
				Href:  here,
			}),
			Name: name,
			Facts: []ui.Fact{
				{Label: "Key", Value: "research", Code: true},
				{Label: "Default group", Value: "Members", Href: "/x"},
				{Label: "Created", Time: &made},
			},
			Rows:   galleryGroupRows(),
			Create: galleryEnt + "/groups?organization=x",
			Action: here + "/x",
			Fields: form(name, "research", ""),
		}
		o.Remove = ui.TypedForm{
			Action: here + "/x/delete",
			Button: "Delete this organization",
			Open:   open,
			Field: ui.Field{
				ID:    "typed",
				Name:  "typed",
				Label: "Type the key research to go on",
				Most:  63,
				Mono:  true,
			},
			Text: "Its groups are deleted with it, and everyone leaves them. Applications that let these groups in let no one in by them any more.",
		}
		return o
	}
	typed := one("Research", true)
	typed.Remove.Field.Value = "resaerch"
	typed.Remove.Field.Error = "This is not the key of the organization: nothing was deleted."
	typed.Wrong = []ui.Wrong{{
		ID:      "typed",
		Label:   "Type the key research to go on",
		Message: typed.Remove.Field.Error,
	}}
	return []gallery.Example{
		{Name: "Organizations-empty", Status: 200, Page: list()},
		{Name: "Organizations-typical", Status: 200, Page: full},
		{Name: "Organizations-problem", Status: 422, Page: wrong},
		{Name: "OrganizationDetail-typical", Status: 200, Page: one("Research", false)},
		{Name: "OrganizationDetail-long-name", Status: 200, Page: one(gallery.LongName, false)},
		{Name: "OrganizationDetail-not-deleted", Status: 422, Page: typed},
	}
}

func galleryGroupMembers() []gallery.Example {
	const here = galleryEnt + "/groups/" + galleryGrp
	trail := ui.Link{Label: "Groups", Href: galleryEnt + "/groups"}
	detail := func(name string) *groupDetailPage {
		return &groupDetailPage{
			Base: gallery.Console("Groups", trail),
			Name: name,
			Lasting: []string{
				galleryReset,
				"Old directory only adds people. People added by hand stay, and people removed return at their next sign-in if the identity provider lists the group.",
			},
			Facts: []ui.Fact{
				{Label: "Organization", Value: "Research", Href: "/x"},
				{Label: "Applications see", Value: "research/" + name, Code: true},
				{Label: "In it", Value: "38"},
				{Label: "Expected", Value: "40", Href: here + "/drift"},
			},
			Search:  gallerySearch(here, "Name, login or e-mail", ""),
			AddHref: here + "/add",
			Action:  here,
			Fields:  galleryGroupForm(name, false),
			Moment:  galleryMoment("at", here+"/history"),
			Restore: galleryMoment("restore-at", here+"/restore"),
			Remove: &ui.Confirm{
				Label:  "Delete this group",
				Text:   "38 members leave it. Memberships of a deleted group cannot be restored.",
				Action: here + "/delete",
				Button: "Delete",
				Danger: true,
			},
		}
	}
	person := func(name, login string, badge *ui.Badge) personRef {
		return personRef{name, login, galleryEnt + "/people/" + galleryUsr, badge}
	}
	off := &ui.Badge{Label: "deactivated", State: "error"}
	full := detail("engineering")
	full.Drift = []ui.Todo{{
		State: "warn",
		Text:  "40 expected, 38 in it.",
		Href:  here + "/drift",
		Label: "See who, and why",
	}}
	for i := range 12 {
		full.Rows = append(full.Rows, memberRow{
			person(fmt.Sprintf("Ada Number %d", i), fmt.Sprintf("ada%d@acme.example", i), nil),
			"sign-in",
			gallery.Ago(time.Duration(i) * time.Hour),
			causeLink{"sign-in", "/x"},
			&ui.Press{
				Label:  "Remove",
				About:  fmt.Sprintf("Remove: Ada Number %d", i),
				Action: here + "/members/x/remove",
			},
		})
	}
	full.Rows = append(
		full.Rows,
		memberRow{
			person(odd, gallery.LongLogin, off),
			"by hand",
			gallery.Ago(time.Hour),
			causeLink{"an operator", ""},
			&ui.Press{
				Label:  "Remove",
				About:  "Remove: them",
				Action: here + "/members/x/remove",
			},
		},
	)
	full.Pager = ui.Pager{Next: here + "?cursor=x"}
	empty := detail("it-admins")
	empty.Badge = &ui.Badge{Label: "admins", State: "warn"}
	none := detail("Members")
	none.Default, none.Badge, none.Remove, none.Search = true, &ui.Badge{
		Label: "default",
	}, nil, gallerySearch(
		here, "Name, login or e-mail", "zz",
	)
	long := detail(strings.Repeat("grp_all_employees_without_contractors_", 6))
	long.Fields[0].Error, long.Wrong = "The organization has a group of this name already.", []ui.Wrong{{
		ID:      "name",
		Label:   "Name",
		Message: "The organization has a group of this name already.",
	}}
	drift := &groupDriftPage{
		Base: gallery.Console("Groups", trail, ui.Link{
			Label: "engineering",
			Href:  here,
		}),
		Heading:  "Expected in engineering",
		Expected: 40,
		Actual:   38,
		More:     true,
		Preview:  here + "/reconcile",
		Missing: []driftRow{
			{
				person("Ada Lovelace", "ada@acme.example", nil),
				"The group was created or renamed after their last sign-in.",
				true,
				ui.Link{
					Label: "sync-01hf7k3m9q2v5x8z1b4d6g8j0n",
					Href:  "/x",
				},
			},
			{
				person("Grace", "", off), "They are deactivated, and do not sign in.", false,
				ui.Link{},
			},
		},
		Extra: []driftRow{{
			person(odd, gallery.LongLogin, nil), "They were added by hand.", false, ui.Link{},
		}},
	}
	same := &groupDriftPage{
		Base: gallery.Console("Groups", trail, ui.Link{
			Label: "engineering",
			Href:  here,
		}),
		Heading:  "Expected in engineering",
		Expected: 2,
		Actual:   2,
	}
	return []gallery.Example{
		{Name: "GroupDetail-typical", Status: 200, Page: full},
		{Name: "GroupDetail-empty", Status: 200, Page: empty},
		{Name: "GroupDetail-default", Status: 200, Page: none},
		{Name: "GroupDetail-long-name", Status: 422, Page: long},
		{Name: "GroupDrift-typical", Status: 200, Page: drift},
		{Name: "GroupDrift-same", Status: 200, Page: same},
	}
}

func galleryRestoring() []gallery.Example {
	const here = galleryEnt + "/groups/" + galleryGrp
	trail := []ui.Link{
		{Label: "Groups", Href: galleryEnt + "/groups"},
		{Label: "engineering", Href: here},
	}
	base := func() ui.Base { return gallery.Console("Groups", trail...) }
	back := ui.Link{Label: "Leave everything as it is", Href: here}
	rows := []movedRow{
		{"Ada Lovelace", "ada@acme.example", "/x"},
		{odd, gallery.LongLogin, "/x"},
	}
	full := &restoringPage{
		Base:    base(),
		Heading: "Restore engineering",
		Lead:    "As it was at 23 November 2026, 10:30 UTC. Nothing changes until you confirm.",
		Lasting: []string{galleryReset},
		Action:  here + "/restore",
		Fields:  []ui.HiddenField{{Name: "at", Value: "2026-11-23T10:30"}},
		Button:  "Restore",
		Back:    back,
		Lists: []movedList{
			{
				ID:      "h-add",
				Heading: "Added",
				Rows:    rows,
			},
			{
				ID:      "h-remove",
				Heading: "Removed",
				Rows:    rows,
				More:    "And 47 more.",
			},
			{
				ID:      "h-gone",
				Heading: "Cannot be restored: the group was deleted",
				Rows:    rows[:1],
			},
		},
		Confirm: &ui.Field{
			ID:    "sure",
			Name:  "sure",
			Kind:  "check",
			Value: "yes",
			Label: "Take 49 of 60 people out at once",
			Hint:  "This is more than half of the group, which is usually a mistake.",
		},
	}
	full.Wrong = []ui.Wrong{
		{Message: "This takes 49 of 60 people out of the group at once. Confirm it if it is meant."},
	}
	none := &restoringPage{
		Base:    base(),
		Heading: "Reconcile engineering",
		Lead:    "As the identity provider last sent it. People whose groups are uncertain stay where they are.",
		Back:    back,
	}
	wrong := &restoringPage{
		Base:    base(),
		Heading: "Restore engineering",
		Lead:    "Nothing was changed.",
		Back:    back,
		Wrong: []ui.Wrong{{
			ID:      "h-go",
			Label:   "Moment",
			Message: "What was then is not known: the earliest moment is 2026-11-01T00:00:00Z.",
		}},
	}
	past := &pastMembersPage{
		Base:    base(),
		Heading: "Who was in engineering",
		At:      gallery.Ago(24 * time.Hour),
		Moment:  galleryMoment("at", here+"/history"),
		Restore: ui.Link{
			Label: "See what restoring this would change",
			Href:  here + "/restore?at=x",
		},
		Rows: []pastRow{
			{
				Person: personRef{
					Name:  "Ada Lovelace",
					Login: "ada@acme.example",
					Href:  "/x",
				},
				Source: "sign-in",
				From:   gallery.Ago(90 * 24 * time.Hour),
				Cause:  causeLink{"sign-in", "/x"},
				Still:  true,
			},
			{
				Person: personRef{
					Name:  odd,
					Login: gallery.LongLogin,
					Href:  "/x",
				},
				Source:  "by hand",
				From:    gallery.Ago(50 * time.Hour),
				Cause:   causeLink{"an operator", ""},
				Until:   gallery.Ago(3 * time.Hour),
				EndedBy: causeLink{"sign-in", "/x"},
			},
		},
	}
	unread := &pastMembersPage{
		Base:    base(),
		Heading: "Who was in engineering",
		Moment:  galleryMoment("at", here+"/history"),
		Wrong: []ui.Wrong{{
			ID:      "at",
			Label:   "Time, in UTC",
			Message: "Enter a date and a time such as 2026-11-24T10:30.",
		}},
	}
	unread.Moment.Field.Error = unread.Wrong[0].Message
	pick := &pickPage{
		Base:    base(),
		Heading: "Add someone to engineering",
		Lasting: []string{galleryReset},
		Search:  gallerySearch(here+"/add", "Name, login or e-mail", "ada"),
		What:    "People",
		Pager:   ui.Pager{Next: "?cursor=x"},
		Back:    ui.Link{Label: "Back to engineering", Href: here},
		Rows: []pickRow{
			{"Ada Lovelace", "ada@acme.example", "/x", &ui.Press{
				Label:  "Add",
				About:  "Add Ada Lovelace",
				Action: here + "/members",
				Fields: []ui.HiddenField{{Name: "user", Value: "x"}},
			}},
			{odd, gallery.LongLogin, "/x", nil},
		},
	}
	nobody := &pickPage{
		Base:    base(),
		Heading: "Add someone to engineering",
		Lasting: []string{galleryReset},
		Search:  gallerySearch(here+"/add", "Name, login or e-mail", ""),
		What:    "People",
		Back:    ui.Link{Label: "Back to engineering", Href: here},
		Wrong: []ui.Wrong{{
			Label:   "Person",
			Message: "There is no such person here. Choose one of these.",
		}},
	}
	return []gallery.Example{
		{Name: "Restoring-many", Status: 422, Page: full},
		{Name: "Restoring-nothing", Status: 200, Page: none},
		{Name: "Restoring-problem", Status: 422, Page: wrong},
		{Name: "PastMembers-typical", Status: 200, Page: past},
		{Name: "PastMembers-problem", Status: 422, Page: unread},
		{Name: "Pick-typical", Status: 200, Page: pick},
		{Name: "Pick-nobody", Status: 422, Page: nobody},
	}
}

func galleryDomains() []gallery.Example {
	const here = galleryEnt + "/domains"
	domains := func(rows ...domainRow) *domainsPage {
		return &domainsPage{
			Base:   gallery.Console("Domains"),
			Action: here,
			Rows:   rows,
			Fields: []ui.Field{{
				ID:    "name",
				Name:  "name",
				Label: "Domain",
				Hint:  "The part after the @ in your people’s addresses, such as acme.example.",
				Most:  253,
				Mono:  true,
			}},
		}
	}
	row := func(id, name string, proven bool) domainRow {
		return domainRow{
			ID:     id,
			Name:   name,
			Proven: proven,
			Since:  gallery.Ago(time.Hour),
			TXTName: ui.Copyable{
				ID:    id + "-name",
				Value: "_gatehouse-challenge." + name,
			},
			TXTValue: ui.Copyable{
				ID:    id + "-value",
				Value: "gatehouse-verification=abcdefghijklmnopqrstuvwxyz",
			},
			Verify: ui.Press{
				Label:  "Verify now",
				About:  "Verify now: " + name,
				Action: here + "/x/verify",
			},
			Remove: &ui.Confirm{
				Label:  "Delete " + name,
				Text:   "It has no effect yet. Its DNS record can be removed, too.",
				Action: here + "/x/delete",
				Button: "Delete",
				Danger: true,
			},
		}
	}
	const long = "extremely-long-subdomain-of-a-company-with-a-name.engineering.rhein-ruhr-wasser-und-energieversorgung.example"
	missing := row("dom-2", "globex.example", false)
	missing.Wrong = []ui.Wrong{{
		ID:      "dom-2",
		Label:   "globex.example",
		Message: "Looked for a TXT record at _gatehouse-challenge.globex.example with the value gatehouse-verification=abcdefghijklmnopqrstuvwxyz; found \"v=spf1 -all\". A new record can take some time to be seen.",
	}}
	notFound := domains(row("dom-1", "acme.example", true), missing, row("dom-3", long, false))
	notFound.Missed = &ui.Todo{
		Text:  "globex.example could not be verified.",
		Href:  "#dom-2",
		Label: "See what was found",
	}
	wrong := domains()
	wrong.Fields[0].Value, wrong.Fields[0].Error = "gmail.com",
		"Anyone can have an address at gmail.com, so it cannot stand for a company."
	wrong.Wrong = []ui.Wrong{{ID: "name", Label: "Domain", Message: wrong.Fields[0].Error}}
	return []gallery.Example{
		{
			Name:   "Domains-empty",
			Status: 200,
			Page:   domains(),
		},
		{
			Name:   "Domains-typical",
			Status: 200,
			Page:   domains(row("dom-1", "acme.example", true), row("dom-2", "acme.test", false)),
		},
		{
			Name:   "Domains-not-found",
			Status: 422,
			Page:   notFound,
		},
		{
			Name:   "Domains-problem",
			Status: 422,
			Page:   wrong,
		},
	}
}

func galleryApplications() []gallery.Example {
	row := func(name, key, origin string, more int) applicationRow {
		return applicationRow{
			ui.Link{
				Label: name,
				Href:  "/admin/applications/x",
			},
			key,
			origin,
			more,
			"people of 2 enterprises in one of 1 group",
		}
	}
	list := &applicationsPage{
		Base: gallery.Console("Applications"),
		Rows: []applicationRow{
			row("Wiki", "wiki", "https://wiki.example.com", 0),
			row(odd, "odd", "https://"+gallery.LongLogin[40:], 3),
		},
		Pager: ui.Pager{Next: "?cursor=x"},
	}
	fields := func() []ui.Field {
		return []ui.Field{
			{
				ID:    "name",
				Name:  "name",
				Label: "Name",
				Hint:  "What people are shown.",
				Value: "Wiki",
			},
			{
				ID:    "key",
				Name:  "key",
				Label: "Key",
				Value: "wiki",
				Mono:  true,
			},
			{
				ID:    "origins",
				Name:  "origins",
				Label: "Origins",
				Hint:  "Scheme and host, one a line.",
				Kind:  "area",
				Lines: 3,
				Mono:  true,
				Value: "https://wiki.example.com",
			},
			{
				ID:       "groups",
				Name:     "groups",
				Label:    "Required groups",
				Kind:     "area",
				Lines:    3,
				Mono:     true,
				Optional: true,
				Value:    "platform/developers",
			},
			{
				ID:       "groups_limit",
				Name:     "groups_limit",
				Label:    "Maximum group list size",
				Kind:     "number",
				Optional: true,
				Most:     5,
			},
			{
				ID:       "public_paths",
				Name:     "public_paths",
				Label:    "Paths that need no sign-in",
				Hint:     "Such as /health, or /public/* for all below it, one a line.",
				Kind:     "area",
				Lines:    3,
				Mono:     true,
				Optional: true,
				Value:    "/health\n/public/*",
			},
			{
				ID:       "allow_preflight",
				Name:     "allow_preflight",
				Kind:     "check",
				Value:    "true",
				Label:    "Let CORS preflights pass without a sign-in",
				Hint:     "Browsers send them without cookies.",
				Checked:  true,
				Optional: true,
			},
		}
	}
	trail := ui.Link{Label: "Applications", Href: "/admin/applications"}
	one := &applicationDetailPage{
		Base:    gallery.Console("Applications", trail),
		Heading: "Wiki",
		Action:  "/admin/applications/x",
		Fields:  fields(),
		Cookie:  true,
		Snippets: []snippet{
			{
				"snippet-nginx", "nginx", true,
				"server {\n    listen 443 ssl;\n    server_name wiki.example.com;\n    proxy_set_header X-Auth-Request-Preferred-Username $auth_preferred_and_something_that_is_really_rather_long;\n}\n",
				"Replace 127.0.0.1:8080 by where Gatehouse listens.",
			},
			{
				"snippet-envoy", "Envoy", false,
				"http_filters:\n  - name: envoy.filters.http.ext_authz\n",
				"Replace gatehouse:8080 by where Gatehouse listens.",
			},
		},
		Remove: &ui.Confirm{
			Label:  "Delete this application",
			Text:   "No one gets into it any more.",
			Action: "/admin/applications/x/delete",
			Button: "Delete",
			Danger: true,
		},
	}
	wrong := &applicationDetailPage{
		Base:    gallery.Console("Applications", trail),
		Heading: "Add an application",
		New:     true,
		Action:  "/admin/applications",
		Fields:  fields(),
	}
	wrong.Fields[2].Error = "Line 2: Use a scheme and a host as browsers write them, such as https://wiki.example.com: lower case, no path, no standard port."
	wrong.Wrong = []ui.Wrong{{ID: "origins", Label: "Origins", Message: wrong.Fields[2].Error}}
	return []gallery.Example{
		{
			Name:   "Applications-empty",
			Status: 200,
			Page:   &applicationsPage{Base: gallery.Console("Applications")},
		},
		{
			Name:   "Applications-typical",
			Status: 200,
			Page:   list,
		},
		{
			Name:   "ApplicationDetail-typical",
			Status: 200,
			Page:   one,
		},
		{
			Name:   "ApplicationDetail-problem",
			Status: 422,
			Page:   wrong,
		},
	}
}
