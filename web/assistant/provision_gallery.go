package assistant

import (
	"time"

	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const (
	galleryProvision = galleryAt + "scim/"
	gallerySCIM      = "https://login.example.com/scim/v2/connections/conn-01hf7k3m9q2v5x8z1b4d6g8j0n"
)

// galleryProvisioning are the pages of the assistant for SCIM.
func galleryProvisioning() []gallery.Example {
	examples := map[string]ui.Page{
		"ProvisionWait":             galleryWait(),
		"ProvisionWait-never":       galleryNever(),
		"ProvisionConnect":          galleryConnect(),
		"ProvisionConnect-made":     galleryTokenMade(),
		"ProvisionMappings":         galleryMappings(),
		"ProvisionMappings-differs": galleryMappingsDiffer(),
		"ProvisionAssign":           galleryProvisionAssign(),
		"ProvisionTest-nothing":     galleryUnreached(),
		"ProvisionTest-failed":      galleryTestRefused(),
		"ProvisionTest-passed":      galleryTestDone(),
		"ProvisionEnable":           galleryProvisionEnable(),
		"ProvisionEnable-blocked":   galleryProvisionBlocked(),
		"ProvisionEnable-on":        galleryProvisionOn(),
	}
	var all []gallery.Example
	for _, name := range []string{
		"ProvisionWait", "ProvisionWait-never", "ProvisionConnect", "ProvisionConnect-made", "ProvisionMappings",
		"ProvisionMappings-differs", "ProvisionAssign", "ProvisionTest-nothing", "ProvisionTest-failed",
		"ProvisionTest-passed", "ProvisionEnable", "ProvisionEnable-blocked", "ProvisionEnable-on",
	} {
		all = append(all, gallery.Example{
			Name:   name,
			Status: 200,
			Page:   examples[name],
		})
	}
	return all
}

// galleryProvisionStep is what a step of the assistant for SCIM has around itself.
func galleryProvisionStep(number int, heading, next string) (ui.Base, stepFrame) {
	base, f := galleryStep(number, heading, nil)
	f.Over = "Microsoft Entra ID, SCIM"
	f.Role = "You need: a Cloud Application Administrator, or the owner of the application."
	f.Change = ""
	f.Steps = nil
	for i, label := range []string{
		"Address and token", "Attributes and actions", "People and groups", "Test", "Enable",
	} {
		f.Steps = append(f.Steps, stepLink{
			Label:   label,
			Href:    galleryProvision + "step",
			Current: i+1 == number,
			Done:    i+1 < number,
		})
	}
	if next != "" {
		f.Next = &ui.Link{Label: "Next: " + next, Href: galleryProvision + "next"}
	}
	return base, f
}

// galleryPartOf is a part of the guide to Entra ID with the values of the gallery.
func galleryPartOf(p guide.Part) part {
	out := part{
		ID:      "h-do",
		Heading: "In Microsoft Entra ID",
		Note:    pieces(p.Note),
	}
	for _, w := range p.Warnings {
		out.Warnings = append(out.Warnings, pieces(w))
	}
	for _, d := range p.Do {
		in := instruction{Text: pieces(d.Text)}
		for _, v := range d.Give {
			e := console.Entry{Label: v.Label, Hint: v.Hint, Choice: v.Text}
			switch v.Kind {
			case guide.SCIMURL:
				e.Copy = &ui.Copyable{ID: "scim", Value: gallerySCIM}
			case guide.RedirectURI:
				e.Copy = &ui.Copyable{ID: "redirect", Value: galleryRedirect}
			case guide.TokenValue:
				e.Choice = tokenBelow
			}
			in.Values = append(in.Values, e)
		}
		out.Do = append(out.Do, in)
	}
	return out
}

func galleryEntra() guide.SCIM { return guide.SCIMOf("entra") }

func galleryTokenForm(open bool) setupForm {
	return setupForm{
		Action: galleryProvision + "token",
		Button: "Create token",
		Fields: []ui.Field{{
			ID:           "name",
			Name:         "name",
			Label:        "Name of the token",
			Hint:         "Refusals mention it.",
			Value:        map[bool]string{true: "entra-1", false: "entra-3"}[open],
			Autocomplete: "off",
		}},
	}
}

func galleryWait() *provisionWaitPage {
	base, _ := galleryProvisionStep(1, "", "")
	return &provisionWaitPage{
		Base:    base,
		Heading: "Provisioning by SCIM",
		Lead: "Single sign-on comes first: Microsoft Entra ID then pushes the people who sign in, under the " +
			"login that they sign in with.",
		Todo: []ui.Todo{
			{
				State: "warn",
				Text:  "The last test connection failed.",
				Href:  galleryAt + "test",
				Label: "Test it",
			},
			{
				State: "warn",
				Text:  "The signing certificate expires on 5 December 2026.",
				Href:  galleryAt + "configure",
				Label: "Look at it",
			},
		},
		Next: &ui.Link{Label: "Set provisioning up all the same", Href: galleryProvision + "connect"},
	}
}

func galleryNever() *provisionWaitPage {
	base, _ := galleryProvisionStep(1, "", "")
	return &provisionWaitPage{
		Base:    base,
		Heading: "Provisioning by SCIM",
		Lead: "Google Workspace cannot push people and groups to an application of your own. Their groups come " +
			"with each " +
			"sign-in instead, and people who leave can no longer sign in.",
	}
}

func galleryConnect() *provisionConnectPage {
	base, f := galleryProvisionStep(1, "Address and token", "attributes and actions")
	p := &provisionConnectPage{
		Base:      base,
		stepFrame: f,
		Part:      galleryPartOf(galleryEntra().Connect),
		Form:      galleryTokenForm(true),
		Open:      true,
	}
	for _, text := range galleryEntra().NotNeeded {
		p.NotNeeded = append(p.NotNeeded, pieces(text))
	}
	return p
}

func galleryTokenMade() *provisionConnectPage {
	p := galleryConnect()
	p.Open = false
	p.Part.nameToken("the token entra-2, shown above")
	p.Form = galleryTokenForm(false)
	p.Made = &madeToken{
		Name:  "entra-2",
		Value: ui.Copyable{ID: "token", Value: "gw_scim_5f0c6a1e44b2d8c39a7e1b6f3d2c5e8a9b0c4d7f1a2b3c"},
	}
	p.Tokens = []tokenRow{
		{
			Name:   "entra-2",
			Scopes: "scim",
			Badge:  ui.Badge{Label: "valid", State: "ok"},
			Used:   ui.Time{Relative: "never"},
		},
		{
			Name:   gallery.LongName,
			Scopes: "users:read, users:write",
			Badge:  ui.Badge{Label: "expired", State: "warn"},
			Used:   gallery.Ago(40 * time.Minute),
		},
	}
	return p
}

func galleryMappings() *provisionMappingsPage {
	base, f := galleryProvisionStep(2, "Attributes and actions", "whom it provisions")
	p := &provisionMappingsPage{
		Base:      base,
		stepFrame: f,
		Part:      galleryPartOf(galleryEntra().Mappings),
		LoginFrom: []string{"login", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"},
		Login:     "ada@acme.example",
		Check: loginCheck{
			Badge:    ui.Badge{Label: "nothing pushed yet"},
			Sentence: "No one has been pushed yet. The first push is compared with the people who signed in, here.",
		},
	}
	for _, r := range galleryEntra().Required {
		p.Required = append(p.Required, requiredRow{
			Attribute: r.Attribute,
			From:      r.From,
			Why:       r.Why,
		})
	}
	return p
}

func galleryMappingsDiffer() *provisionMappingsPage {
	p := galleryMappings()
	p.Check = loginCheck{
		Badge: ui.Badge{Label: "differs", State: "error"},
		Sentence: "Pushed under another userName than people sign in with: 22 of 24 people who signed in last. " +
			"They would be two people here.",
		Different: []loginDifference{
			{
				Login:    "ada@acme.example",
				UserName: "ada.lovelace@acme.example",
				By:       "e-mail address",
			},
			{
				Login:    gallery.LongLogin,
				UserName: "long@acme.example",
				By:       "externalId",
			},
		},
		More:     20,
		Missing:  []string{"grace@acme.example"},
		MoreGone: 3,
		Do: pieces("In Microsoft Entra ID, map `userName` to the value that is the login: userPrincipalName. " +
			"Then send everything again. " + galleryEntra().Again),
	}
	p.Required[0].Badge = &p.Check.Badge
	return p
}

func galleryProvisionAssign() *provisionAssignPage {
	base, f := galleryProvisionStep(3, "People and groups", "test")
	return &provisionAssignPage{
		Base:      base,
		stepFrame: f,
		Part:      galleryPartOf(galleryEntra().Assign),
		Cycle:     pieces(galleryEntra().Cycle),
	}
}

func galleryProvisionEnable() *provisionEnablePage {
	base, f := galleryProvisionStep(5, "Enable provisioning", "")
	return &provisionEnablePage{
		Base:      base,
		stepFrame: f,
		Pilot:     galleryConnections + "/conn-1/provisioning/pilot",
		Facts: []ui.Fact{
			{Label: "People who are here and were pushed", Value: "248"},
			{Label: "New people", Value: "21"},
			{Label: "People who would be deactivated", Value: "2"},
			{Label: "People who wait for an admin", Value: "0"},
		},
		Groups: []provisionGroup{
			{
				Name:         "grp_all@acme.example",
				Organization: "Platform",
				Join:         248,
				Confirm:      21,
			},
			{Name: gallery.LongName, Join: 3},
		},
		Changes: []string{
			"Memberships of people whom Microsoft Entra ID pushes come from what it pushes. No sign-in changes them.",
			"Someone whom Microsoft Entra ID deactivates is signed out at once and cannot sign in.",
			"Enabling it removes no one from a group.",
		},
		Warnings: []ui.Todo{{
			State: "warn",
			Text:  "The login of 2 people would change, because userName is another value.",
			Href:  galleryProvision + "mappings",
			Label: "Compare the logins",
		}},
		Form: setupForm{
			Action: galleryProvision + "enable",
			Button: "Enable provisioning",
			Hidden: []ui.HiddenField{console.RevisionField(7)},
		},
	}
}

func galleryProvisionBlocked() *provisionEnablePage {
	p := galleryProvisionEnable()
	p.Blocked = "The draft of this connection has other changes: Entity ID, Certificates. Ask an admin of Acme " +
		"Corporation to enable or discard them first."
	return p
}

func galleryProvisionOn() *provisionEnablePage {
	base, f := galleryProvisionStep(5, "Provisioning is enabled", "")
	return &provisionEnablePage{
		Base:      base,
		stepFrame: f,
		On:        true,
		SCIM:      galleryConnections + "/conn-1/provisioning",
		Pilot:     galleryConnections + "/conn-1/provisioning/pilot",
		InPilot:   true,
	}
}
