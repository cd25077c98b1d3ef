package page

import "time"

func galleryAdmins() []Example {
	return append(append(galleryAdminGate(), galleryAdminAccounts()...), galleryAccess()...)
}

func adminSignIn() *AdminSignIn {
	return &AdminSignIn{Login: Field{ID: "login", Name: "login", Label: "Login", Autocomplete: "username", Most: 100},
		Password: Field{ID: "password", Name: "password", Label: "Password", Kind: "password", Autocomplete: "current-password", Most: 128}}
}

func newAccountFields() []Field {
	return []Field{{ID: "name", Name: "name", Label: "Your name", Autocomplete: "name"},
		{ID: "login", Name: "login", Label: "Login", Hint: "You sign in with it: ada, or ada@example.com.", Autocomplete: "username", Most: 100},
		{ID: "password", Name: "password", Label: "Password", Hint: "At least 12 characters; several words are easiest.", Kind: "password", Autocomplete: "new-password", Most: 128}}
}

func galleryAdminGate() []Example {
	now := galleryNow()
	refused := adminSignIn()
	refused.Login.Value, refused.ReturnTo = "olive", "/admin/admins"
	refused.Wrong = []Wrong{{Message: "Login or password is wrong, or the account is disabled."}}
	confirm := &AdminConfirm{Login: "olive", Password: adminSignIn().Password, ReturnTo: "/admin/admins/me",
		Passkey: &Challenge{Action: "/admin/confirm/passkey", Options: `{"publicKey":{}}`, Token: "t"}}
	denied := &AdminConfirm{Login: longLogin, Password: adminSignIn().Password, ReturnTo: "/admin", Wrong: []Wrong{{Message: "This is not your password."}}}
	passkey := adminSignIn()
	passkey.Passkey = &Challenge{Action: "/admin/sign-in/passkey", Options: `{"publicKey":{}}`, Token: "t"}
	other := adminSignIn()
	other.User = &Person{"Ada Lovelace", longLogin}
	enforced := adminSignIn()
	enforced.Wrong = []Wrong{{Message: "Your company signs in through its own identity provider alone. Sign in there, then open the console again."}}
	enforced.Company = &Choice{Name: longName, Href: "/login/sso?enterprise_key=rrw&return_to=%2Fadmin"}
	wrong := newAccountFields()
	wrong[0].Value, wrong[1].Value = "Olive Operator", "o"
	wrong[1].Error, wrong[2].Error = "Use 2 to 100 letters, digits and . _ @ + -, beginning with a letter or digit.", "Use at least 12 characters. Several words are easier to remember than one with odd characters."
	expires := NewTime(now.Add(24*time.Hour), now)
	start := &SetupStart{Base: Base{Enterprise: "Acme Corporation"}, Action: "/setup/x", For: "Ada Lovelace", By: "Olive Operator", Expires: NewTime(now.Add(7*24*time.Hour), now)}
	long := &SetupStart{Base: Base{Enterprise: longName}, Action: "/setup/x", Connection: longName, For: longLogin, Expires: NewTime(now.Add(7*24*time.Hour), now)}
	gone := NewFailure(404, "setup_link_gone", "This setup link does not open anything any more. Ask whoever sent it for a new one.", "req-k3m9q2v5x8z1b4d6", now)
	notAdmin := NewFailure(403, "not_an_admin", "You are signed in, but you do not administer anything here. Ask an admin of your company to add you.", "req-k3m9q2v5x8z1b4d6", now)
	return []Example{
		{"AdminSignIn-empty", 200, adminSignIn()}, {"AdminSignIn-refused", 422, refused}, {"AdminSignIn-passkey", 200, passkey},
		{"AdminConfirm-passkey", 200, confirm}, {"AdminConfirm-refused", 422, denied},
		{"AdminSignIn-not-an-admin", 200, other}, {"AdminSignIn-enforced", 422, enforced},
		{"AdminWelcome-recovery", 200, &AdminWelcome{Action: "/admin/welcome/x", Recovery: true, Expires: expires, Fields: newAccountFields()}},
		{"AdminWelcome-problem", 422, &AdminWelcome{Action: "/admin/welcome/x", Expires: expires, Fields: wrong,
			Wrong: []Wrong{{"login", "Login", wrong[1].Error}, {"password", "Password", wrong[2].Error}}}},
		{"SetupStart-new", 200, start}, {"SetupStart-long-names", 200, long},
		{"Failure-setup-link-gone", 404, gone}, {"Failure-not-an-admin", 403, notAdmin},
	}
}

func galleryAdminAccounts() []Example {
	now := galleryNow()
	ago := func(d time.Duration) Time { return NewTime(now.Add(-d), now) }
	const day = 24 * time.Hour
	trail := Link{Label: "Admins & recovery", Href: "/admin/admins"}
	fields := []Field{{ID: "current", Name: "current", Label: "Your password now", Kind: "password", Autocomplete: "current-password", Most: 128},
		{ID: "password", Name: "password", Label: "New password", Hint: "At least 12 characters; several words are easiest.", Kind: "password", Autocomplete: "new-password", Most: 128}}
	facts := []Fact{{Label: "Name", Value: "Olive Operator"}, {Label: "Login", Value: "olive", Badge: &Badge{"recovery admin", "ok"}}, {Label: "Last sign-in", Time: &Time{Relative: "just now"}}}
	empty := &AdminAccount{Base: galleryConsole(trail.Label, trail), Facts: facts, Fields: fields, Next: &Link{Label: "Next: add an enterprise", Href: "/admin/enterprises"}}
	full := &AdminAccount{Base: galleryConsole(trail.Label, trail), Facts: facts, Fields: fields, Add: &Challenge{Action: "/admin/admins/me/passkeys", Options: "{}", Token: "t"},
		Passkeys: []PasskeyRow{{Name: "Passkey of 20 November 2026", Made: ago(4 * day), Used: ago(time.Hour), Remove: Confirm{Label: "Remove", Text: "It no longer signs you in.", Action: "/x", Button: "Remove it"}}},
		CanTie:   &TiedTo{"Olive Operator", "olive@acme.example", "Acme Corporation"}}
	late := &AdminAccount{Base: full.Base, Facts: facts, Fields: fields, Passkeys: full.Passkeys, CanTie: full.CanTie,
		Confirm: "/admin/confirm?return_to=%2Fadmin%2Fadmins%2Fme"}
	tied := &AdminAccount{Base: galleryConsole(trail.Label, trail), Facts: facts, Fields: append([]Field(nil), fields...), Tied: &TiedTo{"Olive", longLogin, longName}}
	tied.Fields[0].Error = "This is not your password."
	tied.Wrong = []Wrong{{"current", "Your password now", tied.Fields[0].Error}}
	box := Field{ID: "recovery", Name: "recovery", Label: "A recovery admin", Hint: "Gets in with a password even where single sign-on is enforced.", Kind: "check", Value: "yes", Optional: true}
	mine := AdminRow{Name: "Olive Operator", Login: "olive", Mine: true, Badges: []Badge{{"recovery", "ok"}}, SignedIn: ago(0), Passkeys: 1}
	acts := func(about string, labels ...string) (all []Act) {
		for _, l := range labels {
			all = append(all, Act{l, "/x", about})
		}
		return all
	}
	one := &Admins{Base: galleryConsole(trail.Label), Rows: []AdminRow{mine}, Recovery: box}
	many := &Admins{Base: galleryConsole(trail.Label), Recovery: box, Pager: Pager{Next: "?after=x"},
		Rows: []AdminRow{mine, {Name: longName, Login: longLogin, SignedIn: ago(90 * day), Acts: acts(longLogin, "Make a recovery admin", "Disable")},
			{Name: "Otto", Login: "otto", Badges: []Badge{{"disabled", "warn"}}, SignedIn: Time{Relative: "never"}, Acts: acts("otto", "Make a recovery admin", "Enable")}},
		Uses: []AdminUse{{ago(0), true, "olive", "Signed in with a passkey", true, "192.0.2.17"}, {ago(time.Hour), false, longLogin, "Wrong password", false, "2001:db8::7"}, {ago(2 * day), true, "otto", "Signed in", false, ""}}}
	invited := &Admins{Base: galleryConsole(trail.Label), Rows: []AdminRow{mine}, Recovery: box, Invited: &NewLink{URL: Copyable{"invited", "https://login.example.com/admin/welcome/6bJ1l2Yz0v8a9d3e7f5g4h2i1j0k9l8m7n6o5p4q3r2"}, Expires: NewTime(now.Add(day), now)}}
	last := &Admins{Base: galleryConsole(trail.Label), Rows: []AdminRow{mine}, Recovery: box, Wrong: []Wrong{{Message: "This is the last recovery admin. Make another one first, or no one could get in if single sign-on fails."}}}
	return []Example{
		{"AdminAccount-new", 200, empty}, {"AdminAccount-can-tie", 200, full}, {"AdminAccount-confirm", 200, late}, {"AdminAccount-problem", 422, tied},
		{"Admins-one", 200, one}, {"Admins-many", 200, many}, {"Admins-invited", 200, invited}, {"Admins-last-recovery", 422, last},
	}
}

func accessLinkForm() []Field {
	return []Field{{ID: "for", Name: "for", Label: "Recipient", Hint: "A name or an address, for the list here."},
		{ID: "connection", Name: "connection", Label: "What does it open?", Kind: "select", Options: []Option{{Value: "", Label: "A new connection", Chosen: true}, {Value: "conn-1", Label: "Okta"}}},
		{ID: "expires_in", Name: "expires_in", Label: "For how many hours?", Hint: "From 1 to 720; 168 is a week.", Kind: "number", Value: "168", Most: 3},
		{ID: "max_opens", Name: "max_opens", Label: "Maximum uses", Hint: "From 1 to 100.", Kind: "number", Value: "10", Most: 3}}
}

func galleryAccess() []Example {
	now := galleryNow()
	at := func(d time.Duration) Time { return NewTime(now.Add(d), now) }
	const day = 24 * time.Hour
	base := func() Base { return galleryConsole("Access") }
	add := Field{ID: "user", Name: "login", Label: "Login of a person here", Hint: "As your identity provider sends it, such as ada@acme.example.", InputMode: "email"}
	remove := Confirm{Label: "Remove", Text: "They cannot open the console any more.", Action: "/x", Button: "Remove"}
	enforce := Confirm{Label: "Enforce single sign-on", Text: "Setup links stop opening, and so do passwords of admins who belong here.", Action: "/x", Button: "Enforce it", Danger: true}
	relax := Confirm{Label: "Stop enforcing it", Text: "Setup links open again, and passwords of admins who belong here are accepted.", Action: "/x", Button: "Stop enforcing it"}
	empty := &Access{Base: base(), Add: add, AddTo: "/x", LinkTo: "/y", LinkForm: accessLinkForm(),
		Enforce: Enforce{Missing: []Todo{{"", "First, pass a test yourself on an enabled connection that hasn’t changed since.", "/t", "Test a connection"}}}}
	many := &Access{Base: base(), Add: add, AddTo: "/x", LinkTo: "/y", LinkForm: accessLinkForm(), Enforce: Enforce{Confirm: enforce},
		Admins: []NamedAdmin{{"Ada Lovelace", "ada@acme.example", "/p", false, at(-40 * day), remove}, {"", longLogin, "/p", true, at(-time.Hour), remove}},
		Groups: []Link{{Label: "platform-admins", Href: "/g"}, {Label: longName, Href: "/g"}},
		Links: []SetupLinkRow{{For: "Grace at the IT desk", Connection: "Okta", Badge: Badge{"open", "ok"}, Opens: 2, MaxOpens: 10, Opened: at(-time.Hour), Expires: at(5 * day), Revoke: &Confirm{Label: "Revoke", Text: "Whoever has it is signed out of the assistant.", Action: "/x", Button: "Revoke"}},
			{For: longLogin, Badge: Badge{"expired", ""}, Opens: 0, MaxOpens: 1, Opened: Time{Relative: "never"}, Expires: at(-day)}}}
	made := &Access{Base: base(), Add: add, AddTo: "/x", LinkTo: "/y", LinkForm: accessLinkForm(), Enforce: Enforce{Confirm: enforce},
		Made: &NewLink{URL: Copyable{"made", "https://login.example.com/setup/6bJ1l2Yz0v8a9d3e7f5g4h2i1j0k9l8m7n6o5p4q3r2"}, Expires: at(7 * day), For: "Grace at the IT desk"}}
	enforced := &Access{Base: base(), Add: add, AddTo: "/x", Enforced: true, Enforce: Enforce{Confirm: relax}, Links: many.Links[1:]}
	wrong := &Access{Base: base(), Add: add, AddTo: "/x", LinkTo: "/y", LinkForm: accessLinkForm(), Enforce: Enforce{Confirm: enforce}}
	wrong.Add.Value, wrong.Add.Error = "ada", "No one here has this login. People appear here when they first sign in."
	wrong.Wrong = []Wrong{{"user", wrong.Add.Label, wrong.Add.Error}}
	return []Example{{"Access-empty", 200, empty}, {"Access-many", 200, many}, {"Access-link-made", 200, made}, {"Access-enforced", 200, enforced}, {"Access-problem", 422, wrong}}
}
