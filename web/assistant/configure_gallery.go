package assistant

import (
	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryFirstSteps() []gallery.Example {
	base, a := galleryStep(1, "Create the application", &ui.Link{
		Label: "Next: configure the connection",
		Href:  galleryAt + "configure",
	})
	create := &setupCreatePage{
		Base:      base,
		stepFrame: a,
		Part:      galleryPart(),
	}
	byLink := galleryCreateByLink()
	empty := galleryConfigure(func(*setupConfigurePage) {})
	wrong := galleryConfigureWrong()
	manual := galleryConfigureManual()
	read := galleryConfigureRead()
	return []gallery.Example{
		{Name: "SetupCreate", Status: 200, Page: create},
		{Name: "SetupCreate-by-link", Status: 200, Page: byLink},
		{Name: "SetupCreate-without-groups", Status: 200, Page: galleryCreateWithoutGroups()},
		{Name: "SetupConfigure-empty", Status: 200, Page: empty},
		{Name: "SetupConfigure-wrong", Status: 422, Page: wrong},
		{Name: "SetupConfigure-manual", Status: 200, Page: manual},
		{Name: "SetupConfigure-read", Status: 200, Page: read},
	}
}

// galleryCreateWithoutGroups is the first step of a product with a note before it.
func galleryCreateWithoutGroups() *setupCreatePage {
	base, a := galleryStep(1, "Create the application", &ui.Link{
		Label: "Next: configure the connection",
		Href:  galleryAt + "configure",
	})
	a.Over = sso.OIDC.Over(sso.Google.Product())
	p := galleryPartOf(guide.Of(sso.Google, sso.OIDC).Create)
	p.Heading = "In Google Workspace"
	return &setupCreatePage{
		Base:      base,
		stepFrame: a,
		Part:      p,
	}
}

func galleryCreateByLink() *setupCreatePage {
	base, a := galleryStep(1, "Create the application", &ui.Link{
		Label: "Next: configure the connection",
		Href:  galleryAt + "configure",
	})
	base.Console = &ui.Console{
		Role:    "by a setup link",
		SignOut: "/admin/sign-out",
	}
	base.User, a.HandOver = &ui.Person{Name: "IT of " + gallery.LongName, Login: ""}, ""
	byLink := &setupCreatePage{
		Base:      base,
		stepFrame: a,
		Part:      galleryPart(),
	}
	return byLink
}

func galleryMetadataField() ui.Field {
	return ui.Field{
		ID:    "saml.metadata_url",
		Name:  "saml.metadata_url",
		Label: "Metadata URL",
		Hint:  "In Microsoft Entra ID: App Federation Metadata Url, under Single sign-on › SAML Certificates. It looks like https://login.microsoftonline.com/…/federationmetadata/2007-06/federationmetadata.xml?appid=…",
		Kind:  "url",
		Mono:  true,
		Most:  2048,
	}
}

func galleryTabs(manual bool) []ui.Link {
	return []ui.Link{
		{Label: "Automatic", Href: galleryAt + "configure?how=automatic", Current: !manual},
		{Label: "Manual", Href: galleryAt + "configure?how=manual", Current: manual},
	}
}

func galleryForm() setupForm {
	return setupForm{
		Fields: []ui.Field{galleryMetadataField()},
		Hidden: []ui.HiddenField{{Name: "revision", Value: "3"}},
		Action: galleryAt + "configure",
		Button: "Create connection",
	}
}

func galleryConfigure(change func(*setupConfigurePage)) *setupConfigurePage {
	base, a := galleryStep(2, "Configure the connection", nil)
	p := &setupConfigurePage{
		Base:      base,
		stepFrame: a,
		Part:      galleryPart(),
		Tabs:      galleryTabs(false),
		Form:      galleryForm(),
		Open:      true,
	}
	change(p)
	return p
}

func galleryConfigureWrong() *setupConfigurePage {
	return galleryConfigure(func(p *setupConfigurePage) {
		bad := galleryMetadataField()
		bad.Value = "https://acme.okta.com/app/acme_1/exk1/sso/saml"
		bad.Error = "This is the address people sign in at. The metadata has another one."
		p.Form.Fields = []ui.Field{bad}
		p.Form.Wrong = []ui.Wrong{{ID: bad.ID, Label: bad.Label, Message: bad.Error}}
		p.Form.Meant = []meant{{
			"Metadata URL", "https://acme.okta.com/app/exk1/sso/saml/metadata",
			"saml.metadata_url=https://acme.okta.com/app/exk1/sso/saml/metadata",
		}}
	})
}

func galleryConfigureManual() *setupConfigurePage {
	return galleryConfigure(func(p *setupConfigurePage) {
		p.Tabs, p.Form.Files = galleryTabs(true), true
		p.Form.Fields = []ui.Field{
			{
				ID:       "file",
				Name:     "file",
				Label:    "Metadata file",
				Kind:     "file",
				Optional: true,
				Accept:   ".xml",
			},
			{
				ID:       "xml",
				Name:     "saml.metadata_xml",
				Label:    "Metadata, pasted",
				Kind:     "area",
				Optional: true,
				Mono:     true,
			},
		}
		p.Form.More = []ui.Field{{
			ID:       "scopes",
			Name:     "scopes",
			Label:    "Scopes",
			Optional: true,
		}}
	})
}

func galleryConfigureRead() *setupConfigurePage {
	return galleryConfigure(func(p *setupConfigurePage) {
		p.Open = false
		p.Next = &ui.Link{
			Label: "Next: attribute mapping",
			Href:  galleryAt + "attributes",
		}
		p.Flash = "The metadata was read. The test shows whether people can sign in."
		p.Read = []ui.Fact{
			{
				Label: "Entity ID",
				Value: "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/",
				Code:  true,
			},
			{
				Label: "Sign-in address",
				Value: "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/saml2",
				Code:  true,
			},
			{Label: "Sent there by", Value: "a redirect"},
		}
		p.Keys = []signingKey{
			{"9f86d081884c7d65…", "RSA, 2048 bits", "24 November 2029", ui.Badge{
				Label: "good",
				State: "ok",
			}},
			{"60303ae22b998861…", "RSA, 2048 bits", "30 November 2026", ui.Badge{
				Label: "6 days left",
				State: "warn",
			}},
		}
		p.Warnings = []ui.Todo{{
			State: "warn",
			Text:  "The certificate 60303ae22b998861 expires on 2026-11-30.",
			Href:  "",
			Label: "",
		}}
	})
}
