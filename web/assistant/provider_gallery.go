package assistant

import (
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryBeforeSteps() []gallery.Example {
	choose := galleryChooseFirst()
	change := galleryChooseOther()
	name := ui.Field{
		ID:           "name",
		Name:         "name",
		Label:        "Name",
		Hint:         "What people see where there is a choice.",
		Value:        "Okta",
		Autocomplete: "off",
	}
	long := name
	long.Value, long.Error = "", "Enter a name."
	named := &nameConnectionPage{
		Base:    galleryBase(),
		Heading: "Name the connection",
		Lead:    "Okta, SAML",
		Fields:  []ui.Field{name},
		Hidden:  []ui.HiddenField{{Name: "provider", Value: "okta"}},
		Action:  galleryConnections + "/new",
		Button:  "Next",
		Back:    ui.Link{Label: "Back", Href: galleryConnections + "/new"},
	}
	wrong := &nameConnectionPage{
		Base:    galleryBase(),
		Heading: "Name the connection",
		Lead:    "Okta, SAML",
		Wrong:   []ui.Wrong{{ID: "name", Label: "Name", Message: long.Error}},
		Fields:  []ui.Field{long},
		Action:  galleryConnections + "/new",
		Button:  "Next",
		Back:    ui.Link{Label: "Back", Href: galleryConnections + "/new"},
	}
	lose := &nameConnectionPage{
		Base:    galleryBase(),
		Heading: "Change to Okta, OpenID Connect",
		Lead:    "The steps are then those of Okta.",
		Action:  galleryAt + "provider",
		Button:  "Change",
		Back:    ui.Link{Label: "Cancel", Href: galleryAt},
		Warnings: []ui.Todo{{
			State: "warn",
			Text:  "This is a different protocol. The identity provider’s values are deleted, and it needs other Gatehouse addresses.",
		}},
	}
	return []gallery.Example{
		{Name: "ChooseProvider-new", Status: 200, Page: choose},
		{Name: "ChooseProvider-change", Status: 200, Page: change},
		{Name: "NameConnection-empty", Status: 200, Page: named},
		{Name: "NameConnection-wrong", Status: 422, Page: wrong},
		{Name: "NameConnection-change", Status: 200, Page: lose},
	}
}

func galleryBase() ui.Base {
	return gallery.Console("SSO & provisioning", ui.Link{
		Label: "SSO & provisioning",
		Href:  galleryConnections,
	})
}

func galleryWay(protocol, why string, better bool) protocolWay {
	return protocolWay{
		Protocol: protocol,
		Why:      why,
		Href:     galleryConnections + "/new?provider=okta&protocol=" + protocol,
		Better:   better,
	}
}

func galleryChooseFirst() *chooseProviderPage {
	return &chooseProviderPage{
		Base:     galleryBase(),
		Heading:  "Set up single sign-on",
		Lead:     "Choose the identity provider that Acme Corporation uses.",
		Products: products(galleryConnections+"/new", "", guide.Guide{}),
	}
}

func galleryChooseOther() *chooseProviderPage {
	return &chooseProviderPage{
		Base:    galleryBase(),
		Heading: "Change identity provider",
		Lead:    "Your entries are kept as long as the protocol stays the same.",
		Back:    &ui.Link{Label: "Back to the assistant", Href: galleryAt},
		Products: []product{
			{"Okta", []protocolWay{{
				Protocol: "SAML",
				Why:      "Chosen when this was set up.",
				Href:     "/x",
				Current:  true,
			}}},
			{
				"Another identity provider",
				[]protocolWay{
					galleryWay("OpenID Connect", "Any product that supports OpenID Connect.", true),
				},
			},
		},
	}
}
