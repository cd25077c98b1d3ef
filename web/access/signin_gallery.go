package access

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

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
	refused := exampleRefused()
	confirm := exampleConfirmation()
	denied := &adminConfirmPage{
		Login:    gallery.LongLogin,
		Password: adminSignIn().Password,
		ReturnTo: "/admin",
		Wrong:    []ui.Wrong{{Message: "This is not your password."}},
	}
	passkey := examplePasskey()
	other := adminSignIn()
	other.User = &ui.Person{Name: "Ada Lovelace", Login: gallery.LongLogin}
	enforced := exampleEnforcedSignIn()
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
	}
}

func galleryWelcome() []gallery.Example {
	now := gallery.Now()
	wrong := exampleWrongAccount()
	expires := ui.NewTime(now.Add(24*time.Hour), now)
	start := &setupStartPage{
		Base:    gallery.Company("Acme Corporation"),
		Action:  "/setup/x",
		For:     "Ada Lovelace",
		By:      "Olive Operator",
		SignOn:  true,
		Parts:   []string{"Single sign-on", "Domains", "Verify groups"},
		Expires: ui.NewTime(now.Add(7*24*time.Hour), now),
	}
	long := &setupStartPage{
		Base:       gallery.Company(gallery.LongName),
		Action:     "/setup/x",
		Connection: gallery.LongName,
		For:        gallery.LongLogin,
		Parts:      []string{"Provisioning by SCIM"},
		Expires:    ui.NewTime(now.Add(7*24*time.Hour), now),
	}
	return []gallery.Example{
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

func exampleRefused() *adminSignInPage {
	refused := adminSignIn()
	refused.Login.Value, refused.ReturnTo = "olive", "/admin/admins"
	refused.Wrong = []ui.Wrong{{Message: "Login or password is wrong, or the account is disabled."}}
	return refused
}

func exampleConfirmation() *adminConfirmPage {
	return &adminConfirmPage{
		Login:    "olive",
		Password: adminSignIn().Password,
		ReturnTo: "/admin/admins/me",
		Passkey: &passkeyChallenge{
			Action:  "/admin/confirm/passkey",
			Options: `{"publicKey":{}}`,
			Token:   "t",
		},
	}
}

func examplePasskey() *adminSignInPage {
	passkey := adminSignIn()
	passkey.Passkey = &passkeyChallenge{
		Action:  "/admin/sign-in/passkey",
		Options: `{"publicKey":{}}`,
		Token:   "t",
	}
	return passkey
}

func exampleEnforcedSignIn() *adminSignInPage {
	enforced := adminSignIn()
	enforced.Wrong = []ui.Wrong{
		{
			Message: "Your company signs in only through its own identity provider. Sign in there, then open the console again.",
		},
	}
	enforced.Company = &ui.Choice{
		Name: gallery.LongName,
		Href: "/login/sso?enterprise_key=rrw&return_to=%2Fadmin",
	}
	return enforced
}

func exampleWrongAccount() []ui.Field {
	wrong := newAccountFields()
	wrong[0].Value, wrong[1].Value = "Olive Operator", "o"
	wrong[1].Error, wrong[2].Error = "Use 2 to 100 letters, digits and . _ @ + -, beginning with a letter or digit.",
		"Use at least 12 characters. Several words are easier to remember than one with odd characters."
	return wrong
}
