package page

import (
	"fmt"
	"strings"
	"time"
)

func galleryOrganizations() []Example {
	form := func(name, key, problem string) []Field {
		return []Field{{ID: "name", Name: "name", Label: "Name", Hint: "What people are shown, such as Research.", Value: name, Most: 255},
			{ID: "key", Name: "key", Label: "Key", Hint: "What applications are told before the slash of a group: research/engineering. Lower-case letters, digits and hyphens.", Value: key, Most: 63, Mono: true, Error: problem}}
	}
	const here = galleryEnt + "/organizations"
	list := func() *Organizations {
		return &Organizations{Base: galleryConsole("Organizations"), Action: here, Fields: form("", "", "")}
	}
	row := func(name, key string, groups, members int) OrganizationRow {
		return OrganizationRow{Link{Label: name, Href: here + "/x"}, key, groups, members}
	}
	full := list()
	full.Rows = []OrganizationRow{row("Research", "research", 12, 41), row(longName, "rrw", 1, 100000), row(odd, "odd", 0, 0)}
	wrong := list()
	wrong.Rows, wrong.Fields = full.Rows, form("Research", "research", "This key is in use already.")
	wrong.Wrong = []Wrong{{"key", "Key", "This key is in use already."}}
	made := galleryAgo(40 * 24 * time.Hour)
	one := func(name string, open bool) *OrganizationDetail {
		o := &OrganizationDetail{Base: galleryConsole("Organizations", Link{Label: "Organizations", Href: here}), Name: name, Facts: []Fact{{Label: "Key", Value: "research", Code: true}, {Label: "Default group", Value: "Members", Href: "/x"}, {Label: "Made", Time: &made}},
			Rows: galleryGroupRows(), Create: galleryEnt + "/groups?organization=x", Action: here + "/x", Fields: form(name, "research", "")}
		o.Remove = TypedForm{Action: here + "/x/delete", Button: "Delete this organization", Open: open, Field: Field{ID: "typed", Name: "typed", Label: "Type the key research to go on", Most: 63, Mono: true},
			Text: "Its groups are deleted with it, and everyone leaves them. Applications that let these groups in let no one in by them any more."}
		return o
	}
	typed := one("Research", true)
	typed.Remove.Field.Value, typed.Remove.Field.Error = "resaerch", "This is not the key of the organization: nothing was deleted."
	typed.Wrong = []Wrong{{"typed", "Type the key research to go on", typed.Remove.Field.Error}}
	return []Example{{"Organizations-empty", 200, list()}, {"Organizations-typical", 200, full}, {"Organizations-problem", 422, wrong},
		{"OrganizationDetail-typical", 200, one("Research", false)}, {"OrganizationDetail-long-name", 200, one(longName, false)}, {"OrganizationDetail-not-deleted", 422, typed}}
}

func galleryGroupMembers() []Example {
	const here = galleryEnt + "/groups/" + galleryGrp
	trail := Link{Label: "Groups", Href: galleryEnt + "/groups"}
	detail := func(name string) *GroupDetail {
		return &GroupDetail{Base: galleryConsole("Groups", trail), Name: name, Lasting: []string{galleryReset, "Old directory only adds people. People added by hand stay, and people removed return at their next sign-in if the identity provider lists the group."},
			Facts:  []Fact{{Label: "Organization", Value: "Research", Href: "/x"}, {Label: "Applications see", Value: "research/" + name, Code: true}, {Label: "In it", Value: "38"}, {Label: "Expected", Value: "40", Href: here + "/drift"}},
			Search: gallerySearch(here, "Name, login or e-mail", ""), AddHref: here + "/add", Action: here, Fields: galleryGroupForm(name, false), Moment: galleryMoment("at", here+"/history"), Restore: galleryMoment("restore-at", here+"/restore"),
			Remove: &Confirm{Label: "Delete this group", Text: "38 members leave it. Memberships of a deleted group cannot be restored.", Action: here + "/delete", Button: "Delete", Danger: true}}
	}
	person := func(name, login string, badge *Badge) PersonLink {
		return PersonLink{name, login, galleryEnt + "/people/" + galleryUsr, badge}
	}
	off := &Badge{"deactivated", "error"}
	full := detail("engineering")
	full.Drift = []Todo{{"warn", "40 expected, 38 in it.", here + "/drift", "See who, and why"}}
	for i := range 12 {
		full.Rows = append(full.Rows, MemberRow{person(fmt.Sprintf("Ada Number %d", i), fmt.Sprintf("ada%d@acme.example", i), nil), "sign-in", galleryAgo(time.Duration(i) * time.Hour), Cause{"sign-in", "/x"},
			&Press{Label: "Take out", About: fmt.Sprintf("Take out: Ada Number %d", i), Action: here + "/members/x/remove"}})
	}
	full.Rows = append(full.Rows, MemberRow{person(odd, longLogin, off), "by hand", galleryAgo(time.Hour), Cause{"an operator", ""}, &Press{Label: "Take out", About: "Take out: them", Action: here + "/members/x/remove"}})
	full.Pager = Pager{Next: here + "?cursor=x"}
	empty := detail("it-admins")
	empty.Badge = &Badge{"admins", "warn"}
	none := detail("Members")
	none.Default, none.Badge, none.Remove, none.Search = true, &Badge{Label: "default"}, nil, gallerySearch(here, "Name, login or e-mail", "zz")
	long := detail(strings.Repeat("grp_all_employees_without_contractors_", 6))
	long.Fields[0].Error, long.Wrong = "The organization has a group of this name already.", []Wrong{{"name", "Name", "The organization has a group of this name already."}}
	drift := &GroupDrift{Base: galleryConsole("Groups", trail, Link{Label: "engineering", Href: here}), Heading: "Expected in engineering", Expected: 40, Actual: 38, More: true, Preview: here + "/reconcile",
		Missing: []DriftRow{{person("Ada Lovelace", "ada@acme.example", nil), "The group was made, or got its name, after their last sign-in.", true, Link{Label: "sync-01hf7k3m9q2v5x8z1b4d6g8j0n", Href: "/x"}}, {person("Grace", "", off), "They are deactivated, and do not sign in.", false, Link{}}},
		Extra:   []DriftRow{{person(odd, longLogin, nil), "They were added by hand.", false, Link{}}}}
	same := &GroupDrift{Base: galleryConsole("Groups", trail, Link{Label: "engineering", Href: here}), Heading: "Expected in engineering", Expected: 2, Actual: 2}
	return []Example{{"GroupDetail-typical", 200, full}, {"GroupDetail-empty", 200, empty}, {"GroupDetail-default", 200, none}, {"GroupDetail-long-name", 422, long}, {"GroupDrift-typical", 200, drift}, {"GroupDrift-same", 200, same}}
}

func galleryRestoring() []Example {
	const here = galleryEnt + "/groups/" + galleryGrp
	trail := []Link{{Label: "Groups", Href: galleryEnt + "/groups"}, {Label: "engineering", Href: here}}
	base := func() Base { return galleryConsole("Groups", trail...) }
	back := Link{Label: "Leave everything as it is", Href: here}
	rows := []MovedRow{{"Ada Lovelace", "ada@acme.example", "/x"}, {odd, longLogin, "/x"}}
	full := &Restoring{Base: base(), Heading: "Restore engineering", Lead: "As it was at 23 November 2026, 10:30 UTC. Nothing is changed before you say so.", Lasting: []string{galleryReset}, Action: here + "/restore", Fields: []HiddenField{{"at", "2026-11-23T10:30"}}, Button: "Restore", Back: back,
		Lists:   []MovedList{{ID: "h-add", Heading: "Added", Rows: rows}, {ID: "h-remove", Heading: "Taken out", Rows: rows, More: "And 47 more."}, {ID: "h-gone", Heading: "Cannot be restored: the group was deleted", Rows: rows[:1]}},
		Confirm: &Field{ID: "sure", Name: "sure", Kind: "check", Value: "yes", Label: "Take 49 of 60 people out at once", Hint: "This is more than half of the group. It is more often a mistake than meant."}}
	full.Wrong = []Wrong{{Message: "This takes 49 of 60 people out of the group at once. Confirm it if it is meant."}}
	none := &Restoring{Base: base(), Heading: "Reconcile engineering", Lead: "As the identity provider last sent it. People whose groups are uncertain stay where they are.", Back: back}
	wrong := &Restoring{Base: base(), Heading: "Restore engineering", Lead: "Nothing was changed.", Back: back, Wrong: []Wrong{{"h-go", "Moment", "What was then is not known: the earliest moment is 2026-11-01T00:00:00Z."}}}
	past := &PastMembers{Base: base(), Heading: "Who was in engineering", At: galleryAgo(24 * time.Hour), Moment: galleryMoment("at", here+"/history"), Restore: Link{Label: "See what restoring this would change", Href: here + "/restore?at=x"},
		Rows: []PastRow{{Person: PersonLink{Name: "Ada Lovelace", Login: "ada@acme.example", Href: "/x"}, Source: "sign-in", From: galleryAgo(90 * 24 * time.Hour), Cause: Cause{"sign-in", "/x"}, Still: true},
			{Person: PersonLink{Name: odd, Login: longLogin, Href: "/x"}, Source: "by hand", From: galleryAgo(50 * time.Hour), Cause: Cause{"an operator", ""}, Until: galleryAgo(3 * time.Hour), EndedBy: Cause{"sign-in", "/x"}}}}
	unread := &PastMembers{Base: base(), Heading: "Who was in engineering", Moment: galleryMoment("at", here+"/history"), Wrong: []Wrong{{"at", "Moment, in UTC", "Enter a date and a time such as 2026-11-24T10:30."}}}
	unread.Moment.Field.Error = unread.Wrong[0].Message
	pick := &Pick{Base: base(), Heading: "Add someone to engineering", Lasting: []string{galleryReset}, Search: gallerySearch(here+"/add", "Name, login or e-mail", "ada"), What: "People", Pager: Pager{Next: "?cursor=x"}, Back: Link{Label: "Back to engineering", Href: here},
		Rows: []PickRow{{"Ada Lovelace", "ada@acme.example", "/x", &Press{Label: "Add", About: "Add Ada Lovelace", Action: here + "/members", Fields: []HiddenField{{"user", "x"}}}}, {odd, longLogin, "/x", nil}}}
	nobody := &Pick{Base: base(), Heading: "Add someone to engineering", Lasting: []string{galleryReset}, Search: gallerySearch(here+"/add", "Name, login or e-mail", ""), What: "People", Back: Link{Label: "Back to engineering", Href: here}, Wrong: []Wrong{{Label: "Person", Message: "There is no such person here. Choose one of these."}}}
	return []Example{{"Restoring-many", 422, full}, {"Restoring-nothing", 200, none}, {"Restoring-problem", 422, wrong}, {"PastMembers-typical", 200, past}, {"PastMembers-problem", 422, unread}, {"Pick-typical", 200, pick}, {"Pick-nobody", 422, nobody}}
}

func galleryDomains() []Example {
	const here = galleryEnt + "/domains"
	domains := func(rows ...DomainRow) *Domains {
		return &Domains{Base: galleryConsole("Domains"), Action: here, Rows: rows, Fields: []Field{{ID: "name", Name: "name", Label: "Domain", Hint: "The part after the @ in your people’s addresses, such as acme.example.", Most: 253, Mono: true}}}
	}
	row := func(id, name string, proven bool) DomainRow {
		return DomainRow{ID: id, Name: name, Proven: proven, Since: galleryAgo(time.Hour), TXTName: Copyable{id + "-name", "_gatehouse-challenge." + name}, TXTValue: Copyable{id + "-value", "gatehouse-verification=abcdefghijklmnopqrstuvwxyz"},
			Verify: Press{Label: "Verify now", About: "Verify now: " + name, Action: here + "/x/verify"},
			Remove: &Confirm{Label: "Delete " + name, Text: "It has no effect yet. Its DNS record can be removed, too.", Action: here + "/x/delete", Button: "Delete", Danger: true}}
	}
	const long = "extremely-long-subdomain-of-a-company-with-a-name.engineering.rhein-ruhr-wasser-und-energieversorgung.example"
	missing := row("dom-2", "globex.example", false)
	missing.Wrong = []Wrong{{"dom-2", "globex.example", "Looked for a TXT record at _gatehouse-challenge.globex.example with the value gatehouse-verification=abcdefghijklmnopqrstuvwxyz; found \"v=spf1 -all\". A new record can take some time to be seen."}}
	notFound := domains(row("dom-1", "acme.example", true), missing, row("dom-3", long, false))
	notFound.Missed = &Todo{Text: "globex.example could not be verified.", Href: "#dom-2", Label: "See what was found"}
	wrong := domains()
	wrong.Fields[0].Value, wrong.Fields[0].Error = "gmail.com", "Anyone can have an address at gmail.com, so it cannot stand for a company."
	wrong.Wrong = []Wrong{{"name", "Domain", wrong.Fields[0].Error}}
	return []Example{{"Domains-empty", 200, domains()}, {"Domains-typical", 200, domains(row("dom-1", "acme.example", true), row("dom-2", "acme.test", false))}, {"Domains-not-found", 422, notFound}, {"Domains-problem", 422, wrong}}
}

func galleryApplications() []Example {
	row := func(name, key, origin string, more int) ApplicationRow {
		return ApplicationRow{Link{Label: name, Href: "/admin/applications/x"}, key, origin, more, "people of 2 enterprises in one of 1 group"}
	}
	list := &Applications{Base: galleryConsole("Applications"), Rows: []ApplicationRow{row("Wiki", "wiki", "https://wiki.example.com", 0), row(odd, "odd", "https://"+longLogin[40:], 3)}, Pager: Pager{Next: "?cursor=x"}}
	fields := func() []Field {
		return []Field{{ID: "name", Name: "name", Label: "Name", Hint: "What people are shown.", Value: "Wiki"}, {ID: "key", Name: "key", Label: "Key", Value: "wiki", Mono: true},
			{ID: "origins", Name: "origins", Label: "Where it is", Hint: "Scheme and host, one a line.", Kind: "area", Lines: 3, Mono: true, Value: "https://wiki.example.com"},
			{ID: "groups", Name: "groups", Label: "Required groups", Kind: "area", Lines: 3, Mono: true, Optional: true, Value: "platform/developers"},
			{ID: "groups_limit", Name: "groups_limit", Label: "Maximum group list size", Kind: "number", Optional: true, Most: 5},
			{ID: "public_paths", Name: "public_paths", Label: "Paths that need no sign-in", Hint: "Such as /health, or /public/* for all below it, one a line.", Kind: "area", Lines: 3, Mono: true, Optional: true, Value: "/health\n/public/*"},
			{ID: "allow_preflight", Name: "allow_preflight", Kind: "check", Value: "true", Label: "Let CORS preflights pass without a sign-in", Hint: "Browsers send them without cookies.", Checked: true, Optional: true}}
	}
	trail := Link{Label: "Applications", Href: "/admin/applications"}
	one := &ApplicationDetail{Base: galleryConsole("Applications", trail), Heading: "Wiki", Action: "/admin/applications/x", Fields: fields(), Cookie: true,
		Snippets: []Snippet{{"snippet-nginx", "nginx", true, "server {\n    listen 443 ssl;\n    server_name wiki.example.com;\n    proxy_set_header X-Auth-Request-Preferred-Username $auth_preferred_and_something_that_is_really_rather_long;\n}\n", "Replace 127.0.0.1:8080 by where Gatehouse listens."},
			{"snippet-envoy", "Envoy", false, "http_filters:\n  - name: envoy.filters.http.ext_authz\n", "Replace gatehouse:8080 by where Gatehouse listens."}},
		Remove: &Confirm{Label: "Delete this application", Text: "No one gets into it any more.", Action: "/admin/applications/x/delete", Button: "Delete", Danger: true}}
	wrong := &ApplicationDetail{Base: galleryConsole("Applications", trail), Heading: "Add an application", New: true, Action: "/admin/applications", Fields: fields()}
	wrong.Fields[2].Error = "Line 2: Use a scheme and a host as browsers write them, such as https://wiki.example.com: lower case, no path, no standard port."
	wrong.Wrong = []Wrong{{"origins", "Where it is", wrong.Fields[2].Error}}
	return []Example{{"Applications-empty", 200, &Applications{Base: galleryConsole("Applications")}}, {"Applications-typical", 200, list}, {"ApplicationDetail-typical", 200, one}, {"ApplicationDetail-problem", 422, wrong}}
}
