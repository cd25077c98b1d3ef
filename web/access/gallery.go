package access

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
		galleryAdminGate(),
		galleryWelcome(),
		galleryAdminAccounts(),
		galleryAccess(),
		galleryAPITokens(),
	)
}

func accessLinkForm() []ui.Field {
	return linkFields([]sso.Connection{{ID: "conn-1", Name: "Okta"}}, nil)
}

func galleryAccess() []gallery.Example {
	relax := ui.Confirm{
		Label:  "Stop enforcing it",
		Text:   "Setup links work again, and admins of this enterprise can sign in with a password.",
		Action: "/x",
		Button: "Stop enforcing it",
	}
	empty := &accessPage{
		Base:     exampleAccessBase(),
		Add:      exampleAddAdmin(),
		AddTo:    "/x",
		LinkTo:   "/y",
		Tokens:   "/t",
		LinkForm: accessLinkForm(),
		Enforce: enforceSwitch{Missing: []ui.Todo{{
			State: "",
			Text:  "First, pass a test yourself on an enabled connection that hasn’t changed since.",
			Href:  "/t",
			Label: "Test a connection",
		}}},
	}
	many := exampleManyAccess()
	made := exampleLinkMade()
	enforced := &accessPage{
		Base:     exampleAccessBase(),
		Add:      exampleAddAdmin(),
		AddTo:    "/x",
		Enforced: true,
		Enforce:  enforceSwitch{Confirm: relax},
		Links:    many.Links[1:],
	}
	wrong := &accessPage{
		Base:     exampleAccessBase(),
		Add:      exampleAddAdmin(),
		AddTo:    "/x",
		LinkTo:   "/y",
		Tokens:   "/t",
		LinkForm: accessLinkForm(),
		Enforce:  enforceSwitch{Confirm: exampleEnforce()},
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

func exampleTime(d time.Duration) ui.Time { return ui.NewTime(gallery.Now().Add(d), gallery.Now()) }

func exampleAccessBase() ui.Base { return gallery.Console("Access") }

func exampleAddAdmin() ui.Field {
	return ui.Field{
		ID:        "user",
		Name:      "login",
		Label:     "Login of a person here",
		Hint:      "As your identity provider sends it, such as ada@acme.example.",
		InputMode: "email",
	}
}

func exampleRemoveAdmin() ui.Confirm {
	return ui.Confirm{
		Label:  "Remove",
		Text:   "They cannot open the console any more.",
		Action: "/x",
		Button: "Remove",
	}
}

func exampleEnforce() ui.Confirm {
	return ui.Confirm{
		Label: "Enforce single sign-on",
		Text: "Setup links stop working. Admins of this enterprise can no longer sign in with a password, " +
			"except recovery admins.",
		Action: "/x",
		Button: "Enforce it",
		Danger: true,
	}
}

func exampleManyAccess() *accessPage {
	return &accessPage{
		Base:     exampleAccessBase(),
		Add:      exampleAddAdmin(),
		AddTo:    "/x",
		LinkTo:   "/y",
		Tokens:   "/t",
		LinkForm: accessLinkForm(),
		Enforce:  enforceSwitch{Confirm: exampleEnforce()},
		Admins: []namedAdmin{
			{"Ada Lovelace", "ada@acme.example", "/p", false, exampleTime(-40 * exampleDay), exampleRemoveAdmin()},
			{"", gallery.LongLogin, "/p", true, exampleTime(-time.Hour), exampleRemoveAdmin()},
		},
		Groups: []ui.Link{
			{Label: "platform-admins", Href: "/g"},
			{Label: gallery.LongName, Href: "/g"},
		},
		AppointTo: "/z",
		Appoint: appointFields(
			[]sso.Organization{{ID: "org-a", Name: "Research", Key: "research"}}, nil,
		),
		Appointed: exampleAppointed(),
		Links: []setupLinkRow{
			{
				For:        "Grace at the IT desk",
				Connection: "Okta",
				Parts:      "Single sign-on, Domains, Verify groups",
				Badge:      ui.Badge{Label: "open", State: "ok"},
				Opens:      2,
				MaxOpens:   10,
				Opened:     exampleTime(-time.Hour),
				Expires:    exampleTime(5 * exampleDay),
				Revoke: &ui.Confirm{
					Label:  "Revoke",
					Text:   "Anyone using it is signed out of the assistant.",
					Action: "/x",
					Button: "Revoke",
				},
			},
			{
				For:      gallery.LongLogin,
				Parts:    "Provisioning by SCIM",
				Badge:    ui.Badge{Label: "expired", State: ""},
				Opens:    0,
				MaxOpens: 1,
				Opened:   ui.Time{Relative: "never"},
				Expires:  exampleTime(-exampleDay),
			},
		},
	}
}

func exampleLinkMade() *accessPage {
	return &accessPage{
		Base:     exampleAccessBase(),
		Add:      exampleAddAdmin(),
		AddTo:    "/x",
		LinkTo:   "/y",
		Tokens:   "/t",
		LinkForm: accessLinkForm(),
		Enforce:  enforceSwitch{Confirm: exampleEnforce()},
		Made: &newLink{
			URL: ui.Copyable{
				ID:    "made",
				Value: "https://login.example.com/setup/6bJ1l2Yz0v8a9d3e7f5g4h2i1j0k9l8m7n6o5p4q3r2",
			},
			Expires: exampleTime(7 * exampleDay),
			For:     "Grace at the IT desk",
		},
	}
}

func exampleAppointed() []appointedAdmin {
	remove := ui.Confirm{
		Label:  "Remove",
		Text:   "With their next click they no longer administer Research.",
		Action: "/x",
		Button: "Remove",
	}
	research := ui.Link{Label: "Research", Href: "/o"}
	return []appointedAdmin{
		{research, "Grace Hopper", "grace@acme.example", "/p", false, exampleTime(-exampleDay), remove},
		{research, gallery.LongName, gallery.LongLogin, "/p", true, exampleTime(-time.Hour), remove},
	}
}
