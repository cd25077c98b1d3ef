package page

import (
	"fmt"
	"strings"
	"time"
)

const (
	odd        = `<b>"Bobby" & Tables</b>`
	galleryEnt = "/admin/enterprises/acme"
	galleryUsr = "user-06d5x0wkj3n8p7r5t2v4y6z8ab"
	galleryGrp = "group-06d5x0wkj3n8p7r5t2v4y6z8ab"
)

func galleryAgo(d time.Duration) Time { return NewTime(galleryNow().Add(-d), galleryNow()) }

const galleryReset = "Okta resets groups at each sign-in. Manual changes last until then, unless the identity provider agrees."

func gallerySearch(path, label, value string) Search {
	s := Search{Action: path, Label: label, Hint: "How it begins. Upper and lower case are the same.", Value: value}
	if value != "" {
		s.All = path
	}
	return s
}

func galleryPeople() []Example {
	people := func(value string) *People {
		p := &People{Base: galleryConsole("People"), Search: gallerySearch(galleryEnt+"/people", "Name, login or e-mail", value)}
		p.Search.Filter = &Field{ID: "status", Name: "status", Label: "Status", Kind: "select", Options: []Option{{Label: "Everyone", Chosen: true}, {Value: "deactivated", Label: "Deactivated"}}}
		return p
	}
	row := func(name, login, email string, status Badge, seen time.Duration) PersonRow {
		return PersonRow{PersonLink{Name: name, Login: login, Href: galleryEnt + "/people/" + galleryUsr}, email, status, galleryAgo(seen)}
	}
	active, off, waits := Badge{"active", "ok"}, Badge{"deactivated", "error"}, Badge{"waits for you", "warn"}
	typical := people("")
	typical.Rows = []PersonRow{row("Ada Lovelace", "ada@acme.example", "ada@acme.example", active, 2*time.Minute), row("lcontractor", "", "", waits, time.Hour),
		row("Grace Hopper", "grace@acme.example", "grace@acme.example", off, 90*24*time.Hour)}
	many := people("a")
	for i := range 50 {
		many.Rows = append(many.Rows, row(fmt.Sprintf("Ada Number %d", i), fmt.Sprintf("ada%d@acme.example", i), fmt.Sprintf("ada%d@acme.example", i), active, time.Duration(i)*time.Hour))
	}
	many.Pager = Pager{Next: galleryEnt + "/people?q=a&cursor=61", First: galleryEnt + "/people?q=a"}
	long := people("")
	long.Rows = []PersonRow{row(strings.Repeat("Maximiliane ", 20), longLogin, longLogin, active, time.Hour), row(odd, odd, odd, off, time.Hour), row("ليلى حداد", "layla", "layla@future.example", active, time.Hour)}
	return []Example{{"People-empty", 200, people("")}, {"People-none-found", 200, people("zz")}, {"People-typical", 200, typical}, {"People-many", 200, many}, {"People-long-names", 200, long}}
}

func galleryQuestions() []Example {
	person := func(id, name, login string, status Badge) QuestionPerson {
		return QuestionPerson{ID: id, Person: PersonLink{Name: name, Login: login, Href: galleryEnt + "/people/" + id}, Status: status, Email: "ada@acme.example",
			Since: galleryAgo(time.Hour), LastSignIn: NewTime(time.Time{}, galleryNow()),
			Identities: []IdentityRow{{Connection: Link{Label: "Okta", Href: galleryEnt + "/connections/x"}, Subject: "00u9z8y7x6w5v4u3t2s1"}}}
	}
	row := func(id, login, keeps string) QuestionRow {
		return QuestionRow{ID: id, Login: login, Keeps: keeps, Since: galleryAgo(time.Hour), Action: galleryEnt + "/questions/" + id,
			Attempt:  Link{Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0n", Href: galleryEnt + "/activity/attempts/x"},
			Claimant: person("user-06d5x0wkj3n8p7r5t2v4y6z8aa", "Ada King", login, Badge{"waits for you", "warn"}),
			Holder:   person(galleryUsr, "Ada Lovelace", login, Badge{"active", "ok"})}
	}
	questions := func(rows ...QuestionRow) *Questions {
		return &Questions{Base: galleryConsole("People", Link{Label: "People", Href: galleryEnt + "/people"}), Rows: rows}
	}
	upgraded := row("quest-2", odd, longLogin)
	upgraded.Attempt = Link{}
	late := questions(row("quest-1", "ada@acme.example", ""))
	late.Wrong = []Wrong{{Message: "This question does not wait any more: it was answered, or the login became free."}}
	return []Example{{"Questions-none", 200, questions()}, {"Questions-waiting", 200, questions(row("quest-1", "ada@acme.example", ""), upgraded)}, {"Questions-late", 422, late}}
}

func galleryMoment(id, action string) MomentForm {
	return MomentForm{Action: action, Button: "Show what would change", Field: Field{ID: id, Name: "at", Label: "Moment, in UTC", Hint: "Such as 2026-11-24T10:30.", Kind: "datetime-local", Value: "2026-11-23T10:30", Most: 40}}
}

func galleryPerson() []Example {
	const here = galleryEnt + "/people/" + galleryUsr
	trail := Link{Label: "People", Href: galleryEnt + "/people"}
	detail := func(name string, status Badge) *PersonDetail {
		return &PersonDetail{Base: galleryConsole("People", trail), Name: name, Status: status, Sees: "Their own page says “No access yet”: no group lets them in anywhere.", AddHref: here + "/groups",
			Lasting: []string{galleryReset}, SignInsAll: galleryEnt + "/activity", SyncsAll: galleryEnt + "/activity/syncs", Restore: galleryMoment("restore-at", here+"/restore"),
			Facts: []Fact{{Label: "Login", Value: "ada@acme.example"}, {Label: "E-mail", Value: "ada@acme.example", Badge: &Badge{"verified", "ok"}}, {Label: "Identifier", Value: galleryUsr, Code: true}}}
	}
	waits := detail("lcontractor", Badge{"waits for you", "warn"})
	waits.Waits = &Press{Label: "Vouch for them", About: "Vouch for them: lcontractor", Action: here + "/vouch"}
	waits.Deactivate = &Confirm{Label: "Deactivate", Text: "They cannot sign in.", Action: here + "/deactivate", Button: "Deactivate", Danger: true}
	full := detail("Ada Lovelace", Badge{"active", "ok"})
	full.Contested, full.Question = "ada@acme.example", Link{Label: "See both and decide", Href: galleryEnt + "/questions"}
	full.GiveLogin, full.Login = here+"/login", Field{ID: "login", Name: "login", Label: "Another login", Hint: "Applications are told it, and sign-ins leave it as it is.", Autocomplete: "off"}
	full.Flash, full.Sees = "They are in the group. The notice below says what their next sign-in does about it.", "Their own page shows them these groups, in 2 organizations."
	group := func(org, name, source string, act bool) GroupRow {
		g := GroupRow{Organization: Link{Label: org, Href: galleryEnt + "/organizations/x"}, Group: Link{Label: name, Href: galleryEnt + "/groups/" + galleryGrp}, Source: source, Since: galleryAgo(40 * 24 * time.Hour),
			Cause: Cause{"sign-in", galleryEnt + "/activity/attempts/att-1"}}
		if act {
			g.Remove = &Press{Label: "Take out", About: "Take out: Ada Lovelace, of " + name, Action: here + "/groups/x/remove"}
		}
		return g
	}
	full.Groups = []GroupRow{group("Research", "Members", "in another group here", false), group("Research", "engineering", "sign-in", true), group("Operations", odd, "by hand", true), group(longName, strings.Repeat("grp_all_employees_", 8), "provisioning", true)}
	full.Identities = []IdentityRow{{Connection: Link{Label: "Okta", Href: galleryEnt + "/connections/x"}, Subject: "00u1a2b3c4d5e6f7g8h9", Login: "ada@acme.example", LastSeen: galleryAgo(time.Minute)},
		{Connection: Link{Label: "Old directory", Href: galleryEnt + "/connections/y"}, Login: "ada", LastSeen: NewTime(time.Time{}, galleryNow())}}
	full.SignIns = []AttemptRow{{galleryAgo(time.Minute), Badge{"signed in", "ok"}, "", "192.0.2.17", Link{Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0n", Href: galleryEnt + "/activity/attempts/x"}},
		{galleryAgo(time.Hour), Badge{"refused", "error"}, "saml_signature_invalid", "2001:db8::7", Link{Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0m", Href: galleryEnt + "/activity/attempts/y"}}}
	record := Link{Label: "sync-01hf7k3m9q2v5x8z1b4d6g8j0n", Href: galleryEnt + "/activity/syncs/x"}
	full.Syncs = []SyncRow{{galleryAgo(time.Minute), "Nothing changed.", Badge{"as it was", ""}, record}, {galleryAgo(time.Hour), "Into Research / engineering, Operations / engineering; Out of Research / on-call.", Badge{"changed", "ok"}, record},
		{galleryAgo(2 * time.Hour), "This would have taken the last member out of the company's admin groups: every membership was kept until an admin decides.", Badge{"held", "warn"}, record}}
	full.Sessions = []SessionRow{{"Firefox on Linux", "192.0.2.17", galleryAgo(time.Hour), galleryAgo(0), Press{Label: "End", About: "End the session of Firefox on Linux", Action: here + "/sessions/x/revoke"}}}
	full.EndAll = &Press{Label: "Sign them out everywhere", Action: here + "/sessions/revoke"}
	full.Vouch = &Press{Label: "Vouch for them", Action: here + "/vouch"}
	full.Deactivate = &Confirm{Label: "Deactivate", Text: "They are signed out everywhere at once, and cannot sign in until someone reactivates them. Their groups do not change.", Action: here + "/deactivate", Button: "Deactivate", Danger: true}
	off := detail("Grace Hopper", Badge{"deactivated", "error"})
	off.Sees, off.Reactivate = "They are told that their account is switched off.", &Press{Label: "Reactivate", About: "Reactivate Grace Hopper", Action: here + "/reactivate"}
	off.Wrong = []Wrong{{Message: "The default group belongs to its organization: it cannot be renamed or deleted, and people leave it with their last other group."}}
	return []Example{{"PersonDetail-waits", 200, waits}, {"PersonDetail-full", 200, full}, {"PersonDetail-deactivated", 422, off}}
}

func galleryGroups() []Example {
	groups := func(value string) *Groups {
		p := &Groups{Base: galleryConsole("Groups"), Search: gallerySearch(galleryEnt+"/groups", "Part of a name", value), Action: galleryEnt + "/groups", Fields: galleryGroupForm("", true)}
		p.Search.Filter = &Field{ID: "in", Name: "organization", Label: "Organization", Kind: "select", Options: []Option{{Label: "All of them"}, {Value: "x", Label: "Research", Chosen: true}}}
		return p
	}
	none := groups("")
	none.Fields, none.Action = nil, galleryEnt+"/organizations"
	full := groups("")
	full.Rows, full.Verify, full.Pager = galleryGroupRows(), []Link{{Label: "Okta", Href: galleryEnt + "/connections/x/groups"}}, Pager{Next: "?cursor=x"}
	wrong := groups("")
	wrong.Rows, wrong.Fields = full.Rows, galleryGroupForm(" engineering", true)
	wrong.Fields[1].Error = "Remove the space before or after the name: names are compared byte for byte."
	wrong.Wrong = []Wrong{{"name", "Name", wrong.Fields[1].Error}}
	return []Example{{"Groups-no-organization", 200, none}, {"Groups-none-found", 200, groups("zz")}, {"Groups-typical", 200, full}, {"Groups-problem", 422, wrong}}
}

func galleryGroupForm(name string, organization bool) []Field {
	fields := []Field{{ID: "name", Name: "name", Label: "Name", Hint: "Exactly as the identity provider says it: names are matched byte for byte, so upper and lower case, spaces and accents count.", Value: name, Most: 255},
		{ID: "idp_names", Name: "idp_names", Label: "IdP names", Hint: "Other names that the identity provider may send for this group, one a line: an object ID, a distinguished name, a path, an old name.", Kind: "area", Lines: 2, Mono: true, Optional: true, Value: "6731de76-14a6-49ae-97bc-6eba6914391e\nCN=Engineering,OU=Groups,DC=acme,DC=example"},
		{ID: "admin", Name: "admin", Label: "Its members administer this enterprise", Hint: "They can open this console, and change connections, people and groups.", Kind: "check", Value: "yes", Optional: true}}
	if organization {
		fields = append([]Field{{ID: "organization", Name: "organization", Label: "Organization", Kind: "select", Options: []Option{{Value: "x", Label: "Research (research)", Chosen: true}}}}, fields...)
	}
	return fields
}

func galleryGroupRows() []GroupCountRow {
	row := func(name, org string, badge *Badge, actual int, expected string, off bool) GroupCountRow {
		return GroupCountRow{Link{Label: name, Href: galleryEnt + "/groups/" + galleryGrp}, Link{Label: org, Href: galleryEnt + "/organizations/x"}, badge, actual, expected, off}
	}
	return []GroupCountRow{row("Members", "Research", &Badge{Label: "default"}, 41, "not synced", false), row("engineering", "Research", nil, 38, "40", true), row("it-admins", "Research", &Badge{"admins", "warn"}, 2, "2", false),
		row(odd, longName, nil, 0, "0", false), row(strings.Repeat("grp_all_employees_without_contractors_", 6), "开发 مطورون", nil, 100000, "100000", false)}
}
