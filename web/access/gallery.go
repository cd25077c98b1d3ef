package access

import (
	"slices"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		galleryAdminGate(),
		galleryAdminAccounts(),
		galleryAccess(),
	)
}

func adminSignIn() *adminSignInPage {
	return &adminSignInPage{
		Login: ui.Field{
			ID:           "login",
			Name:         "login",
			Label:        "Login",
			Autocomplete: "username",
			Most:         100,
		},
		Password: ui.Field{
			ID:           "password",
			Name:         "password",
			Label:        "Password",
			Kind:         "password",
			Autocomplete: "current-password",
			Most:         128,
		},
	}
}

func newAccountFields() []ui.Field {
	return []ui.Field{
		{
			ID:           "name",
			Name:         "name",
			Label:        "Your name",
			Autocomplete: "name",
		},
		{
			ID:           "login",
			Name:         "login",
			Label:        "Login",
			Hint:         "You sign in with it: ada, or ada@example.com.",
			Autocomplete: "username",
			Most:         100,
		},
		{
			ID:           "password",
			Name:         "password",
			Label:        "Password",
			Hint:         "At least 12 characters; several words are easiest.",
			Kind:         "password",
			Autocomplete: "new-password",
			Most:         128,
		},
	}
}

func galleryAdminGate() []gallery.Example {
	now := gallery.Now()
	refused := adminSignIn()
	refused.Login.Value, refused.ReturnTo = "olive", "/admin/admins"
	refused.Wrong = []ui.Wrong{{Message: "Login or password is wrong, or the account is disabled."}}
	confirm := &adminConfirmPage{
		Login:    "olive",
		Password: adminSignIn().Password,
		ReturnTo: "/admin/admins/me",
		Passkey: &passkeyChallenge{
			Action:  "/admin/confirm/passkey",
			Options: `{"publicKey":{}}`,
			Token:   "t",
		},
	}
	denied := &adminConfirmPage{
		Login:    gallery.LongLogin,
		Password: adminSignIn().Password,
		ReturnTo: "/admin",
		Wrong:    []ui.Wrong{{Message: "This is not your password."}},
	}
	passkey := adminSignIn()
	passkey.Passkey = &passkeyChallenge{
		Action:  "/admin/sign-in/passkey",
		Options: `{"publicKey":{}}`,
		Token:   "t",
	}
	other := adminSignIn()
	other.User = &ui.Person{Name: "Ada Lovelace", Login: gallery.LongLogin}
	enforced := adminSignIn()
	enforced.Wrong = []ui.Wrong{
		{
			Message: "Your company signs in through its own identity provider alone. Sign in there, then open the console again.",
		},
	}
	enforced.Company = &ui.Choice{
		Name: gallery.LongName,
		Href: "/login/sso?enterprise_key=rrw&return_to=%2Fadmin",
	}
	wrong := newAccountFields()
	wrong[0].Value, wrong[1].Value = "Olive Operator", "o"
	wrong[1].Error, wrong[2].Error = "Use 2 to 100 letters, digits and . _ @ + -, beginning with a letter or digit.",
		"Use at least 12 characters. Several words are easier to remember than one with odd characters."
	expires := ui.NewTime(now.Add(24*time.Hour), now)
	start := &setupStartPage{
		Base:    ui.Base{Enterprise: "Acme Corporation"},
		Action:  "/setup/x",
		For:     "Ada Lovelace",
		By:      "Olive Operator",
		Expires: ui.NewTime(now.Add(7*24*time.Hour), now),
	}
	long := &setupStartPage{
		Base:       ui.Base{Enterprise: gallery.LongName},
		Action:     "/setup/x",
		Connection: gallery.LongName,
		For:        gallery.LongLogin,
		Expires:    ui.NewTime(now.Add(7*24*time.Hour), now),
	}
	return []gallery.Example{
		{
			Name:   "AdminSignIn-empty",
			Status: 200,
			Page:   adminSignIn(),
		},
		{
			Name:   "AdminSignIn-refused",
			Status: 422,
			Page:   refused,
		},
		{
			Name:   "AdminSignIn-passkey",
			Status: 200,
			Page:   passkey,
		},
		{
			Name:   "AdminConfirm-passkey",
			Status: 200,
			Page:   confirm,
		},
		{
			Name:   "AdminConfirm-refused",
			Status: 422,
			Page:   denied,
		},
		{
			Name:   "AdminSignIn-not-an-admin",
			Status: 200,
			Page:   other,
		},
		{
			Name:   "AdminSignIn-enforced",
			Status: 422,
			Page:   enforced,
		},
		{
			Name:   "AdminWelcome-recovery",
			Status: 200,
			Page: &adminWelcomePage{
				Action:   "/admin/welcome/x",
				Recovery: true,
				Expires:  expires,
				Fields:   newAccountFields(),
			},
		},
		{
			Name:   "AdminWelcome-problem",
			Status: 422,
			Page: &adminWelcomePage{
				Action:  "/admin/welcome/x",
				Expires: expires,
				Fields:  wrong,
				Wrong: []ui.Wrong{
					{ID: "login", Label: "Login", Message: wrong[1].Error},
					{ID: "password", Label: "Password", Message: wrong[2].Error},
				},
			},
		},
		{
			Name:   "SetupStart-new",
			Status: 200,
			Page:   start,
		},
		{
			Name:   "SetupStart-long-names",
			Status: 200,
			Page:   long,
		},
	}
}

func galleryAdminAccounts() []gallery.Example {
	now := gallery.Now()
	ago := func(d time.Duration) ui.Time { return ui.NewTime(now.Add(-d), now) }
	const day = 24 * time.Hour
	trail := ui.Link{Label: "Admins & recovery", Href: "/admin/admins"}
	fields := []ui.Field{
		{
			ID:           "current",
			Name:         "current",
			Label:        "Current password",
			Kind:         "password",
			Autocomplete: "current-password",
			Most:         128,
		},
		{
			ID:           "password",
			Name:         "password",
			Label:        "New password",
			Hint:         "At least 12 characters; several words are easiest.",
			Kind:         "password",
			Autocomplete: "new-password",
			Most:         128,
		},
	}
	facts := []ui.Fact{
		{Label: "Name", Value: "Olive Operator"},
		{Label: "Login", Value: "olive", Badge: &ui.Badge{Label: "recovery admin", State: "ok"}},
		{Label: "Last sign-in", Time: &ui.Time{Relative: "just now"}},
	}
	empty := &adminAccountPage{
		Base:   gallery.Console(trail.Label, trail),
		Facts:  facts,
		Fields: fields,
		Next: &ui.Link{
			Label: "Next: add an enterprise",
			Href:  "/admin/enterprises",
		},
	}
	full := &adminAccountPage{
		Base:   gallery.Console(trail.Label, trail),
		Facts:  facts,
		Fields: fields,
		Add: &passkeyChallenge{
			Action:  "/admin/admins/me/passkeys",
			Options: "{}",
			Token:   "t",
		},
		Passkeys: []passkeyRow{{
			Name: "Passkey of 20 November 2026",
			Made: ago(4 * day),
			Used: ago(time.Hour),
			Remove: ui.Confirm{
				Label:  "Remove",
				Text:   "It no longer signs you in.",
				Action: "/x",
				Button: "Remove it",
			},
		}},
		CanTie: &tiedTo{"Olive Operator", "olive@acme.example", "Acme Corporation"},
	}
	late := &adminAccountPage{
		Base:     full.Base,
		Facts:    facts,
		Fields:   fields,
		Passkeys: full.Passkeys,
		CanTie:   full.CanTie,
		Confirm:  "/admin/confirm?return_to=%2Fadmin%2Fadmins%2Fme",
	}
	tied := &adminAccountPage{
		Base:   gallery.Console(trail.Label, trail),
		Facts:  facts,
		Fields: append([]ui.Field(nil), fields...),
		Tied:   &tiedTo{"Olive", gallery.LongLogin, gallery.LongName},
	}
	tied.Fields[0].Error = "This is not your password."
	tied.Wrong = []ui.Wrong{{
		ID:      "current",
		Label:   "Current password",
		Message: tied.Fields[0].Error,
	}}
	box := ui.Field{
		ID:       "recovery",
		Name:     "recovery",
		Label:    "A recovery admin",
		Hint:     "Can sign in with a password even when single sign-on is enforced.",
		Kind:     "check",
		Value:    "yes",
		Optional: true,
	}
	mine := adminRow{
		Name:     "Olive Operator",
		Login:    "olive",
		Mine:     true,
		Badges:   []ui.Badge{{Label: "recovery", State: "ok"}},
		SignedIn: ago(0),
		Passkeys: 1,
	}
	acts := func(about string, labels ...string) (all []rowAct) {
		for _, l := range labels {
			all = append(all, rowAct{l, "/x", about})
		}
		return all
	}
	one := &adminsPage{
		Base:     gallery.Console(trail.Label),
		Rows:     []adminRow{mine},
		Recovery: box,
	}
	many := &adminsPage{
		Base:     gallery.Console(trail.Label),
		Recovery: box,
		Pager:    ui.Pager{Next: "?after=x"},
		Rows: []adminRow{
			mine,
			{
				Name:     gallery.LongName,
				Login:    gallery.LongLogin,
				SignedIn: ago(90 * day),
				Acts:     acts(gallery.LongLogin, "Make a recovery admin", "Disable"),
			},
			{
				Name:     "Otto",
				Login:    "otto",
				Badges:   []ui.Badge{{Label: "disabled", State: "warn"}},
				SignedIn: ui.Time{Relative: "never"},
				Acts:     acts("otto", "Make a recovery admin", "Enable"),
			},
		},
		Uses: []adminUse{
			{ago(0), true, "olive", "Signed in with a passkey", true, "192.0.2.17"},
			{ago(time.Hour), false, gallery.LongLogin, "Wrong password", false, "2001:db8::7"},
			{ago(2 * day), true, "otto", "Signed in", false, ""},
		},
	}
	invited := &adminsPage{
		Base:     gallery.Console(trail.Label),
		Rows:     []adminRow{mine},
		Recovery: box,
		Invited: &newLink{
			URL: ui.Copyable{
				ID:    "invited",
				Value: "https://login.example.com/admin/welcome/6bJ1l2Yz0v8a9d3e7f5g4h2i1j0k9l8m7n6o5p4q3r2",
			},
			Expires: ui.NewTime(now.Add(day), now),
		},
	}
	last := &adminsPage{
		Base:     gallery.Console(trail.Label),
		Rows:     []adminRow{mine},
		Recovery: box,
		Wrong: []ui.Wrong{
			{
				Message: "This is the last recovery admin. Make another one first, or no one could get in if single sign-on fails.",
			},
		},
	}
	return []gallery.Example{
		{Name: "AdminAccount-new", Status: 200, Page: empty},
		{Name: "AdminAccount-can-tie", Status: 200, Page: full},
		{Name: "AdminAccount-confirm", Status: 200, Page: late},
		{Name: "AdminAccount-problem", Status: 422, Page: tied},
		{Name: "Admins-one", Status: 200, Page: one},
		{Name: "Admins-many", Status: 200, Page: many},
		{Name: "Admins-invited", Status: 200, Page: invited},
		{Name: "Admins-last-recovery", Status: 422, Page: last},
	}
}

func accessLinkForm() []ui.Field {
	return []ui.Field{
		{
			ID:    "for",
			Name:  "for",
			Label: "Recipient",
			Hint:  "A name or an address, for the list here.",
		},
		{
			ID:    "connection",
			Name:  "connection",
			Label: "What does it open?",
			Kind:  "select",
			Options: []ui.Option{
				{Value: "", Label: "A new connection", Chosen: true},
				{Value: "conn-1", Label: "Okta"},
			},
		},
		{
			ID:    "expires_in",
			Name:  "expires_in",
			Label: "For how many hours?",
			Hint:  "From 1 to 720; 168 is a week.",
			Kind:  "number",
			Value: "168",
			Most:  3,
		},
		{
			ID:    "max_opens",
			Name:  "max_opens",
			Label: "Maximum uses",
			Hint:  "From 1 to 100.",
			Kind:  "number",
			Value: "10",
			Most:  3,
		},
	}
}

func galleryAccess() []gallery.Example {
	now := gallery.Now()
	at := func(d time.Duration) ui.Time { return ui.NewTime(now.Add(d), now) }
	const day = 24 * time.Hour
	base := func() ui.Base { return gallery.Console("Access") }
	add := ui.Field{
		ID:        "user",
		Name:      "login",
		Label:     "Login of a person here",
		Hint:      "As your identity provider sends it, such as ada@acme.example.",
		InputMode: "email",
	}
	remove := ui.Confirm{
		Label:  "Remove",
		Text:   "They cannot open the console any more.",
		Action: "/x",
		Button: "Remove",
	}
	enforce := ui.Confirm{
		Label:  "Enforce single sign-on",
		Text:   "Setup links stop opening, and so do passwords of admins who belong here.",
		Action: "/x",
		Button: "Enforce it",
		Danger: true,
	}
	relax := ui.Confirm{
		Label:  "Stop enforcing it",
		Text:   "Setup links work again, and admins of this enterprise can sign in with a password.",
		Action: "/x",
		Button: "Stop enforcing it",
	}
	empty := &accessPage{
		Base:     base(),
		Add:      add,
		AddTo:    "/x",
		LinkTo:   "/y",
		LinkForm: accessLinkForm(),
		Enforce: enforceSwitch{Missing: []ui.Todo{{
			State: "",
			Text:  "First, pass a test yourself on an enabled connection that hasn’t changed since.",
			Href:  "/t",
			Label: "Test a connection",
		}}},
	}
	many := &accessPage{
		Base:     base(),
		Add:      add,
		AddTo:    "/x",
		LinkTo:   "/y",
		LinkForm: accessLinkForm(),
		Enforce:  enforceSwitch{Confirm: enforce},
		Admins: []namedAdmin{
			{"Ada Lovelace", "ada@acme.example", "/p", false, at(-40 * day), remove},
			{"", gallery.LongLogin, "/p", true, at(-time.Hour), remove},
		},
		Groups: []ui.Link{
			{Label: "platform-admins", Href: "/g"},
			{Label: gallery.LongName, Href: "/g"},
		},
		Links: []setupLinkRow{
			{
				For:        "Grace at the IT desk",
				Connection: "Okta",
				Badge:      ui.Badge{Label: "open", State: "ok"},
				Opens:      2,
				MaxOpens:   10,
				Opened:     at(-time.Hour),
				Expires:    at(5 * day),
				Revoke: &ui.Confirm{
					Label:  "Revoke",
					Text:   "Whoever has it is signed out of the assistant.",
					Action: "/x",
					Button: "Revoke",
				},
			},
			{
				For:      gallery.LongLogin,
				Badge:    ui.Badge{Label: "expired", State: ""},
				Opens:    0,
				MaxOpens: 1,
				Opened:   ui.Time{Relative: "never"},
				Expires:  at(-day),
			},
		},
	}
	made := &accessPage{
		Base:     base(),
		Add:      add,
		AddTo:    "/x",
		LinkTo:   "/y",
		LinkForm: accessLinkForm(),
		Enforce:  enforceSwitch{Confirm: enforce},
		Made: &newLink{
			URL: ui.Copyable{
				ID:    "made",
				Value: "https://login.example.com/setup/6bJ1l2Yz0v8a9d3e7f5g4h2i1j0k9l8m7n6o5p4q3r2",
			},
			Expires: at(7 * day),
			For:     "Grace at the IT desk",
		},
	}
	enforced := &accessPage{
		Base:     base(),
		Add:      add,
		AddTo:    "/x",
		Enforced: true,
		Enforce:  enforceSwitch{Confirm: relax},
		Links:    many.Links[1:],
	}
	wrong := &accessPage{
		Base:     base(),
		Add:      add,
		AddTo:    "/x",
		LinkTo:   "/y",
		LinkForm: accessLinkForm(),
		Enforce:  enforceSwitch{Confirm: enforce},
	}
	wrong.Add.Value = "ada"
	wrong.Add.Error = "No one here has this login. People appear here when they first sign in."
	wrong.Wrong = []ui.Wrong{{ID: "user", Label: wrong.Add.Label, Message: wrong.Add.Error}}
	return []gallery.Example{
		{Name: "Access-empty", Status: 200, Page: empty},
		{Name: "Access-many", Status: 200, Page: many},
		{Name: "Access-link-made", Status: 200, Page: made},
		{Name: "Access-enforced", Status: 200, Page: enforced},
		{Name: "Access-problem", Status: 422, Page: wrong},
	}
}
