package page

import (
	"strconv"
	"strings"
	"time"
)

const (
	exampleHome = "/admin/enterprises/acme"
	exampleAt   = exampleHome + "/activity"
	exampleAtt  = "att-01hf7k3m9q2v5x8z1b4d6g8j0n"
)

func exampleTabs(current string) []Link {
	all := []Link{{Label: "Sign-ins", Href: exampleAt}, {Label: "Group syncs", Href: exampleAt + "/syncs"}, {Label: "Provisioning", Href: exampleAt + "/provisioning"}, {Label: "Audit log", Href: exampleAt + "/audit"}}
	for i := range all {
		all[i].Current = all[i].Label == current
	}
	return all
}

func exampleAgo(d time.Duration) Time { now := galleryNow(); return NewTime(now.Add(-d), now) }

func exampleHappened(tab, action string) Happened {
	return Happened{Tabs: exampleTabs(tab), Action: action, All: action, Filters: []Field{
		{ID: "login", Name: "login", Label: "Login", Optional: true},
		{ID: "outcome", Name: "outcome", Label: "Result", Kind: "select", Optional: true, Options: []Option{{Value: "", Label: "any", Chosen: true}, {Value: "failed", Label: "failed"}}},
		{ID: "since", Name: "since", Label: "Since", Kind: "date", Optional: true}}}
}

func galleryActivity() []Example {
	var all []Example
	for _, some := range [][]Example{gallerySignIns(), gallerySyncs(), galleryAudit(), galleryGuide(), galleryEnterprises(), galleryOverview()} {
		all = append(all, some...)
	}
	return all
}

func gallerySignIns() []Example {
	base := func(trail ...Link) Base { return galleryConsole("Activity", trail...) }
	failed := TriedRow{At: exampleAgo(3 * time.Minute), Result: Badge{"failed", "error"}, Who: "ada@acme.example", Connection: "Okta", Code: "saml_expired", CodeHref: "/admin/troubleshooting#saml_expired", Reference: exampleAtt, Href: exampleAt + "/attempts/" + exampleAtt}
	ok := TriedRow{At: exampleAgo(5 * time.Hour), Result: Badge{"succeeded", "ok"}, Who: "ada@acme.example", Connection: "Okta", Reference: exampleAtt, Href: failed.Href}
	nobody := TriedRow{At: exampleAgo(50 * time.Hour), Result: Badge{"waits for a code", "warn"}, Connection: longName, Reference: exampleAtt, Href: failed.Href}
	long := ok
	long.Who, long.Connection = longLogin, longName
	many := &Attempts{Base: base(), Happened: exampleHappened("Sign-ins", exampleAt), Rows: []TriedRow{failed, ok, nobody, long}}
	many.Pager = Pager{Next: "?cursor=x"}
	none := &Attempts{Base: base(), Happened: exampleHappened("Sign-ins", exampleAt)}
	none.Narrowed = true
	wrong := &Attempts{Base: base(), Happened: exampleHappened("Sign-ins", exampleAt)}
	wrong.Filters[0] = Field{ID: "reference", Name: "reference", Label: "Reference", Optional: true, Value: "att-unknown", Error: "No sign-in of this company has this reference."}
	wrong.Wrong = []Wrong{{"reference", "Reference", wrong.Filters[0].Error}}
	groups := GroupsSaid{Badge: Badge{"said", "ok"}, Words: "These groups, and no others.", Names: []string{"engineering", "on-call"}, Source: "groups"}
	partly := groups
	partly.Badge, partly.Words = GroupsState(exampleGroups())
	partly.NotUnderstood = NewNotUnderstood(exampleGroups())
	facts := []Fact{{Label: "When", Time: &failed.At}, {Label: "Person", Value: "Ada Lovelace", Href: "/p"}, {Label: "Connection", Value: "Okta", Href: "/c"}, {Label: "From", Value: "192.0.2.17"}, {Label: "Browser", Value: "Firefox on Linux"}}
	checks := Checks{{"response_issuer", "http://www.okta.com/exk1", "http://www.okta.com/exk1", Badge{"ok", "ok"}}, {"certificate", "valid now", "3fa9… expired on 2026-11-01", Badge{"warning", "warn"}},
		{"audience", "https://sso.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/metadata", "https://sso.example.com", Badge{"failed", "error"}}}
	return []Example{
		{"Attempts-many", 200, many}, {"Attempts-none-found", 200, none}, {"Attempts-wrong", 422, wrong},
		{"Attempts-empty", 200, &Attempts{Base: base(), Happened: exampleHappened("Sign-ins", exampleAt)}},
		{"AttemptDetail-failed", 200, &AttemptDetail{Base: base(Link{Label: "Sign-ins", Href: exampleAt}), Tabs: exampleTabs("Sign-ins"), Reference: Copyable{"reference", exampleAtt}, Result: Badge{"failed", "error"}, Facts: facts, Checks: checks,
			Advice: &Advice{Cause: "The answer is for someone else: its audience is https://sso.example.com.", Whose: "Your IT admin, at the identity provider", Do: "Set the audience to the entity ID of this connection.", Place: "Okta Admin Console › Applications › Gatehouse › General › SAML Settings › Audience URI (SP Entity ID)", Code: "saml_wrong_recipient", Guide: "/admin/troubleshooting#saml_wrong_recipient"},
			Groups: GroupsSaid{Badge: Badge{"not said", "warn"}, Words: "Nothing was said about groups, so no one loses one."}}},
		{"AttemptDetail-not-understood", 200, &AttemptDetail{Base: base(Link{Label: "Sign-ins", Href: exampleAt}), Tabs: exampleTabs("Sign-ins"), Reference: Copyable{"reference", exampleAtt}, Result: Badge{"succeeded", "ok"}, Trusted: true, Facts: facts, Checks: checks[:1], Groups: partly}},
		{"AttemptDetail-succeeded", 200, &AttemptDetail{Base: base(Link{Label: "Sign-ins", Href: exampleAt}), Tabs: exampleTabs("Sign-ins"), Reference: Copyable{"reference", exampleAtt}, Result: Badge{"succeeded", "ok"}, Trusted: true, Facts: append(facts, Fact{Label: "Group sync", Value: "What changed", Href: "/s"}), Checks: checks[:2],
			Said: []Fact{{Label: "Subject", Value: "00u1a2b3c4", Code: true}, {Label: "Login", Value: "ada@acme.example"}, {Label: "E-mail", Value: "ada@acme.example"}, {Label: "Name", Value: "Ada Lovelace"}}, Groups: groups,
			Claims: []ClaimLine{{"email", "ada@acme.example"}, {"groups", strings.Repeat("a-long-group-name, ", 20)}}, Decided: "No code was asked for: the domain acme.example is verified.", Replay: &Replay{Action: "/r", Attempt: exampleAtt}}},
	}
}

func gallerySyncs() []Example {
	base := func(trail ...Link) Base { return galleryConsole("Activity", trail...) }
	row := SyncEntry{At: exampleAgo(time.Hour), Who: "Ada Lovelace", WhoHref: "/p", Mode: "reset to what was said", Result: []Badge{{"2 added", "ok"}, {"1 removed", "warn"}, {"3 unmatched", ""}}, Href: exampleAt + "/syncs/sync-1"}
	held := SyncEntry{At: exampleAgo(2 * time.Hour), Who: longLogin, Mode: "kept as it was", Result: []Badge{{"held", "error"}}, Href: row.Href}
	at := exampleAgo(time.Hour)
	facts := []Fact{{Label: "When", Time: &at}, {Label: "Person", Value: "Ada Lovelace", Href: "/p"}, {Label: "Cause", Value: exampleAtt, Href: "/a", Code: true}, {Label: "What was done", Value: "reset to what was said"}}
	empty := &SyncList{Base: base(), Happened: exampleHappened("Group syncs", exampleAt+"/syncs")}
	return []Example{
		{"SyncList-many", 200, &SyncList{Base: base(), Happened: exampleHappened("Group syncs", exampleAt+"/syncs"), Rows: []SyncEntry{row, held}}},
		{"SyncList-empty", 200, empty},
		{"SyncDetail-changed", 200, &SyncDetail{Base: base(Link{Label: "Group syncs", Href: exampleAt + "/syncs"}), Tabs: exampleTabs("Group syncs"), ID: "sync-1", Facts: facts,
			Changes: []OrganizationChange{{Name: "Research", Added: []string{"engineering", "Members"}, Removed: []string{"guests"}}, {Name: longName, Added: []string{strings.Repeat("grp_all_employees_", 6)}}},
			Groups:  GroupsSaid{Badge: Badge{"said", "ok"}, Words: "These groups, and no others.", Names: []string{"engineering", "Sec-ops", "all-employees"}, Source: "groups"}, Matched: []string{"engineering"}, Unmatched: []string{"Sec-ops", "all-employees"},
			Near: []NearGroup{{"Sec-ops", "sec-ops", "Research", "upper and lower case differ"}}, Unknown: "/g"}},
		{"SyncDetail-held", 200, &SyncDetail{Base: base(Link{Label: "Group syncs", Href: exampleAt + "/syncs"}), Tabs: exampleTabs("Group syncs"), ID: "sync-1", Facts: facts, Held: exampleHome + "/held", Note: "The sign-in would have removed the last member of the admin groups.",
			Groups: GroupsSaid{Badge: Badge{"none", "warn"}, Words: "The person is in no group."}}},
		{"Provisioning", 200, &Provisioning{Base: base(), Tabs: exampleTabs("Provisioning"), Connections: exampleHome + "/connections"}},
	}
}

func galleryAudit() []Example {
	happened := func(tab string) Happened {
		h := exampleHappened(tab, exampleAt+"/audit")
		h.Filters = []Field{{ID: "actor", Name: "actor", Label: "Who", Optional: true}, {ID: "action", Name: "action", Label: "What", Optional: true}, {ID: "since", Name: "since", Label: "Since", Kind: "date", Optional: true}}
		return h
	}
	rows := []ChangeRow{
		{Sequence: "412", At: exampleAgo(time.Hour), Who: "Olive Operator", Action: "connection.enabled", Target: "conn-01hf7k3m9q2v5x8z1b4d6g8j0n", Details: []ClaimLine{{"name", "Okta"}, {"state", "enabled"}}},
		{Sequence: "411", At: exampleAgo(3 * time.Hour), Who: longLogin, WhoHref: "/p", Action: "memberships.synced", Target: "user-01hf7k3m9q2v5x8z1b4d6g8j0n", Details: []ClaimLine{{"added", strings.Repeat("Research/engineering, ", 12)}}},
		{Sequence: "410", At: exampleAgo(9 * time.Hour), Who: "Gatehouse itself", Action: "health.found", Target: "conn-01hf7k3m9q2v5x8z1b4d6g8j0n"}}
	many := &AuditLog{Base: galleryConsole("Activity"), Happened: happened("Audit log"), Rows: rows, Check: exampleAt + "/audit/verify", JSON: "/j", CSV: "/c", Checked: &Checked{"ok", "All 412 events are as they were written: none was changed, removed or added."}}
	many.Pager = Pager{Next: "?cursor=1", First: exampleAt + "/audit"}
	broken := &AuditLog{Base: galleryConsole("Troubleshooting"), Happened: happened(""), Rows: rows, Check: "/v", JSON: "/j", CSV: "/c", Instance: true, Checked: &Checked{"error", "The chain is broken at event 411: it is not what was written. Someone changed the database behind Gatehouse’s back."}}
	broken.Tabs = nil
	return []Example{{"AuditLog-verified", 200, many}, {"AuditLog-broken", 200, broken}, {"AuditLog-empty", 200, &AuditLog{Base: galleryConsole("Activity"), Happened: happened("Audit log"), Check: "/v", JSON: "/j", CSV: "/c"}}}
}

func galleryGuide() []Example {
	filters := []Field{{ID: "code", Name: "code", Label: "Code", Optional: true, Mono: true}, {ID: "provider", Name: "provider", Label: "Identity provider", Kind: "select", Optional: true, Options: []Option{{Value: "", Label: "any", Chosen: true}, {Value: "okta saml", Label: "Okta, SAML"}}}}
	rows := []GuideRow{{"saml_expired", "The answer is older than it may be, or the clocks differ.", "company", "Set the clock of the identity provider.", "Okta Admin Console › Applications › Gatehouse"}, {"user_inactive", "The person is deactivated here.", "you", "Reactivate them.", ""}}
	return []Example{
		{"Guide-all", 200, &Guide{Base: galleryConsole("Troubleshooting"), Action: "/admin/troubleshooting", Filters: filters, Areas: []GuideArea{{"signing-in", "Signing in", rows[1:]}, {"saml", "SAML", rows[:1]}}}},
		{"Guide-found", 200, &Guide{Base: galleryConsole("Troubleshooting"), Action: "/admin/troubleshooting", Filters: filters, Areas: []GuideArea{{"saml", "SAML", rows[:1]}}, Found: "1 code has “expired” in it.", All: "/admin/troubleshooting"}},
		{"Guide-nothing", 200, &Guide{Base: galleryConsole("Troubleshooting"), Action: "/admin/troubleshooting", Filters: filters, All: "/admin/troubleshooting"}},
	}
}

func galleryEnterprises() []Example {
	fields := func() []Field {
		return []Field{{ID: "name", Name: "name", Label: "Name"}, {ID: "key", Name: "key", Label: "Key", Hint: "Lower case letters, digits and hyphens; it is in the sign-in link.", Mono: true}, {ID: "organization", Name: "organization", Label: "First organization", Optional: true}}
	}
	search := Field{ID: "q", Name: "q", Label: "Name or key", Optional: true}
	rows := []EnterpriseRow{{"Acme Corporation", "acme", exampleHome, Badge{"signing in", "ok"}, 1240, 2, exampleAgo(time.Minute)}, {longName, "rhein-ruhr-wasser-und-energie", "/x", Badge{"draft waits", "warn"}, 0, 0, NewTime(time.Time{}, galleryNow())}}
	wrong := &EnterpriseList{Base: galleryConsole("Enterprises"), Search: search, Fields: fields(), Rows: rows}
	wrong.Fields[1].Value, wrong.Fields[1].Error = "acme", "This key is in use already. Choose another."
	wrong.Wrong = []Wrong{{"key", "Key", wrong.Fields[1].Error}}
	return []Example{
		{"EnterpriseList-many", 200, &EnterpriseList{Base: galleryConsole("Enterprises"), Search: search, Fields: fields(), Rows: rows, Pager: Pager{Next: "?cursor=x"}}},
		{"EnterpriseList-empty", 200, &EnterpriseList{Base: galleryConsole("Enterprises"), Search: search, Fields: fields()}},
		{"EnterpriseList-wrong", 422, wrong},
	}
}

func galleryOverview() []Example {
	var days, quiet []Day
	for i := range 14 {
		d := galleryNow().AddDate(0, 0, i-13)
		days = append(days, Day{Name: d.Format("2 Jan"), Succeeded: 120 + 37*i%90, Failed: i * i % 11})
		quiet = append(quiet, Day{Name: d.Format("2 Jan")})
	}
	link := Copyable{"sign-in", "https://sso.example.com/login/sso?enterprise_key=acme"}
	last := exampleAgo(2 * time.Minute)
	okta := ConnectionHealth{ID: "conn-1", Name: "Okta", Href: "/c", State: Badge{"enabled", "ok"}, Facts: []Fact{{Label: "Last success", Time: &last}, {Label: "Failures, 24 h", Value: "3 of 214 (1 %)", Badge: &Badge{"normal", "ok"}},
		{Label: "Certificate", Value: "6 days left", Badge: &Badge{"expires soon", "error"}}, {Label: "Clock", Value: "2 seconds ahead of ours"}, {Label: "Metadata", Time: &last}}}
	entra := ConnectionHealth{ID: "conn-2", Name: longName, Href: "/c", State: Badge{"draft", "warn"}, Facts: []Fact{{Label: "Last success", Value: "never"}}}
	operator := func() *OperatorForms {
		return &OperatorForms{Rename: "/x", Fields: []Field{{ID: "name", Name: "name", Label: "Name", Value: "Acme Corporation"}, {ID: "key", Name: "key", Label: "Key", Value: "acme", Mono: true}},
			Delete: TypedForm{Action: "/y", Text: "All connections, people, groups, sign-ins and sessions of Acme Corporation are gone then.", Field: Field{ID: "confirm", Name: "confirm", Label: "Type acme to confirm", Mono: true}, Button: "Delete this enterprise"}}
	}
	wrong := &Overview{Base: galleryConsole("Overview"), Verdict: Badge{"healthy", "ok"}, Sentence: "Sign-in works: the last one succeeded 2 minutes ago.", SignIn: link, Chart: NewChart(days), Connections: []ConnectionHealth{okta}, Operator: operator()}
	del := &wrong.Operator.Delete
	del.Open, del.Field.Value, del.Field.Error = true, "acne", "This is not the key of the enterprise."
	wrong.Wrong = []Wrong{{"confirm", "Type acme to confirm", del.Field.Error}}
	many := make([]FailureRow, 3)
	for i := range many {
		many[i] = FailureRow{Count: 12 - i, Code: [...]string{"saml_expired", "idp_denied", "user_inactive"}[i], Guide: "/admin/troubleshooting#x" + strconv.Itoa(i), List: exampleAt,
			Meaning: [...]string{"The answer is older than it may be, or the clocks differ.", "The identity provider refused, and says so.", "The person is deactivated here."}[i], Whose: [...]string{"company", "company", "you"}[i]}
	}
	const held = "The group names that Okta sends no longer match the groups here, so every removal is held. 24 people signed in with the old groups. 2 lost groups before that."
	return []Example{
		{"Overview-held", 200, &Overview{Base: galleryConsole("Overview"), Verdict: Badge{"removals held", "error"}, Sentence: "Sign-in works: the last one succeeded 2 minutes ago. Removals from groups are held until an admin decides.", SignIn: link, Chart: NewChart(days), Connections: []ConnectionHealth{okta},
			Todos: []Todo{{"error", held + " You, here: Look at the held group syncs. If the removals are a mistake, discard them and correct the groups at the identity provider. If they are meant, approve them.", "/h", "Decide"}}}},
		{"Overview-attention", 200, &Overview{Base: galleryConsole("Overview"), Verdict: Badge{"needs you", "error"}, Sentence: "12 of the last day’s 20 sign-ins failed.", SignIn: link, Chart: NewChart(days), Failures: many, Connections: []ConnectionHealth{okta, entra}, Operator: operator(),
			Todos: []Todo{{"error", "The certificate of Okta expires on 30 November 2026. Your IT admin, at the identity provider: make a new signing certificate.", "/c", "See the certificates"}, {"warn", "A group sync waits for an admin.", "/h", "Decide"}, {"", "The domain acme.example is not verified yet.", "/d", "Verify it"}}}},
		{"Overview-healthy", 200, &Overview{Base: galleryConsole("Overview"), Verdict: Badge{"healthy", "ok"}, Sentence: "Sign-in works: the last one succeeded 2 minutes ago.", SignIn: link, Chart: NewChart(days), Connections: []ConnectionHealth{okta}}},
		{"Overview-new", 200, &Overview{Base: galleryConsole("Overview"), Verdict: Badge{"not set up", ""}, Sentence: "No one can sign in yet.", Begin: "/admin/enterprises/acme/connections/new", SignIn: link, Chart: NewChart(quiet), Operator: operator()}},
		{"Overview-wrong", 422, wrong},
	}
}
