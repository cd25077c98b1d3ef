package directory

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const (
	odd        = `<b>"Bobby" & Tables</b>`
	galleryEnt = "/admin/enterprises/acme"
	galleryUsr = "user-06d5x0wkj3n8p7r5t2v4y6z8ab"
	galleryGrp = "group-06d5x0wkj3n8p7r5t2v4y6z8ab"
)

const galleryReset = "Okta resets groups at each sign-in. Manual changes last until then, unless the identity provider agrees."

func gallerySearch(path, label, value string) searchForm {
	s := searchForm{
		Action: path,
		Label:  label,
		Hint:   "The beginning is enough. Case does not matter.",
		Value:  value,
	}
	if value != "" {
		s.All = path
	}
	return s
}

func galleryPeople() []gallery.Example {
	people := func(value string) *peoplePage {
		p := &peoplePage{
			Base:   gallery.Console("People"),
			Search: gallerySearch(galleryEnt+"/people", "Name, login or e-mail", value),
		}
		p.Search.Filter = &ui.Field{
			ID:    "status",
			Name:  "status",
			Label: "Status",
			Kind:  "select",
			Options: []ui.Option{
				{Label: "Everyone", Chosen: true},
				{Value: "deactivated", Label: "Deactivated"},
			},
		}
		return p
	}
	row := func(name, login, email string, status ui.Badge, seen time.Duration) personRow {
		return personRow{
			personRef{
				Name:  name,
				Login: login,
				Href:  galleryEnt + "/people/" + galleryUsr,
			},
			email,
			status,
			gallery.Ago(seen),
		}
	}
	active := ui.Badge{Label: "active", State: "ok"}
	off := ui.Badge{Label: "deactivated", State: "error"}
	waits := ui.Badge{Label: "needs approval", State: "warn"}
	typical := people("")
	typical.Rows = []personRow{
		row("Ada Lovelace", "ada@acme.example", "ada@acme.example", active, 2*time.Minute),
		row("lcontractor", "", "", waits, time.Hour),
		row("Grace Hopper", "grace@acme.example", "grace@acme.example", off, 90*24*time.Hour),
	}
	many := people("a")
	for i := range 50 {
		many.Rows = append(
			many.Rows,
			row(
				fmt.Sprintf("Ada Number %d", i), fmt.Sprintf("ada%d@acme.example", i),
				fmt.Sprintf("ada%d@acme.example", i), active, time.Duration(i)*time.Hour,
			),
		)
	}
	many.Pager = ui.Pager{
		Next:  galleryEnt + "/people?q=a&cursor=61",
		First: galleryEnt + "/people?q=a",
	}
	long := people("")
	long.Rows = []personRow{
		row(
			strings.Repeat("Maximiliane ", 20), gallery.LongLogin, gallery.LongLogin, active,
			time.Hour,
		),
		row(odd, odd, odd, off, time.Hour),
		row("ليلى حداد", "layla", "layla@future.example", active, time.Hour),
	}
	return []gallery.Example{
		{Name: "People-empty", Status: 200, Page: people("")},
		{Name: "People-none-found", Status: 200, Page: people("zz")},
		{Name: "People-typical", Status: 200, Page: typical},
		{Name: "People-many", Status: 200, Page: many},
		{Name: "People-long-names", Status: 200, Page: long},
	}
}

func galleryQuestions() []gallery.Example {
	person := func(id, name, login string, status ui.Badge) questionPerson {
		return questionPerson{
			ID: id,
			Person: personRef{
				Name:  name,
				Login: login,
				Href:  galleryEnt + "/people/" + id,
			},
			Status:     status,
			Email:      "ada@acme.example",
			Since:      gallery.Ago(time.Hour),
			LastSignIn: ui.NewTime(time.Time{}, gallery.Now()),
			Identities: []identityRow{{
				Connection: ui.Link{
					Label: "Okta",
					Href:  galleryEnt + "/connections/x",
				},
				Subject: "00u9z8y7x6w5v4u3t2s1",
			}},
		}
	}
	row := func(id, login, keeps string) questionRow {
		return questionRow{
			ID:     id,
			Login:  login,
			Keeps:  keeps,
			Since:  gallery.Ago(time.Hour),
			Action: galleryEnt + "/questions/" + id,
			Attempt: ui.Link{
				Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0n",
				Href:  galleryEnt + "/activity/attempts/x",
			},
			Claimant: person("user-06d5x0wkj3n8p7r5t2v4y6z8aa", "Ada King", login, ui.Badge{
				Label: "needs approval",
				State: "warn",
			}),
			Holder: person(galleryUsr, "Ada Lovelace", login, ui.Badge{
				Label: "active",
				State: "ok",
			}),
		}
	}
	questions := func(rows ...questionRow) *questionsPage {
		return &questionsPage{
			Base: gallery.Console("People", ui.Link{
				Label: "People",
				Href:  galleryEnt + "/people",
			}),
			Rows: rows,
		}
	}
	upgraded := row("quest-2", odd, gallery.LongLogin)
	upgraded.Attempt = ui.Link{}
	late := questions(row("quest-1", "ada@acme.example", ""))
	late.Wrong = []ui.Wrong{
		{Message: "This question does not wait any more: it was answered, or the login became free."},
	}
	return []gallery.Example{
		{
			Name:   "Questions-none",
			Status: 200,
			Page:   questions(),
		},
		{
			Name:   "Questions-waiting",
			Status: 200,
			Page:   questions(row("quest-1", "ada@acme.example", ""), upgraded),
		},
		{
			Name:   "Questions-late",
			Status: 422,
			Page:   late,
		},
	}
}

func galleryMoment(id, action string) momentForm {
	return momentForm{
		Action: action,
		Button: "Show what would change",
		Field: ui.Field{
			ID:    id,
			Name:  "at",
			Label: "Time, in UTC",
			Hint:  "Such as 2026-11-24T10:30.",
			Kind:  "datetime-local",
			Value: "2026-11-23T10:30",
			Most:  40,
		},
	}
}

func galleryPerson() []gallery.Example {
	const here = galleryEnt + "/people/" + galleryUsr
	trail := ui.Link{Label: "People", Href: galleryEnt + "/people"}
	detail := func(name string, status ui.Badge) *personDetailPage {
		return &personDetailPage{
			Base:       gallery.Console("People", trail),
			Name:       name,
			Status:     status,
			Sees:       "Their account page says “No access yet”: none of their groups gives access.",
			AddHref:    here + "/groups",
			Lasting:    []string{galleryReset},
			SignInsAll: galleryEnt + "/activity",
			SyncsAll:   galleryEnt + "/activity/syncs",
			Restore:    galleryMoment("restore-at", here+"/restore"),
			Facts: []ui.Fact{
				{Label: "Login", Value: "ada@acme.example"},
				{
					Label: "E-mail",
					Value: "ada@acme.example",
					Badge: &ui.Badge{Label: "verified", State: "ok"},
				},
				{
					Label: "Identifier",
					Value: galleryUsr,
					Code:  true,
				},
			},
		}
	}
	waits := detail("lcontractor", ui.Badge{
		Label: "needs approval",
		State: "warn",
	})
	waits.Waits = &ui.Press{
		Label:  "Vouch for them",
		About:  "Vouch for them: lcontractor",
		Action: here + "/vouch",
	}
	waits.Deactivate = &ui.Confirm{
		Label:  "Deactivate",
		Text:   "They cannot sign in.",
		Action: here + "/deactivate",
		Button: "Deactivate",
		Danger: true,
	}
	full := detail("Ada Lovelace", ui.Badge{Label: "active", State: "ok"})
	full.Contested = "ada@acme.example"
	full.Question = ui.Link{
		Label: "See both and decide",
		Href:  galleryEnt + "/questions",
	}
	full.GiveLogin = here + "/login"
	full.Login = ui.Field{
		ID:           "login",
		Name:         "login",
		Label:        "Another login",
		Hint:         "Applications are told it, and sign-ins leave it as it is.",
		Autocomplete: "off",
	}
	full.Flash = "They are in the group. The notice below says what their next sign-in does about it."
	full.Sees = "Their own page shows them these groups, in 2 organizations."
	group := func(org, name, source string, act bool) groupRow {
		g := groupRow{
			Organization: ui.Link{
				Label: org,
				Href:  galleryEnt + "/organizations/x",
			},
			Group: ui.Link{
				Label: name,
				Href:  galleryEnt + "/groups/" + galleryGrp,
			},
			Source: source,
			Since:  gallery.Ago(40 * 24 * time.Hour),
			Cause:  causeLink{"sign-in", galleryEnt + "/activity/attempts/att-1"},
		}
		if act {
			g.Remove = &ui.Press{
				Label:  "Remove",
				About:  "Remove: Ada Lovelace, of " + name,
				Action: here + "/groups/x/remove",
			}
		}
		return g
	}
	full.Groups = []groupRow{
		group("Research", "Members", "in another group here", false),
		group("Research", "engineering", "sign-in", true),
		group("Operations", odd, "by hand", true),
		group(gallery.LongName, strings.Repeat("grp_all_employees_", 8), "provisioning", true),
	}
	full.Identities = []identityRow{
		{
			Connection: ui.Link{
				Label: "Okta",
				Href:  galleryEnt + "/connections/x",
			},
			Subject:  "00u1a2b3c4d5e6f7g8h9",
			Login:    "ada@acme.example",
			LastSeen: gallery.Ago(time.Minute),
		},
		{
			Connection: ui.Link{
				Label: "Old directory",
				Href:  galleryEnt + "/connections/y",
			},
			Login:    "ada",
			LastSeen: ui.NewTime(time.Time{}, gallery.Now()),
		},
	}
	full.SignIns = []attemptRow{
		{
			gallery.Ago(time.Minute),
			ui.Badge{
				Label: "signed in",
				State: "ok",
			},
			"",
			"192.0.2.17",
			ui.Link{
				Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0n",
				Href:  galleryEnt + "/activity/attempts/x",
			},
		},
		{
			gallery.Ago(time.Hour),
			ui.Badge{
				Label: "refused",
				State: "error",
			},
			"saml_signature_invalid",
			"2001:db8::7",
			ui.Link{
				Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0m",
				Href:  galleryEnt + "/activity/attempts/y",
			},
		},
	}
	record := ui.Link{
		Label: "sync-01hf7k3m9q2v5x8z1b4d6g8j0n",
		Href:  galleryEnt + "/activity/syncs/x",
	}
	full.Syncs = []syncRow{
		{
			gallery.Ago(time.Minute),
			"Nothing changed.",
			ui.Badge{
				Label: "unchanged",
				State: "",
			},
			record,
		},
		{
			gallery.Ago(time.Hour),
			"Into Research / engineering, Operations / engineering; Out of Research / on-call.",
			ui.Badge{
				Label: "changed",
				State: "ok",
			},
			record,
		},
		{
			gallery.Ago(2 * time.Hour),
			"This would have taken the last member out of the company's admin groups: every membership was kept until an admin decides.",
			ui.Badge{
				Label: "held",
				State: "warn",
			},
			record,
		},
	}
	full.Sessions = []sessionRow{{
		"Firefox on Linux",
		"192.0.2.17",
		gallery.Ago(time.Hour),
		gallery.Ago(0),
		ui.Press{
			Label:  "End",
			About:  "End the session of Firefox on Linux",
			Action: here + "/sessions/x/revoke",
		},
	}}
	full.EndAll = &ui.Press{
		Label:  "Sign them out everywhere",
		Action: here + "/sessions/revoke",
	}
	full.Vouch = &ui.Press{Label: "Vouch for them", Action: here + "/vouch"}
	full.Deactivate = &ui.Confirm{
		Label:  "Deactivate",
		Text:   "They are signed out everywhere at once, and cannot sign in until someone reactivates them. Their groups do not change.",
		Action: here + "/deactivate",
		Button: "Deactivate",
		Danger: true,
	}
	off := detail("Grace Hopper", ui.Badge{
		Label: "deactivated",
		State: "error",
	})
	off.Sees = "Signing in tells them that their account is deactivated."
	off.Reactivate = &ui.Press{
		Label:  "Reactivate",
		About:  "Reactivate Grace Hopper",
		Action: here + "/reactivate",
	}
	off.Wrong = []ui.Wrong{
		{
			Message: "The default group belongs to its organization: it cannot be renamed or deleted, and people leave it with their last other group.",
		},
	}
	return []gallery.Example{
		{Name: "PersonDetail-waits", Status: 200, Page: waits},
		{Name: "PersonDetail-full", Status: 200, Page: full},
		{Name: "PersonDetail-deactivated", Status: 422, Page: off},
	}
}

func galleryGroups() []gallery.Example {
	groups := func(value string) *groupsPage {
		p := &groupsPage{
			Base:   gallery.Console("Groups"),
			Search: gallerySearch(galleryEnt+"/groups", "Part of a name", value),
			Action: galleryEnt + "/groups",
			Fields: galleryGroupForm("", true),
		}
		p.Search.Filter = &ui.Field{
			ID:    "in",
			Name:  "organization",
			Label: "Organization",
			Kind:  "select",
			Options: []ui.Option{
				{Label: "All of them"},
				{Value: "x", Label: "Research", Chosen: true},
			},
		}
		return p
	}
	none := groups("")
	none.Fields, none.Action = nil, galleryEnt+"/organizations"
	full := groups("")
	full.Rows, full.Verify, full.Pager = galleryGroupRows(), []ui.Link{{
		Label: "Okta",
		Href:  galleryEnt + "/connections/x/groups",
	}}, ui.Pager{Next: "?cursor=x"}
	wrong := groups("")
	wrong.Rows, wrong.Fields = full.Rows, galleryGroupForm(" engineering", true)
	wrong.Fields[1].Error = "Remove the space before or after the name: names are compared byte for byte."
	wrong.Wrong = []ui.Wrong{{ID: "name", Label: "Name", Message: wrong.Fields[1].Error}}
	return []gallery.Example{
		{Name: "Groups-no-organization", Status: 200, Page: none},
		{Name: "Groups-none-found", Status: 200, Page: groups("zz")},
		{Name: "Groups-typical", Status: 200, Page: full},
		{Name: "Groups-problem", Status: 422, Page: wrong},
	}
}

func galleryGroupForm(name string, organization bool) []ui.Field {
	fields := []ui.Field{
		{
			ID:    "name",
			Name:  "name",
			Label: "Name",
			Hint:  "Exactly as the identity provider sends it: names are matched byte for byte, so upper and lower case, spaces and accents count.",
			Value: name,
			Most:  255,
		},
		{
			ID:       "idp_names",
			Name:     "idp_names",
			Label:    "IdP names",
			Hint:     "Other names that the identity provider may send for this group, one a line: an object ID, a distinguished name, a path, an old name.",
			Kind:     "area",
			Lines:    2,
			Mono:     true,
			Optional: true,
			Value:    "6731de76-14a6-49ae-97bc-6eba6914391e\nCN=Engineering,OU=Groups,DC=acme,DC=example",
		},
		{
			ID:       "admin",
			Name:     "admin",
			Label:    "Its members are admins of this enterprise",
			Hint:     "They can open this console, and change connections, people and groups.",
			Kind:     "check",
			Value:    "yes",
			Optional: true,
		},
	}
	if organization {
		fields = append([]ui.Field{{
			ID:      "organization",
			Name:    "organization",
			Label:   "Organization",
			Kind:    "select",
			Options: []ui.Option{{Value: "x", Label: "Research (research)", Chosen: true}},
		}}, fields...)
	}
	return fields
}

func galleryGroupRows() []groupCountRow {
	row := func(name, org string, badge *ui.Badge, actual int, expected string, off bool) groupCountRow {
		return groupCountRow{
			ui.Link{
				Label: name,
				Href:  galleryEnt + "/groups/" + galleryGrp,
			},
			ui.Link{
				Label: org,
				Href:  galleryEnt + "/organizations/x",
			},
			badge,
			actual,
			expected,
			off,
		}
	}
	return []groupCountRow{
		row("Members", "Research", &ui.Badge{Label: "default"}, 41, "not synced", false),
		row("engineering", "Research", nil, 38, "40", true),
		row("it-admins", "Research", &ui.Badge{
			Label: "admins",
			State: "warn",
		}, 2, "2", false),
		row(odd, gallery.LongName, nil, 0, "0", false),
		row(
			strings.Repeat("grp_all_employees_without_contractors_", 6), "开发 مطورون", nil, 100000,
			"100000", false,
		),
	}
}
