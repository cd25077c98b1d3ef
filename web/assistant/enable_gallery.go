package assistant

import "gatehouse/web/ui"

func galleryTest(change func(*setupTestPage)) *setupTestPage {
	base, a := galleryStep(5, "Test", nil)
	p := &setupTestPage{
		Base:      base,
		stepFrame: a,
		Start:     galleryConnections + "/conn-1/tests",
		All:       galleryConnections + "/conn-1/tests",
	}
	change(p)
	return p
}

func galleryEnable(change func(*setupEnablePage)) *setupEnablePage {
	base, a := galleryStep(6, "Enable", nil)
	p := &setupEnablePage{
		Base:      base,
		stepFrame: a,
		Changes: []string{
			"The sign-in link of Acme Corporation leads to Microsoft Entra ID.",
			"At each sign-in, everyone’s memberships are reset to the groups that Microsoft Entra ID names. Members who were added by hand are removed.",
		},
		Form: setupForm{
			Action: galleryAt + "enable",
			Button: "Proceed",
		},
	}
	change(p)
	return p
}

func galleryDone() *setupDonePage {
	base, a := galleryStep(7, "Employees is enabled", nil)
	done := &setupDonePage{
		Base:      base,
		stepFrame: a,
		Link: ui.Copyable{
			ID:    "link",
			Value: "https://login.example.com/login/sso?enterprise_key=acme",
		},
		Todo: []ui.Todo{
			{
				State: "",
				Text:  "Verify your e-mail domain, so that people need no code.",
				Href:  "/d",
				Label: "Domains",
			},
			{
				State: "",
				Text:  "See which groups match.",
				Href:  "/g",
				Label: "Verify groups",
			},
		},
	}
	return done
}

func galleryConfirmation() ui.Field {
	sure := ui.Field{
		ID:           "confirm",
		Name:         "confirm",
		Label:        "Enter “Employees” to enable it without a passed test",
		Hint:         "The last test did not pass, or something was changed since.",
		Autocomplete: "off",
	}
	asked := sure
	asked.Error, asked.Value = "Enter the name of the connection, exactly as it is.", "employees"
	return asked
}

func galleryTestMissing() *setupTestPage {
	return galleryTest(func(p *setupTestPage) {
		p.Start = ""
		p.Missing = []ui.Todo{{
			State: "warn",
			Text:  "Enter the client secret.",
			Href:  galleryAt + "configure",
			Label: "Enter it",
		}}
	})
}

func galleryTestFailed(at ui.Time) *setupTestPage {
	return galleryTest(func(p *setupTestPage) {
		p.Last = &lastTest{
			Badge:  ui.Badge{Label: "failed", State: "error"},
			At:     at,
			Detail: "The signature did not verify.",
			Href:   "/t",
		}
	})
}

func galleryTestPassed(at ui.Time) *setupTestPage {
	return galleryTest(func(p *setupTestPage) {
		p.Last = &lastTest{
			Badge: ui.Badge{Label: "passed", State: "ok"},
			At:    at,
			Href:  "/t",
			Old:   true,
		}
		p.Again = true
		p.Next = &ui.Link{
			Label: "Next: enable",
			Href:  galleryAt + "enable",
		}
	})
}

func galleryEnableMissing() *setupEnablePage {
	return galleryEnable(func(p *setupEnablePage) {
		p.Missing = []ui.Todo{{
			State: "warn",
			Text:  "Enter the identity provider’s entity ID, or its metadata.",
			Href:  "/c",
			Label: "Enter it",
		}}
	})
}

func galleryEnableUntested(asked ui.Field) *setupEnablePage {
	return galleryEnable(func(p *setupEnablePage) {
		p.Form.Fields = []ui.Field{asked}
		p.Form.Wrong = []ui.Wrong{{ID: asked.ID, Label: asked.Label, Message: asked.Error}}
		p.Differs = []difference{
			{
				"Metadata URL", "https://old.example/metadata",
				"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/federationmetadata/2007-06/federationmetadata.xml",
			},
			{"Groups from", "", "groups"},
		}
		p.Warnings = []ui.Todo{{
			State: "warn",
			Text:  "The last test did not pass.",
			Href:  "/t",
			Label: "Look at it",
		}}
	})
}
