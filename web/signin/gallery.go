package signin

import (
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		gallerySignIn(),
		galleryJourney(),
		galleryVerify(),
		galleryTested(),
	)
}

func gallerySignIn() []gallery.Example {
	acme := ui.Choice{
		Name:   "Acme Corporation",
		Detail: "Okta, SAML",
		Href:   "/login/sso?enterprise_key=acme",
		Last:   true,
	}
	google := ui.Choice{
		Name:   "Google Workspace",
		Detail: "OpenID Connect",
		Href:   "/login/sso?enterprise_key=acme&connection=b",
	}
	long := ui.Choice{
		Name:   gallery.LongName,
		Detail: "Microsoft Entra ID, SAML",
		Href:   "/login/sso?enterprise_key=rrw",
		Last:   true,
	}
	return []gallery.Example{
		{
			Name:   "SignIn-empty",
			Status: 200,
			Page:   &signInPage{},
		},
		{
			Name:   "SignIn-last-used",
			Status: 200,
			Page:   &signInPage{Last: &acme, ReturnTo: "/wiki"},
		},
		{
			Name:   "SignIn-problem",
			Status: 422,
			Page: &signInPage{
				Value:   "grace@acmé.example",
				Problem: "We do not know this company. Check the spelling, or use the sign-in link your company gave you.",
			},
		},
		{
			Name:   "SignIn-long-name",
			Status: 200,
			Page:   &signInPage{Last: &long},
		},
		{
			Name:   "SignIn-right-to-left",
			Status: 200,
			Page: &signInPage{
				Base: ui.Base{Dir: "rtl"},
				Last: &ui.Choice{
					Name:   "شركة المستقبل للتقنية",
					Detail: "Okta, SAML",
					Href:   "/login/sso?enterprise_key=future",
					Last:   true,
				},
			},
		},
		{
			Name:   "ChooseConnection-two",
			Status: 200,
			Page: &chooseConnectionPage{
				Base: gallery.Company("Acme Corporation"),
				Choices: []ui.Choice{
					{
						Name:   "Employees",
						Detail: "Okta, SAML",
						Href:   acme.Href,
						Last:   true,
					},
					google,
				},
			},
		},
		{
			Name:   "ChooseConnection-many",
			Status: 200,
			Page: &chooseConnectionPage{
				Base: gallery.Company(gallery.LongName),
				Choices: []ui.Choice{
					long,
					google,
					{
						Name: "Contractors",
						Href: "/c",
					},
					{
						Name:   "Old directory (until March)",
						Detail: "AD FS, SAML",
						Href:   "/d",
					},
				},
			},
		},
	}
}

func galleryJourney() []gallery.Example {
	person := &ui.Person{Name: "Ada Lovelace", Login: "ada@acme.example"}
	acme := sso.Enterprise{ID: gallery.Acme, Name: "Acme Corporation"}
	ada := sso.Principal{
		User:       sso.User{Name: person.Name, Login: person.Login},
		Enterprise: acme,
	}
	link := sso.Redirect{
		URL:  "/login/sso",
		Form: map[string][]string{"enterprise_key": {"globex"}, "replaces": {"ses-1"}},
	}
	return []gallery.Example{
		{
			Name:   "Replace-company",
			Status: 200,
			Page:   newReplace(ada, sso.Enterprise{ID: "ent-globex", Name: "Globex"}, "", link),
		},
		{
			Name:   "Replace-company-login",
			Status: 200,
			Page: newReplace(
				ada, sso.Enterprise{ID: "ent-globex", Name: gallery.LongName}, "ada.lovelace@research.globex.example",
				link,
			),
		},
		{
			Name:   "Replace-person",
			Status: 200,
			Page:   newReplace(ada, acme, "grace@acme.example", link),
		},
		{
			Name:   "LogoutConfirm",
			Status: 200,
			Page: &logoutConfirmPage{Base: ui.Base{
				Enterprise: "Acme Corporation",
				Of:         gallery.Acme,
				User:       person,
			}},
		},
	}
}

func galleryVerify() []gallery.Example {
	return []gallery.Example{
		{
			Name:   "Verify-sent",
			Status: 200,
			Page:   exampleCodeSent(),
		},
		{
			Name:   "Verify-wrong",
			Status: 422,
			Page: &verifyPage{
				Base:      exampleBase(),
				Email:     masked("ada@elsewhere.example"),
				Sent:      true,
				SentAt:    exampleTime(-time.Minute),
				Until:     exampleTime(9 * time.Minute),
				Problem:   sso.CodeWrong().Public,
				TriesLeft: 3,
			},
		},
		{
			Name:   "Verify-locked",
			Status: 422,
			Page:   exampleCodeLocked(),
		},
		{
			Name:   "Verify-not-sent",
			Status: 200,
			Page: &verifyPage{
				Base:    exampleBase(),
				Email:   masked("ada@elsewhere.example"),
				NotSent: deliveryProblem("mail_unavailable"),
			},
		},
		{
			Name:   "Verify-too-many",
			Status: 429,
			Page:   exampleTooManyCodes(),
		},
		{
			Name:   "Verify-long-name",
			Status: 200,
			Page: &verifyPage{
				Base:   gallery.Company(gallery.LongName),
				Email:  masked(gallery.LongLogin),
				Sent:   true,
				SentAt: exampleTime(0),
				Until:  exampleTime(10 * time.Minute),
			},
		},
		{
			Name:   "Verify-right-to-left",
			Status: 200,
			Page: &verifyPage{
				Base: ui.Base{
					Dir:        "rtl",
					Enterprise: "شركة المستقبل للتقنية",
					Of:         gallery.Acme,
				},
				Email:  masked("layla@future.example"),
				Sent:   true,
				SentAt: exampleTime(0),
				Until:  exampleTime(10 * time.Minute),
			},
		},
	}
}

func exampleTime(d time.Duration) ui.Time { return ui.NewTime(gallery.Now().Add(d), gallery.Now()) }

func exampleBase() ui.Base { return gallery.Company("Acme Corporation") }

func exampleCodeSent() *verifyPage {
	return &verifyPage{
		Base:       exampleBase(),
		Email:      masked("ada@elsewhere.example"),
		Proof:      "proof-1",
		Connection: "conn-1",
		Sent:       true,
		SentAt:     exampleTime(-time.Minute),
		Until:      exampleTime(9 * time.Minute),
	}
}

func exampleCodeLocked() *verifyPage {
	return &verifyPage{
		Base:    exampleBase(),
		Email:   masked("ada@elsewhere.example"),
		Sent:    true,
		Locked:  true,
		SentAt:  exampleTime(-time.Minute),
		Until:   exampleTime(9 * time.Minute),
		Problem: sso.CodeLocked().Public,
	}
}

func exampleTooManyCodes() *verifyPage {
	return &verifyPage{
		Base:    exampleBase(),
		Email:   masked("ada@elsewhere.example"),
		Sent:    true,
		SentAt:  exampleTime(-8 * time.Minute),
		Until:   exampleTime(2 * time.Minute),
		NotSent: deliveryProblem("too_many_codes"),
	}
}
