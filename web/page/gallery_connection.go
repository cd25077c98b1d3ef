package page

import (
	"strings"
	"time"
)

const galleryConn = "/admin/enterprises/acme/connections/conn-1"

func galleryConnection() []Example {
	var all []Example
	for _, some := range [][]Example{galleryConnectionList(), galleryOneConnection(), gallerySettings(), galleryCertificates(), galleryShadow(), galleryMatrix(), galleryHeld()} {
		all = append(all, some...)
	}
	return all
}

func ofConnection(below bool) Base {
	trail := []Link{{Label: "SSO & provisioning", Href: "/admin/enterprises/acme/connections"}}
	if below {
		trail = append(trail, Link{Label: "Employees", Href: galleryConn})
	}
	return galleryConsole("SSO & provisioning", trail...)
}

func connAgo(d time.Duration) Time { return NewTime(galleryNow().Add(-d), galleryNow()) }

func galleryConnectionList() []Example {
	const at = "/admin/enterprises/acme/connections"
	row := func(name, runs string, state Badge, next Link, f Fact) ConnectionRow {
		return ConnectionRow{Name: name, Href: galleryConn, Runs: runs, State: state, Last: connAgo(4 * time.Minute), Certificate: f, Next: next}
	}
	on, verify := Badge{"enabled", "ok"}, Link{Label: "Verify groups", Href: galleryConn + "/groups"}
	many := &Connections{Base: galleryConsole("SSO & provisioning"), New: at + "/new", Held: &Todo{State: "warn", Text: "2 group syncs wait for you.", Href: "/admin/enterprises/acme/held", Label: "Look at them"},
		Rows: []ConnectionRow{
			row("Employees", "Okta, SAML", on, verify, Fact{Value: "412 days left"}),
			row("Contractors", "Google Workspace, OpenID Connect", Badge{"enabled, with a draft", "ok"}, Link{Label: "Look at the draft", Href: galleryConn}, Fact{Value: "keys are fetched when needed"}),
			row(longName, "Microsoft Entra ID, SAML", on, verify, Fact{Value: "9 days left", Badge: &Badge{"expires soon", "warn"}}),
			row("Old directory", "AD FS, SAML", Badge{"disabled", ""}, Link{}, Fact{Badge: &Badge{"expired", "error"}}),
			row("New directory", "JumpCloud, SAML", Badge{"draft", "warn"}, Link{Label: "Continue set-up", Href: galleryConn + "/setup"}, Fact{Value: "none yet"})}}
	many.Rows[4].Last = NewTime(time.Time{}, galleryNow())
	return []Example{{"Connections-many", 200, many}, {"Connections-none", 200, &Connections{Base: galleryConsole("SSO & provisioning"), New: at + "/new"}}}
}

func galleryOneConnection() []Example {
	places := []Link{{Label: "Set-up", Href: galleryConn + "/setup"}, {Label: "Settings", Href: galleryConn + "/settings"}, {Label: "Certificates", Href: galleryConn + "/certificates"}, {Label: "Verify groups", Href: galleryConn + "/groups"}, {Label: "Tests", Href: galleryConn + "/tests"}, {Label: "Shadow mode", Href: galleryConn + "/shadow"}}
	last := connAgo(4 * time.Minute)
	page := func() *Connection {
		return &Connection{Base: ofConnection(false), Name: "Employees", Runs: "Okta, SAML", State: Badge{"enabled", "ok"}, Places: places,
			Facts:  []Fact{{Label: "Last sign-in", Time: &last}, {Label: "People", Value: "1180 people"}, {Label: "Sessions", Value: "212 sessions"}, {Label: "Certificate", Value: "412 days left"}, {Label: "Live", Value: "Version 3"}, {Label: "Identifier", Value: "conn-01hf7k3m9q2v5x8z1b4d6g8j0n", Code: true}},
			SignIn: Copyable{ID: "sign-in", Value: "https://login.example.com/login/sso?connection=conn-01hf7k3m9q2v5x8z1b4d6g8j0n&enterprise_key=acme"}, TestsHref: galleryConn + "/tests",
			Acts:   []Confirm{{Label: "Roll back", Text: "People sign in with version 2 again: 3 fields change back.", Action: galleryConn + "/rollback", Button: "Roll back"}, {Label: "Disable", Text: "This blocks sign-in through this connection and ends 212 sessions.", Action: galleryConn + "/disable", Button: "Disable", Danger: true}},
			Delete: DeletePart{Blocked: "This is the only way in for 1180 active people (ada, bob, cy, dan, eve and others). Enable another connection first; or disable this one first, if no one is to sign in through it."}}
	}
	draft := page()
	draft.State = Badge{"enabled, with a draft", "ok"}
	draft.Flash = "Saved. What you changed waits in the draft."
	draft.Tests = []TestLine{{At: connAgo(time.Hour), State: Badge{"passed", "ok"}, By: "you", Href: galleryConn + "/tests/test-2"}, {At: connAgo(30 * time.Hour), State: Badge{"failed", "error"}, By: "adm-01hf7k3m9q2v5x8z1b4d6g8j0n", Why: "saml_audience_mismatch", Href: galleryConn + "/tests/test-1"}}
	draft.Draft = &DraftPart{Version: "Version 4", Tested: Badge{"test passed", "ok"}, Note: "The last test passed with exactly this draft.", Loses: []string{"lcontractor", longLogin},
		Changes: []Change{{Label: "Single sign-on URL", Before: "https://acme.okta.example/app/exk1/sso/saml", After: "https://acme.okta.example/app/exk2/sso/saml"}, {Label: "Certificates", Gone: []string{"SHA-256 9F:86:D0:81:88:4C:7D:65…"}, New: []string{"SHA-256 2A:01:C4:55:10:9B:77:3E…", "SHA-256 51:AA:90:12:4F:00:6D:C8…"}},
			{Label: "Who may sign in", After: `"staff" in identity.groups || "contractors" in identity.groups && enterprise.key == "acme"`}, {Label: "Secret of the application", Secret: true}, {Label: "Groups from", New: []string{"memberOf"}}},
		Enable:  Confirm{Label: "Enable the draft", Text: "5 fields change for everyone who signs in from now on. Of the people who signed in lately, 2 people would lose access.", Action: galleryConn + "/enable", Button: "Proceed", Fields: []HiddenField{{"revision", "12"}}},
		Discard: &Confirm{Label: "Discard the draft", Text: "What was edited is gone.", Action: galleryConn + "/discard", Button: "Discard", Danger: true},
		Edit:    galleryConn + "/settings", Setup: galleryConn + "/setup", Test: galleryConn + "/tests", Shadow: galleryConn + "/shadow"}
	first := page()
	first.State, first.Acts = Badge{"draft", "warn"}, nil
	first.Draft = &DraftPart{First: true, Version: "Version 1", Tested: Badge{"not tested", "warn"}, Note: "Test the connection first: a test shows what will happen to whom, and changes nothing.", Enable: draft.Draft.Enable, Edit: galleryConn + "/settings", Setup: galleryConn + "/setup", Test: galleryConn + "/tests"}
	first.Delete = DeletePart{Text: "The configuration, its keys and what is known of people by it are gone. This cannot be taken back.", Action: galleryConn + "/delete",
		Name: Field{ID: "confirm-name", Name: "name", Label: "Name of the connection", Hint: "Type it as it is written above.", Value: "employes", Error: "This is not its name. Type it as it is written at the top of the page."}}
	first.Wrong = []Wrong{{"confirm-name", "Name of the connection", first.Delete.Name.Error}}
	stale := page()
	stale.Name = longName
	stale.Wrong = []Wrong{{Message: "Someone else changed this connection in the meantime. Look at it again."}}
	stale.Todos = []Todo{{"error", "The identity provider’s metadata cannot be fetched: the address does not answer.", galleryConn + "/certificates", "Look at it"}, {"warn", "The certificate of the identity provider: 9 days left, expires soon.", galleryConn + "/certificates", "Certificates"}}
	trust := page()
	trust.State = draft.State
	trust.Trust = galleryTrust()
	trust.Draft = draft.Draft
	return []Example{{"Connection-enabled", 200, page()}, {"Connection-trust", 200, trust}, {"Connection-with-draft", 200, draft}, {"Connection-first-draft", 422, first}, {"Connection-changed-meanwhile", 422, stale}}
}

func gallerySettings() []Example {
	form := func() *ConnectionSettings {
		return &ConnectionSettings{Base: ofConnection(true), Action: galleryConn + "/settings", Try: galleryConn + "/settings/try", Back: galleryConn, Revision: "12", Live: true, Sections: []FieldSection{
			{ID: "general", Heading: "General", Fields: []Field{{ID: "name", Name: "name", Label: "Name", Value: "Employees", Hint: "People see it where there is a choice. It changes at once."}}},
			{ID: "groups", Heading: "Groups", Fields: []Field{{ID: "group-sync-mode", Name: "group_sync.mode", Label: "Group sync", Kind: "select", Hint: "What a sign-in may take away.", Options: []Option{{Value: "reset", Label: "Reset to what the identity provider says", Chosen: true}, {Value: "add-only", Label: "Add only"}}},
				{ID: "mapping-include", Name: "mapping.include", Label: "Only groups that match", Hint: "A regular expression. Empty: all names count.", Optional: true, Mono: true, Value: "^app-"}}},
			{ID: "policies", Heading: "Who may sign in", Lead: "Rules are written in CEL, over identity, connection and enterprise. Try them before you save.", Fields: []Field{
				{ID: "allow-sign-in", Name: "allow_sign_in", Label: "Who may sign in", Kind: "area", Optional: true, Mono: true, Value: `"staff" in identity.groups`}, {ID: "trust", Name: "email_verification.trust_idp", Label: "Believe the identity provider about addresses", Kind: "check", Value: "yes", Optional: true, Hint: "An address that the identity provider calls verified needs no code."}}},
			{ID: "directory", Heading: "Microsoft Graph", Lead: "Only for Entra ID.", Fields: []Field{{ID: "secret", Name: "directory.client_secret", Label: "Secret of the application", Kind: "password", Optional: true, Hint: "It is never shown. Leave it empty to keep the one that is there."}}}}}
	}
	wrong := form()
	wrong.Live = false
	wrong.Sections[2].Fields[0].Error = "Line 1, column 9: unexpected end of the rule."
	wrong.Wrong = []Wrong{{"allow-sign-in", "Who may sign in", wrong.Sections[2].Fields[0].Error}}
	tried := form()
	tried.Trial = &PolicyTrial{Summary: "Of the last 3 sign-ins, each taken as the person’s first, 1 would be refused.", Rows: []TrialRow{
		{"ada", connAgo(time.Hour), Badge{"gets in", "ok"}, "The company has verified the domain acme.example."}, {longLogin, connAgo(2 * time.Hour), Badge{"enters a code", "warn"}, "The domain is not proven."}, {"lcontractor", connAgo(3 * time.Hour), Badge{"refused", "error"}, "The rule for who may sign in says no."}}}
	tried.Trace, tried.TryGroups = galleryTrace(), galleryConn+"/settings/try-groups#trace"
	tried.Sections[1].Fields = append(tried.Sections[1].Fields, galleryRewrite()...)
	tried.Warnings = []string{"Signatures with SHA-1 can be forged with enough money."}
	return []Example{{"ConnectionSettings-typical", 200, form()}, {"ConnectionSettings-wrong", 422, wrong}, {"ConnectionSettings-tried", 200, tried}}
}

func galleryCertificates() []Example {
	const print = "SHA-256 9F:86:D0:81:88:4C:7D:65…"
	gone := &Confirm{Label: "Remove", Text: "Answers signed with it are refused, once the draft is enabled.", Action: galleryConn + "/certificates/remove", Button: "Remove in the draft", Danger: true, Fields: []HiddenField{{"fingerprint", "9f86"}}}
	checked := connAgo(20 * time.Minute)
	field := Field{ID: "certificate", Name: "certificate", Label: "Certificate", Kind: "area", Mono: true, Lines: 8, Most: 65536, Hint: "The text between BEGIN CERTIFICATE and END CERTIFICATE, with these lines or without."}
	many := &ConnectionCertificates{Base: ofConnection(true), Window: "November 2023 to March 2029", Draft: galleryConn, Revision: "12", Field: field, Add: galleryConn + "/certificates", Refresh: galleryConn + "/certificates/refresh",
		Pending: &Confirm{Label: "Confirm the new certificates", Action: galleryConn + "/certificates/confirm", Button: "Trust the new certificates",
			Text: "The metadata now names other certificates alone, by SHA-256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08. Compare them with what the admin of the identity provider tells you."},
		Metadata: []Fact{{Label: "Address", Value: "https://acme.okta.example/app/exk1/sso/saml/metadata", Code: true}, {Label: "Fetched", Time: &checked}, {Label: "Result", Value: "It worked", Badge: &Badge{"ok", "ok"}}},
		Rows: []CertificateRow{
			{Subject: "acme.okta.example", Fingerprint: print, State: Badge{"trusted", "ok"}, Source: "metadata", Used: connAgo(3 * time.Minute), Life: &Lifeline{From: 0, Length: 575, Now: 560, State: "warn", Text: "until 20 December 2026, 26 days left"}},
			{Subject: "acme.okta.example", Fingerprint: "SHA-256 2A:01:C4:55:10:9B:77:3E…", State: Badge{"pending in the draft", "warn"}, Source: "by hand", Used: NewTime(time.Time{}, galleryNow()), Life: &Lifeline{From: 540, Length: 460, Now: 560, State: "ok", Text: "until 1 March 2029, 827 days left"}, Remove: gone},
			{Subject: longName, Fingerprint: "SHA-256 51:AA:90:12:4F:00:6D:C8…", State: Badge{"trusted, removed in the draft", "warn"}, Source: "by hand", Used: connAgo(90 * 24 * time.Hour), Life: &Lifeline{From: 0, Length: 300, Now: 560, State: "error", Text: "expired on 3 June 2025"}},
			{Subject: "No longer trusted", Fingerprint: "SHA-256 77:00:11:22:33:44:55:66…", State: Badge{"retired", ""}, Source: "metadata", Used: connAgo(400 * 24 * time.Hour)}},
		Own:    []OwnKey{{"The key in use: it signs", connAgo(48 * time.Hour), galleryConn + "/certificates/own/key-2"}, {"An older key, still read with", connAgo(700 * 24 * time.Hour), galleryConn + "/certificates/own/key-1"}},
		Rotate: &Confirm{Label: "Create a new key", Text: "It signs from now on, at once.", Action: galleryConn + "/certificates/rotate", Button: "Create a new key"}}
	wrong := &ConnectionCertificates{Base: ofConnection(true), Window: "October 2026 to December 2026", Revision: "1", Field: field, Add: galleryConn + "/certificates", Metadata: []Fact{{Label: "Address", Value: "none: certificates are changed by hand"}}}
	wrong.Field.Value, wrong.Field.Error = "-----BEGIN PRIVATE KEY-----", "This is a private key, which only its owner should have. Enter the certificate."
	wrong.Wrong = []Wrong{{"certificate", "Certificate", wrong.Field.Error}}
	oidc := &ConnectionCertificates{Base: ofConnection(true), Metadata: []Fact{{Label: "Keys", Value: "Fetched from the provider when needed. There is nothing to roll over by hand."}}}
	return []Example{{"ConnectionCertificates-rollover", 200, many}, {"ConnectionCertificates-wrong", 422, wrong}, {"ConnectionCertificates-openid", 200, oidc}}
}

func galleryShadow() []Example {
	since := connAgo(5 * time.Hour)
	on := &ConnectionShadow{Base: ofConnection(true), On: true, Stop: galleryConn + "/shadow/stop", Facts: []Fact{{Label: "Since", Time: &since}, {Label: "Compared", Value: "Version 4 with version 3", Href: galleryConn}},
		Promote: &Confirm{Label: "Promote the draft", Text: "2 fields change for everyone who signs in from now on. Of 118 sign-ins compared, 7 differed, and 1 would have been refused.", Action: galleryConn + "/enable", Button: "Proceed"},
		Counts:  []Share{{"The same", "111 of 118 sign-ins", 94, "ok"}, {"Something differs", "7 of 118 sign-ins", 5, "warn"}, {"Got in, and would be refused", "1 of 118 sign-ins", 1, "error"}, {"Were refused, and would get in", "0 of 118 sign-ins", 0, "ok"}},
		Rows: []ShadowRow{{"ada", "/admin/enterprises/acme/people/user-1", Badge{"gets in", ""}, []string{"Name: “Ada Lovelace” becomes “Lovelace, Ada”.", "Leaves engineering (Research), Members (Research)."}, "3 times", connAgo(time.Hour)},
			{longLogin, "", Badge{"would be refused", "error"}, []string{"Would be refused with sign_in_denied."}, "1 time", connAgo(2 * time.Hour)},
			{"lcontractor", "/admin/enterprises/acme/people/user-2", Badge{"would get in", "warn"}, []string{"Was refused with sign_in_denied.", "Accepted names in addition: " + strings.Repeat("grp_all_employees_without_contractors_", 3) + "."}, "1 time", connAgo(3 * time.Hour)}}, Pager: Pager{Next: "?after=x"}}
	off := &ConnectionShadow{Base: ofConnection(true), Start: galleryConn + "/shadow/start", Protocol: "A code of OpenID Connect can be redeemed once. So the draft’s mapping, rules and policies are tried on what was verified by what is live."}
	none := &ConnectionShadow{Base: ofConnection(true), Without: "There is no draft. Edit the settings or the set-up of this connection: what you change is compared here before it is enabled.", Wrong: []Wrong{{Message: "There is nothing to compare: it takes a connection that people sign in through, and a draft beside it."}}}
	return []Example{{"ConnectionShadow-on", 200, on}, {"ConnectionShadow-off", 200, off}, {"ConnectionShadow-nothing", 422, none}}
}

func galleryMatrix() []Example {
	ok, near := MatrixCell{State: Badge{"matched", "ok"}, Href: "/admin/enterprises/acme/groups/group-1"}, MatrixCell{State: Badge{"other letter case", "warn"}, Detail: "engineering", Href: "/admin/enterprises/acme/groups/group-2",
		Accept: &Press{Label: "Accept", About: "Accept “Engineering” for engineering in Research", Action: galleryConn + "/groups/accept", Fields: []HiddenField{{"name", "Engineering"}, {"group", "group-2"}}}}
	elsewhere, none := MatrixCell{State: Badge{"only elsewhere", ""}}, MatrixCell{}
	typical := &ConnectionGroups{Base: ofConnection(true), Facts: []Fact{{Label: "Unmatched", Value: "2 names", Href: "?show=nowhere", Badge: &Badge{"review", "warn"}}, {Label: "Near misses", Value: "1 name", Href: "?show=near", Badge: &Badge{"review", "warn"}}, {Label: "Never sent", Value: "1 name", Href: "?show=unsent"}},
		Show:   []Link{{Label: "All names (6)", Href: "?show=", Current: true}, {Label: "Unmatched (2)", Href: "?show=nowhere"}, {Label: "Near misses (1)", Href: "?show=near"}, {Label: "Never sent (1)", Href: "?show=unsent"}},
		Search: Field{ID: "q", Name: "q", Label: "Part of a name", Optional: true}, Columns: []string{"Research", "Operations", longName}, Total: "6 names.",
		Rows: []MatrixRow{{"Engineering", "12 people", Badge{"unmatched", "warn"}, []MatrixCell{near, none, none}}, {"engineering", "1180 people", Badge{}, []MatrixCell{ok, elsewhere, ok}},
			{"Members", "3 people", Badge{"matches nothing", ""}, []MatrixCell{{State: Badge{"default group excluded", ""}, Href: "/g"}, {State: Badge{"default group excluded", ""}, Href: "/g"}, {State: Badge{"default group excluded", ""}, Href: "/g"}}},
			{"on-call", "nobody", Badge{"never sent", ""}, []MatrixCell{{State: Badge{"here", ""}, Href: "/g"}, {State: Badge{"default group of the connection", ""}, Href: "/g"}, none}}, {"開発", "1 person", Badge{}, []MatrixCell{elsewhere, elsewhere, ok}}, {strings.Repeat("grp_all_employees_without_contractors_", 2), "2 people", Badge{"unmatched", "warn"}, []MatrixCell{none, none, none}}},
		Create:  &GroupForm{Action: galleryConn + "/groups", Fields: []Field{{ID: "new-name", Name: "name", Label: "Name", Kind: "select", Options: []Option{{Value: "Engineering", Label: "Engineering, of 12 people"}}}, {ID: "organization", Name: "organization", Label: "In the organization", Kind: "select", Options: []Option{{Value: "org-1", Label: "Research"}}}}},
		Accept:  &GroupForm{Action: galleryConn + "/groups/accept", Fields: []Field{{ID: "accept-name", Name: "name", Label: "Name", Kind: "select", Options: []Option{{Value: "Engineering", Label: "Engineering, of 12 people"}}}, {ID: "accept-group", Name: "group", Label: "Of the group", Kind: "select", Options: []Option{{Value: "group-1", Label: "engineering in Research"}}}}},
		Objects: true,
		Missing: []DriftLine{{"engineering", "Research", Share{"In it", "960 of 1180 expected", 81, "warn"}, []string{"220 missing: the group was made or renamed after their last sign-in", "3 not named: added or removed by hand since"}, "/admin/enterprises/acme/groups/group-1/drift"}},
		Person:  Field{ID: "person", Name: "login", Label: "Login", Hint: "The full login of someone who has signed in."}, Ask: galleryConn + "/groups/person", Here: galleryConn + "/groups"}
	empty := &ConnectionGroups{Base: ofConnection(true), Show: typical.Show, Search: typical.Search, Person: typical.Person, Ask: typical.Ask, Here: typical.Here, Total: "0 names."}
	empty.Facts = []Fact{{Label: "Unmatched", Value: "0 names"}}
	said := connAgo(time.Hour)
	person := &ConnectionPerson{Base: ofConnection(true), Person: "Ada Lovelace", Href: "/admin/enterprises/acme/people/user-1", Back: galleryConn + "/groups", Facts: []Fact{{Label: "Last told", Time: &said}, {Label: "Groups then", Value: "3 names, values"}}, Unmatched: []string{"all-employees"},
		Notes:         []string{"It would take the last admin out of the admin groups, so it would wait for you."},
		Organizations: []PersonChanges{{Name: "Research", Added: []string{"engineering"}, Removed: []string{"on-call"}, Kept: []string{"Members"}, Near: []string{"“Sales” is nearly “sales”: other letter case"}}, {Name: longName, Kept: []string{"Members", "engineering"}}}}
	nobody := &ConnectionPerson{Base: ofConnection(true), Person: "linus", Back: galleryConn + "/groups", Notes: []string{"No one here has this login. Go back and enter the full login of someone who has signed in."}}
	return []Example{{"ConnectionGroups-typical", 200, typical}, {"ConnectionGroups-empty", 200, empty}, {"ConnectionPerson-changes", 200, person}, {"ConnectionPerson-nobody", 200, nobody}}
}

func galleryHeld() []Example {
	base := func() Base {
		return galleryConsole("SSO & provisioning", Link{Label: "SSO & provisioning", Href: "/admin/enterprises/acme/connections"})
	}
	row := HeldRow{ID: "held-1", Person: "Ada Lovelace, ada", Href: "/admin/enterprises/acme/people/user-1", At: connAgo(time.Hour), State: Badge{"waits", "warn"}, Removed: []string{"admins (Operations)"}, Added: []string{"engineering (Research)"},
		Text:    "Approving leaves the company’s admin groups without this person, as its identity provider says. No one may be left in them.",
		Approve: &Confirm{Label: "Approve", Text: "The changes are made now.", Action: "/admin/enterprises/acme/held/held-1/approve", Button: "Approve", Danger: true}, Discard: &Confirm{Label: "Discard", Text: "Memberships stay as they are, until the person signs in the next time.", Action: "/admin/enterprises/acme/held/held-1/discard", Button: "Discard"}}
	before := HeldRow{ID: "held-0", Person: longLogin, At: connAgo(50 * time.Hour), State: Badge{"superseded", ""}, Removed: []string{"admins (" + longName + ")"}, Decided: "the identity provider said something else since"}
	cause := HeldCause{Title: "Okta: the group names stopped matching", State: Badge{"removals held", "error"}, Since: connAgo(time.Hour), Count: "25 people wait",
		Text:    "Several people in a row would lose groups because the names that the identity provider sends match nothing here. Were groups renamed there, or does it send object IDs? Before it was noticed, 2 people lost groups.",
		Approve: &Confirm{Label: "Approve all", Text: "The changes are made now, as they are listed.", Action: "/admin/enterprises/acme/held/approve", Fields: []HiddenField{{"cause", "connection_names_changed"}}, Button: "Approve all", Danger: true},
		Discard: &Confirm{Label: "Discard all and restore 2 people", Text: "Memberships stay as they are.", Action: "/admin/enterprises/acme/held/discard", Fields: []HiddenField{{"cause", "connection_names_changed"}}, Button: "Discard and restore"}}
	standing := HeldCause{Title: "Okta: too many people would leave Research/engineering", State: Badge{"removals held", "error"}, Since: connAgo(50 * time.Hour), Count: "no one waits",
		Text:    "Sign-ins would remove more people from one group within a short time than the connection’s settings allow.",
		Approve: &Confirm{Label: "Allow removals", Text: "Groups that were kept are removed at each person’s next sign-in. For the next seven days, removals are not held for this cause.", Action: "/admin/enterprises/acme/held/approve", Fields: []HiddenField{{"cause", "group_share"}}, Button: "Allow removals", Danger: true}}
	full := &HeldSyncs{Base: base(), Causes: []HeldCause{cause, standing}, Waiting: []HeldRow{row}, Before: []HeldRow{before}, Pager: Pager{Next: "?after=x"}}
	late := &HeldSyncs{Base: base(), Before: []HeldRow{before}, Wrong: []Wrong{{Message: "This does not wait any more: it was decided, or the identity provider has said something else since."}}}
	return []Example{{"HeldSyncs-waiting", 200, full}, {"HeldSyncs-empty", 200, &HeldSyncs{Base: base()}}, {"HeldSyncs-decided", 422, late}}
}
