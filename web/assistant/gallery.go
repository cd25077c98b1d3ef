package assistant

import (
	"slices"
	"time"

	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		galleryBeforeSteps(),
		galleryFirstSteps(),
		galleryLastSteps(),
	)
}

const (
	galleryConnections = "/admin/enterprises/acme/connections"
	galleryAt          = galleryConnections + "/conn-1/setup/"
	galleryACS         = "https://login.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/acs"
)

// galleryStep is what a step has around itself.
func galleryStep(number int, heading string, next *ui.Link) (ui.Base, stepFrame) {
	a := stepFrame{
		Heading:  heading,
		Over:     "Microsoft Entra ID, SAML",
		Role:     "A Cloud Application Administrator, or the owner of the application.",
		Number:   number,
		Change:   galleryAt + "provider",
		HandOver: "/admin/enterprises/acme/access",
		Next:     next,
	}
	for i, label := range []string{
		"Create the application", "Configure the connection", "Attribute mapping", "Assign access",
		"Test", "Enable",
	} {
		a.Steps = append(a.Steps, stepLink{
			Label:   label,
			Href:    galleryAt + "step",
			Current: i+1 == number,
			Done:    i+1 < number,
		})
	}
	return gallery.Console("SSO & provisioning",
		ui.Link{Label: "SSO & provisioning", Href: galleryConnections},
		ui.Link{Label: "Employees", Href: galleryConnections + "/conn-1"},
	), a
}

func galleryBeforeSteps() []gallery.Example {
	base := func() ui.Base {
		return gallery.Console("SSO & provisioning", ui.Link{
			Label: "SSO & provisioning",
			Href:  galleryConnections,
		})
	}
	way := func(protocol, why string, better bool) protocolWay {
		return protocolWay{
			Protocol: protocol,
			Why:      why,
			Href:     galleryConnections + "/new?provider=okta&protocol=" + protocol,
			Better:   better,
		}
	}
	choose := &chooseProviderPage{
		Base:    base(),
		Heading: "Set up single sign-on",
		Lead:    "Choose the identity provider that Acme Corporation uses.",
		Products: []product{
			{
				"Okta",
				[]protocolWay{
					way("OpenID Connect", "Fewest steps, and no certificate to renew.", true),
					way("SAML", "If your company asks for SAML, or for encrypted assertions.", false),
				},
			},
			{
				"Microsoft Entra ID",
				[]protocolWay{
					way("SAML", "Sends group names. New signing certificates are picked up automatically.", true),
					way("OpenID Connect", "If you prefer app registrations.", false),
				},
			},
			{
				"Google Workspace",
				[]protocolWay{way("SAML", "The only way in which Google sends groups.", true)},
			},
			{
				"AD FS",
				[]protocolWay{way("SAML", "New certificates are picked up automatically.", true)},
			},
		},
	}
	change := &chooseProviderPage{
		Base:    base(),
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
				[]protocolWay{way("OpenID Connect", "Whatever speaks OpenID Connect.", true)},
			},
		},
	}
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
		Base:    base(),
		Heading: "Name the connection",
		Lead:    "Okta, SAML",
		Fields:  []ui.Field{name},
		Hidden:  []ui.HiddenField{{Name: "provider", Value: "okta"}},
		Action:  galleryConnections + "/new",
		Button:  "Next",
		Back:    ui.Link{Label: "Back", Href: galleryConnections + "/new"},
	}
	wrong := &nameConnectionPage{
		Base:    base(),
		Heading: "Name the connection",
		Lead:    "Okta, SAML",
		Wrong:   []ui.Wrong{{ID: "name", Label: "Name", Message: long.Error}},
		Fields:  []ui.Field{long},
		Action:  galleryConnections + "/new",
		Button:  "Next",
		Back:    ui.Link{Label: "Back", Href: galleryConnections + "/new"},
	}
	lose := &nameConnectionPage{
		Base:    base(),
		Heading: "Change to Okta, OpenID Connect",
		Lead:    "The steps are then those of Okta.",
		Action:  galleryAt + "provider",
		Button:  "Change",
		Back:    ui.Link{Label: "Keep it as it is", Href: galleryAt},
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

func galleryPart() part {
	return part{
		ID:      "h-do",
		Heading: "In Microsoft Entra ID",
		Warnings: [][]piece{{
			{Text: "Leave one "},
			{Text: "Reply URL", Label: true},
			{
				Text: ". With a second one the identity provider may answer to the wrong address, and people see an error.",
			},
		}},
		Do: []instruction{
			{Text: []piece{
				{Text: "Go to "},
				{Text: "Enterprise applications", Label: true},
				{Text: " › "},
				{Text: "All applications", Label: true},
				{Text: ", and select "},
				{Text: "New application", Label: true},
				{Text: "."},
			}},
			{
				Text: []piece{{Text: "Fill in:"}},
				Values: []console.Entry{
					{
						Label: "Reply URL (Assertion Consumer Service URL)",
						Hint:  "Also called ACS URL or single sign-on URL.",
						Copy:  &ui.Copyable{ID: "acs", Value: galleryACS},
					},
					{Label: "Signature Algorithm", Choice: "RSA-SHA256"},
					{
						Label: "Encryption Certificate",
						Hint:  "A PEM file.",
						Download: &ui.Link{
							Label: "Download certificate",
							Href:  galleryAt + "files/certificate.pem",
						},
					},
				},
			},
			{Text: []piece{
				{Text: "Enter "},
				{Text: "groups", Code: true},
				{Text: " as its name."},
			}},
		},
	}
}

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
	base, a = galleryStep(1, "Create the application", &ui.Link{
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
	url := ui.Field{
		ID:    "saml.metadata_url",
		Name:  "saml.metadata_url",
		Label: "Metadata URL",
		Hint:  "In Microsoft Entra ID: App Federation Metadata Url, under Single sign-on › SAML Certificates. It looks like https://login.microsoftonline.com/…/federationmetadata/2007-06/federationmetadata.xml?appid=…",
		Kind:  "url",
		Mono:  true,
		Most:  2048,
	}
	tabs := func(manual bool) []ui.Link {
		return []ui.Link{
			{Label: "Automatic", Href: galleryAt + "configure?how=automatic", Current: !manual},
			{Label: "Manual", Href: galleryAt + "configure?how=manual", Current: manual},
		}
	}
	form := setupForm{
		Fields: []ui.Field{url},
		Hidden: []ui.HiddenField{{Name: "revision", Value: "3"}},
		Action: galleryAt + "configure",
		Button: "Create connection",
	}
	configure := func(change func(*setupConfigurePage)) *setupConfigurePage {
		base, a := galleryStep(2, "Configure the connection", nil)
		p := &setupConfigurePage{
			Base:      base,
			stepFrame: a,
			Part:      galleryPart(),
			Tabs:      tabs(false),
			Form:      form,
			Open:      true,
		}
		change(p)
		return p
	}
	empty := configure(func(*setupConfigurePage) {})
	wrong := configure(func(p *setupConfigurePage) {
		bad := url
		bad.Value = "https://acme.okta.com/app/acme_1/exk1/sso/saml"
		bad.Error = "This is the address people sign in at. The metadata has another one."
		p.Form.Fields = []ui.Field{bad}
		p.Form.Wrong = []ui.Wrong{{ID: bad.ID, Label: bad.Label, Message: bad.Error}}
		p.Form.Meant = []meant{{
			"Metadata URL", "https://acme.okta.com/app/exk1/sso/saml/metadata",
			"saml.metadata_url=https://acme.okta.com/app/exk1/sso/saml/metadata",
		}}
	})
	manual := configure(func(p *setupConfigurePage) {
		p.Tabs, p.Form.Files = tabs(true), true
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
	read := configure(func(p *setupConfigurePage) {
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
	return []gallery.Example{
		{Name: "SetupCreate", Status: 200, Page: create},
		{Name: "SetupCreate-by-link", Status: 200, Page: byLink},
		{Name: "SetupConfigure-empty", Status: 200, Page: empty},
		{Name: "SetupConfigure-wrong", Status: 422, Page: wrong},
		{Name: "SetupConfigure-manual", Status: 200, Page: manual},
		{Name: "SetupConfigure-read", Status: 200, Page: read},
	}
}

func galleryLastSteps() []gallery.Example {
	now := gallery.Now()
	at := ui.NewTime(now.Add(-3*time.Minute), now)
	attributes := func(change func(*setupAttributesPage)) *setupAttributesPage {
		base, a := galleryStep(3, "Attribute mapping", &ui.Link{
			Label: "Next: assign access",
			Href:  galleryAt + "assign",
		})
		part, groups := galleryPart(), galleryPart()
		part.Do, groups.Do, groups.ID, groups.Heading = part.Do[:1], part.Do[2:], "h-groups", "Groups"
		p := &setupAttributesPage{
			Base:      base,
			stepFrame: a,
			Part:      part,
			Groups:    groups,
			Form: setupForm{
				Action: galleryAt + "attributes",
				Button: "Save",
				Fields: []ui.Field{
					{
						ID:    "login",
						Name:  "mapping.login",
						Label: "Login",
						Kind:  "area",
						Mono:  true,
						Value: "login\nusername",
					},
					{
						ID:       "groups",
						Name:     "mapping.groups",
						Label:    "Groups",
						Kind:     "area",
						Mono:     true,
						Optional: true,
						Value:    "groups",
					},
				},
				More: []ui.Field{{
					ID:       "delimiter",
					Name:     "mapping.delimiter",
					Label:    "Between group names",
					Optional: true,
				}},
			},
		}
		for _, c := range []claimRow{
			{
				Use:   "Login",
				Name:  ui.Copyable{ID: "c-login", Value: "login"},
				Value: "user.userprincipalname",
			},
			{
				Use:   "E-mail",
				Name:  ui.Copyable{ID: "c-email", Value: "email"},
				Value: "user.mail",
				Note:  "People without a mailbox have none.",
			},
			{
				Use:   "Groups",
				Name:  ui.Copyable{ID: "c-groups", Value: "groups"},
				Value: "Cloud-only group display names",
			},
		} {
			c.Badge = ui.Badge{Label: "not tested", State: ""}
			p.Claims = append(p.Claims, c)
		}
		change(p)
		return p
	}
	seen := attributes(func(p *setupAttributesPage) {
		p.Tested = &at
		p.Claims[0].Badge, p.Claims[1].Badge, p.Claims[2].Badge = ui.Badge{
			Label: "seen",
			State: "ok",
		}, ui.Badge{
			Label: "not sent",
			State: "warn",
		}, ui.Badge{
			Label: "seen",
			State: "ok",
		}
		p.Sent = []sent{
			{"login", []string{"ada@acme.example"}, 0},
			{"groups", []string{"engineering", "grp_all_employees_without_contractors", "開発"}, 17},
			{"http://schemas.microsoft.com/identity/claims/objectidentifier", []string{"0f1e2d3c"}, 0},
		}
	})
	seen.Try, seen.Trace = galleryAt+"attributes/try#trace", console.GalleryTrace()
	seen.Form.Tried, seen.Form.More = true, append(seen.Form.More, console.GalleryRewrite()...)
	wrong := attributes(func(p *setupAttributesPage) {
		p.Form.Fields[0].Value, p.Form.Fields[0].Error = "{first", "Line 1: a { without its }"
		p.Form.Wrong = []ui.Wrong{{ID: "login", Label: "Login", Message: p.Form.Fields[0].Error}}
	})
	base, a := galleryStep(4, "Assign access", &ui.Link{
		Label: "Next: test",
		Href:  galleryAt + "test",
	})
	assign := &setupAssignPage{
		Base:      base,
		stepFrame: a,
		Part:      galleryPart(),
	}
	test := func(change func(*setupTestPage)) *setupTestPage {
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
	enable := func(change func(*setupEnablePage)) *setupEnablePage {
		base, a := galleryStep(6, "Enable", nil)
		p := &setupEnablePage{
			Base:      base,
			stepFrame: a,
			Changes: []string{
				"The sign-in link of Acme Corporation leads to Microsoft Entra ID.",
				"At each sign-in, everyone’s memberships are reset to the groups that Microsoft Entra ID names. Who was added by hand is removed.",
			},
			Form: setupForm{
				Action: galleryAt + "enable",
				Button: "Proceed",
			},
		}
		change(p)
		return p
	}
	base, a = galleryStep(7, "Employees is enabled", nil)
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
				Text:  "Prove that your e-mail domain is yours, so that people need no code.",
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
	sure := ui.Field{
		ID:           "confirm",
		Name:         "confirm",
		Label:        "Enter “Employees” to enable it without a passed test",
		Hint:         "The last test did not pass, or something was changed since.",
		Autocomplete: "off",
	}
	asked := sure
	asked.Error, asked.Value = "Enter the name of the connection, exactly as it is.", "employees"
	return []gallery.Example{
		{
			Name:   "SetupAttributes-untested",
			Status: 200,
			Page:   attributes(func(*setupAttributesPage) {}),
		},
		{
			Name:   "SetupAttributes-seen",
			Status: 200,
			Page:   seen,
		},
		{
			Name:   "SetupAttributes-wrong",
			Status: 422,
			Page:   wrong,
		},
		{
			Name:   "SetupAssign",
			Status: 200,
			Page:   assign,
		},
		{
			Name:   "SetupTest-none",
			Status: 200,
			Page:   test(func(*setupTestPage) {}),
		},
		{
			Name:   "SetupTest-missing",
			Status: 200,
			Page: test(func(p *setupTestPage) {
				p.Start = ""
				p.Missing = []ui.Todo{{
					State: "warn",
					Text:  "Enter the client secret.",
					Href:  galleryAt + "configure",
					Label: "Enter it",
				}}
			}),
		},
		{
			Name:   "SetupTest-failed",
			Status: 200,
			Page: test(func(p *setupTestPage) {
				p.Last = &lastTest{
					Badge:  ui.Badge{Label: "failed", State: "error"},
					At:     at,
					Detail: "The signature did not verify.",
					Href:   "/t",
				}
			}),
		},
		{
			Name:   "SetupTest-passed",
			Status: 200,
			Page: test(func(p *setupTestPage) {
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
			}),
		},
		{
			Name:   "SetupEnable",
			Status: 200,
			Page:   enable(func(*setupEnablePage) {}),
		},
		{
			Name:   "SetupEnable-missing",
			Status: 200,
			Page: enable(func(p *setupEnablePage) {
				p.Missing = []ui.Todo{{
					State: "warn",
					Text:  "Enter the identity provider's entity ID, or its metadata.",
					Href:  "/c",
					Label: "Enter it",
				}}
			}),
		},
		{
			Name:   "SetupEnable-untested",
			Status: 422,
			Page: enable(func(p *setupEnablePage) {
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
			}),
		},
		{
			Name:   "SetupDone",
			Status: 200,
			Page:   done,
		},
	}
}
