package assistant

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryProbe(change func(*provisionTestPage)) *provisionTestPage {
	base, f := galleryProvisionStep(4, "Test provisioning", "enable")
	p := &provisionTestPage{
		Base:      base,
		stepFrame: f,
		CanTest:   true,
		Connect:   galleryProvision + "connect",
		OwnTest:   pieces(galleryEntra().OwnTest.Text),
		Form: setupForm{
			Action: galleryProvision + "test",
			Button: "Test this connection",
			Fields: []ui.Field{
				{
					ID:    "token",
					Name:  "token",
					Label: "Token",
					Hint: "The one that you entered in Microsoft Entra ID. The test has its scopes; its value " +
						"is not needed.",
					Kind:    "select",
					Options: []ui.Option{{Value: "scimtok-2", Label: "entra-2"}, {Value: "scimtok-1", Label: "entra-1 (expired)"}},
				},
				{
					ID:           "secret",
					Name:         "secret",
					Label:        "Or paste a token",
					Hint:         "To find out whether it is the right one. It is used for this test and not stored.",
					Kind:         "password",
					Optional:     true,
					Autocomplete: "off",
				},
			},
		},
	}
	change(p)
	return p
}

func galleryUnreached() *provisionTestPage {
	return galleryProbe(func(p *provisionTestPage) {
		p.CanTest = false
		p.Reach = reach{
			Badge:    ui.Badge{Label: "nothing yet", State: "warn"},
			Sentence: "No request has reached the address of this connection yet.",
			Do: [][]piece{
				pieces(galleryEntra().First + " If you did that, the request did not get here."),
				pieces("Compare the address that you entered with this one, letter by letter: `" + gallerySCIM + "`"),
				pieces(galleryEntra().Network),
			},
		}
	})
}

func galleryReached() reach {
	row := func(what, request string, ago time.Duration, status int) contactRow {
		return contactRow{
			What:    what,
			From:    "20.190.128.5",
			Client:  "Azure AD Provisioning Service",
			Request: request,
			At:      gallery.Ago(ago),
			Answer:  statusBadge(status),
		}
	}
	return reach{
		Badge:    ui.Badge{Label: "reached", State: "ok"},
		Sentence: "Requests with a token of this connection have arrived.",
		Rows: []contactRow{
			row("First with a token", "GET /Users", 49*time.Hour, 200),
			row("Last with a token", "GET /Groups", 12*time.Minute, 403),
			row("First without a valid token", "GET /Users", 50*time.Hour, 401),
			row("Last without a valid token", "GET /Users", 50*time.Hour, 401),
		},
	}
}

func galleryTestRefused() *provisionTestPage {
	const detail = "Token “entra-2” lacks scope groups:read (it has users:read users:write). Add scope scim to it in " +
		"Gatehouse under SSO & provisioning > Employees > SCIM: its secret stays the same. Then press Restart " +
		"provisioning " +
		"in the Entra admin center. A new token is not needed."
	return galleryProbe(func(p *provisionTestPage) {
		p.Reach = galleryReached()
		p.Result = &testResult{
			Heading: "The test failed",
			Badge:   ui.Badge{Label: "failed", State: "error"},
			Token:   "entra-2",
			Refused: []string{detail},
			Rows: []probeRow{
				{
					What:    "Look for a user",
					Request: `GET /Users?filter=userName eq "gatehouse-test-push-06d5x0wkj3n8p7r5t2v4y6z8ab"`,
					Answer:  statusBadge(200),
					Own:     "yes",
				},
				{
					What:    "List groups",
					Request: "GET /Groups?startIndex=1&count=2",
					Answer:  statusBadge(403),
					Own:     "no",
				},
				{
					What:    "Add the user to the group",
					Request: "PATCH /Groups/{group}",
					Answer:  ui.Badge{Label: "not tried"},
					Own:     "no",
				},
			},
			Fix: &ui.Press{
				Label:  "Add scope scim to entra-2",
				Action: galleryProvision + "scope",
				Fields: []ui.HiddenField{{Name: "token", Value: "scimtok-2"}},
			},
			Again: pieces(galleryEntra().Again),
		}
	})
}

func galleryTestDone() *provisionTestPage {
	return galleryProbe(func(p *provisionTestPage) {
		p.Reach = galleryReached()
		p.Result = &testResult{
			Heading: "The test passed",
			Badge:   ui.Badge{Label: "passed", State: "ok"},
			Token:   "entra-2",
			Rows: []probeRow{{
				What:    "Create a user",
				Request: "POST /Users",
				Answer:  statusBadge(201),
				Own:     "no",
			}},
		}
	})
}
