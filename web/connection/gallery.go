package connection

import (
	"slices"
	"strings"
	"time"

	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		galleryConnectionList(),
		galleryOneConnection(),
		gallerySettings(),
		galleryCertificates(),
		galleryShadow(),
		galleryMatrix(),
		galleryHeld(),
	)
}

func ofConnection(below bool) ui.Base {
	trail := []ui.Link{{Label: "SSO & provisioning", Href: "/admin/enterprises/acme/connections"}}
	if below {
		trail = append(trail, ui.Link{
			Label: "Employees",
			Href:  gallery.ConnectionPath,
		})
	}
	return gallery.Console("SSO & provisioning", trail...)
}

func galleryConnectionList() []gallery.Example {
	const at = "/admin/enterprises/acme/connections"
	row := func(name, runs string, state ui.Badge, next ui.Link, f ui.Fact) connectionRow {
		return connectionRow{
			Name:        name,
			Href:        gallery.ConnectionPath,
			Runs:        runs,
			State:       state,
			Last:        gallery.Ago(4 * time.Minute),
			Certificate: f,
			Next:        next,
		}
	}
	on := ui.Badge{Label: "enabled", State: "ok"}
	verify := ui.Link{
		Label: "Verify groups",
		Href:  gallery.ConnectionPath + "/groups",
	}
	many := &connectionsPage{
		Base: gallery.Console("SSO & provisioning"),
		New:  at + "/new",
		Held: &ui.Todo{
			State: "warn",
			Text:  "2 group syncs need approval.",
			Href:  "/admin/enterprises/acme/held",
			Label: "Look at them",
		},
		Rows: []connectionRow{
			row("Employees", "Okta, SAML", on, verify, ui.Fact{Value: "412 days left"}),
			row("Contractors", "Google Workspace, OpenID Connect",
				ui.Badge{Label: "enabled, with a draft", State: "ok"},
				ui.Link{Label: "Look at the draft", Href: gallery.ConnectionPath},
				ui.Fact{Value: "keys are fetched when needed"},
			),
			row(gallery.LongName, "Microsoft Entra ID, SAML", on, verify, ui.Fact{
				Value: "9 days left",
				Badge: &ui.Badge{Label: "expires soon", State: "warn"},
			}),
			row("Old directory", "AD FS, SAML", ui.Badge{
				Label: "disabled",
				State: "",
			}, ui.Link{}, ui.Fact{Badge: &ui.Badge{
				Label: "expired",
				State: "error",
			}}),
			row("New directory", "JumpCloud, SAML",
				ui.Badge{Label: "draft", State: "warn"},
				ui.Link{Label: "Continue set-up", Href: gallery.ConnectionPath + "/setup"},
				ui.Fact{Value: "none yet"},
			),
		},
	}
	many.Rows[4].Last = ui.NewTime(time.Time{}, gallery.Now())
	return []gallery.Example{
		{
			Name:   "Connections-many",
			Status: 200,
			Page:   many,
		},
		{
			Name:   "Connections-none",
			Status: 200,
			Page: &connectionsPage{
				Base: gallery.Console("SSO & provisioning"),
				New:  at + "/new",
			},
		},
	}
}

func galleryOneConnection() []gallery.Example {
	places := []ui.Link{
		{Label: "Set-up", Href: gallery.ConnectionPath + "/setup"},
		{Label: "Settings", Href: gallery.ConnectionPath + "/settings"},
		{Label: "Certificates", Href: gallery.ConnectionPath + "/certificates"},
		{Label: "Verify groups", Href: gallery.ConnectionPath + "/groups"},
		{Label: "Tests", Href: gallery.ConnectionPath + "/tests"},
		{Label: "Shadow mode", Href: gallery.ConnectionPath + "/shadow"},
	}
	last := gallery.Ago(4 * time.Minute)
	page := func() *connectionPage {
		return &connectionPage{
			Base:   ofConnection(false),
			Name:   "Employees",
			Runs:   "Okta, SAML",
			State:  ui.Badge{Label: "enabled", State: "ok"},
			Places: places,
			Facts: []ui.Fact{
				{Label: "Last sign-in", Time: &last},
				{Label: "People", Value: "1180 people"},
				{Label: "Sessions", Value: "212 sessions"},
				{Label: "Certificate", Value: "412 days left"},
				{Label: "Live", Value: "Version 3"},
				{Label: "Identifier", Value: "conn-01hf7k3m9q2v5x8z1b4d6g8j0n", Code: true},
			},
			SignIn: ui.Copyable{
				ID:    "sign-in",
				Value: "https://login.example.com/login/sso?connection=conn-01hf7k3m9q2v5x8z1b4d6g8j0n&enterprise_key=acme",
			},
			TestsHref: gallery.ConnectionPath + "/tests",
			Acts: []ui.Confirm{
				{
					Label:  "Roll back",
					Text:   "People sign in with version 2 again: 3 fields change back.",
					Action: gallery.ConnectionPath + "/rollback",
					Button: "Roll back",
				},
				{
					Label:  "Disable",
					Text:   "This blocks sign-in through this connection and ends 212 sessions.",
					Action: gallery.ConnectionPath + "/disable",
					Button: "Disable",
					Danger: true,
				},
			},
			Delete: deleteSection{
				Blocked: "This is the only way in for 1180 active people (ada, bob, cy, dan, eve and others). Enable another connection first; or disable this one first, if no one is to sign in through it.",
			},
		}
	}
	draft := page()
	draft.State = ui.Badge{Label: "enabled, with a draft", State: "ok"}
	draft.Flash = "Saved. Your changes are in the draft."
	draft.Tests = []testLine{
		{
			At:    gallery.Ago(time.Hour),
			State: ui.Badge{Label: "passed", State: "ok"},
			By:    "you",
			Href:  gallery.ConnectionPath + "/tests/test-2",
		},
		{
			At:    gallery.Ago(30 * time.Hour),
			State: ui.Badge{Label: "failed", State: "error"},
			By:    "adm-01hf7k3m9q2v5x8z1b4d6g8j0n",
			Why:   "saml_audience_mismatch",
			Href:  gallery.ConnectionPath + "/tests/test-1",
		},
	}
	draft.Draft = &draftPart{
		Version: "Version 4",
		Tested:  ui.Badge{Label: "test passed", State: "ok"},
		Note:    "The last test passed with exactly this draft.",
		Loses:   []string{"lcontractor", gallery.LongLogin},
		Changes: []change{
			{
				Label:  "Single sign-on URL",
				Before: "https://acme.okta.example/app/exk1/sso/saml",
				After:  "https://acme.okta.example/app/exk2/sso/saml",
			},
			{
				Label: "Certificates",
				Gone:  []string{"SHA-256 9F:86:D0:81:88:4C:7D:65…"},
				New: []string{
					"SHA-256 2A:01:C4:55:10:9B:77:3E…", "SHA-256 51:AA:90:12:4F:00:6D:C8…",
				},
			},
			{
				Label: "Who may sign in",
				After: `"staff" in identity.groups || "contractors" in identity.groups && enterprise.key == "acme"`,
			},
			{Label: "Secret of the application", Secret: true},
			{Label: "Groups from", New: []string{"memberOf"}},
		},
		Enable: ui.Confirm{
			Label:  "Enable the draft",
			Text:   "5 fields change for everyone who signs in from now on. Of the people who signed in recently, 2 people would lose access.",
			Action: gallery.ConnectionPath + "/enable",
			Button: "Proceed",
			Fields: []ui.HiddenField{{Name: "revision", Value: "12"}},
		},
		Discard: &ui.Confirm{
			Label:  "Discard the draft",
			Text:   "What was edited is gone.",
			Action: gallery.ConnectionPath + "/discard",
			Button: "Discard",
			Danger: true,
		},
		Edit:   gallery.ConnectionPath + "/settings",
		Setup:  gallery.ConnectionPath + "/setup",
		Test:   gallery.ConnectionPath + "/tests",
		Shadow: gallery.ConnectionPath + "/shadow",
	}
	first := page()
	first.State, first.Acts = ui.Badge{Label: "draft", State: "warn"}, nil
	first.Draft = &draftPart{
		First:   true,
		Version: "Version 1",
		Tested:  ui.Badge{Label: "not tested", State: "warn"},
		Note:    "Test the connection first: a test shows what will happen to whom, and changes nothing.",
		Enable:  draft.Draft.Enable,
		Edit:    gallery.ConnectionPath + "/settings",
		Setup:   gallery.ConnectionPath + "/setup",
		Test:    gallery.ConnectionPath + "/tests",
	}
	first.Delete = deleteSection{
		Text:   "The configuration, its keys and what is known of people by it are gone. This cannot be undone.",
		Action: gallery.ConnectionPath + "/delete",
		Name: ui.Field{
			ID:    "confirm-name",
			Name:  "name",
			Label: "Name of the connection",
			Hint:  "Type it as it is written above.",
			Value: "employes",
			Error: "This is not its name. Type it as it is written at the top of the page.",
		},
	}
	first.Wrong = []ui.Wrong{{
		ID:      "confirm-name",
		Label:   "Name of the connection",
		Message: first.Delete.Name.Error,
	}}
	stale := page()
	stale.Name = gallery.LongName
	stale.Wrong = []ui.Wrong{{Message: "Someone else changed this connection in the meantime. Look at it again."}}
	stale.Todos = []ui.Todo{
		{
			State: "error",
			Text:  "The identity provider’s metadata cannot be fetched: the address does not answer.",
			Href:  gallery.ConnectionPath + "/certificates",
			Label: "Look at it",
		},
		{
			State: "warn",
			Text:  "The certificate of the identity provider: 9 days left, expires soon.",
			Href:  gallery.ConnectionPath + "/certificates",
			Label: "Certificates",
		},
	}
	trust := page()
	trust.State = draft.State
	trust.Trust = galleryTrust()
	trust.Draft = draft.Draft
	return []gallery.Example{
		{Name: "Connection-enabled", Status: 200, Page: page()},
		{Name: "Connection-trust", Status: 200, Page: trust},
		{Name: "Connection-with-draft", Status: 200, Page: draft},
		{Name: "Connection-first-draft", Status: 422, Page: first},
		{Name: "Connection-changed-meanwhile", Status: 422, Page: stale},
	}
}

func gallerySettings() []gallery.Example {
	form := func() *connectionSettingsPage {
		return &connectionSettingsPage{
			Base:     ofConnection(true),
			Action:   gallery.ConnectionPath + "/settings",
			Try:      gallery.ConnectionPath + "/settings/try",
			Back:     gallery.ConnectionPath,
			Revision: "12",
			Live:     true,
			Sections: []fieldSection{
				{
					ID:      "general",
					Heading: "General",
					Fields: []ui.Field{{
						ID:    "name",
						Name:  "name",
						Label: "Name",
						Value: "Employees",
						Hint:  "People see it where there is a choice. It changes at once.",
					}},
				},
				{
					ID:      "groups",
					Heading: "Groups",
					Fields: []ui.Field{
						{
							ID:    "group-sync-mode",
							Name:  "group_sync.mode",
							Label: "Group sync",
							Kind:  "select",
							Hint:  "What a sign-in may take away.",
							Options: []ui.Option{
								{
									Value:  "reset",
									Label:  "Reset to what the identity provider says",
									Chosen: true,
								},
								{Value: "add-only", Label: "Add only"},
							},
						},
						{
							ID:       "mapping-include",
							Name:     "mapping.include",
							Label:    "Only groups that match",
							Hint:     "A regular expression. Empty: all names count.",
							Optional: true,
							Mono:     true,
							Value:    "^app-",
						},
					},
				},
				{
					ID:      "policies",
					Heading: "Who may sign in",
					Lead:    "Rules are written in CEL, over identity, connection and enterprise. Try them before you save.",
					Fields: []ui.Field{
						{
							ID:       "allow-sign-in",
							Name:     "allow_sign_in",
							Label:    "Who may sign in",
							Kind:     "area",
							Optional: true,
							Mono:     true,
							Value:    `"staff" in identity.groups`,
						},
						{
							ID:       "trust",
							Name:     "email_verification.trust_idp",
							Label:    "Trust the identity provider’s verified addresses",
							Kind:     "check",
							Value:    "yes",
							Optional: true,
							Hint:     "An address that the identity provider calls verified needs no code.",
						},
					},
				},
				{
					ID:      "directory",
					Heading: "Microsoft Graph",
					Lead:    "Only for Entra ID.",
					Fields: []ui.Field{{
						ID:       "secret",
						Name:     "directory.client_secret",
						Label:    "Secret of the application",
						Kind:     "password",
						Optional: true,
						Hint:     "It is never shown. Leave it empty to keep the one that is there.",
					}},
				},
			},
		}
	}
	wrong := form()
	wrong.Live = false
	wrong.Sections[2].Fields[0].Error = "Line 1, column 9: unexpected end of the rule."
	wrong.Wrong = []ui.Wrong{{
		ID:      "allow-sign-in",
		Label:   "Who may sign in",
		Message: wrong.Sections[2].Fields[0].Error,
	}}
	tried := form()
	tried.Trial = &policyTrial{
		Summary: "Of the last 3 sign-ins, each taken as the person’s first, 1 would be refused.",
		Rows: []trialRow{
			{
				"ada",
				gallery.Ago(time.Hour),
				ui.Badge{
					Label: "gets in",
					State: "ok",
				},
				"The company has verified the domain acme.example.",
			},
			{
				gallery.LongLogin,
				gallery.Ago(2 * time.Hour),
				ui.Badge{
					Label: "enters a code",
					State: "warn",
				},
				"The domain is not proven.",
			},
			{
				"lcontractor",
				gallery.Ago(3 * time.Hour),
				ui.Badge{
					Label: "refused",
					State: "error",
				},
				"The rule for who may sign in refuses them.",
			},
		},
	}
	tried.Trace, tried.TryGroups = console.GalleryTrace(), gallery.ConnectionPath+
		"/settings/try-groups#trace"
	tried.Sections[1].Fields = append(tried.Sections[1].Fields, console.GalleryRewrite()...)
	tried.Warnings = []string{"Signatures with SHA-1 can be forged with enough money."}
	return []gallery.Example{
		{Name: "ConnectionSettings-typical", Status: 200, Page: form()},
		{Name: "ConnectionSettings-wrong", Status: 422, Page: wrong},
		{Name: "ConnectionSettings-tried", Status: 200, Page: tried},
	}
}

func galleryCertificates() []gallery.Example {
	const print = "SHA-256 9F:86:D0:81:88:4C:7D:65…"
	gone := &ui.Confirm{
		Label:  "Remove",
		Text:   "Answers signed with it are refused, once the draft is enabled.",
		Action: gallery.ConnectionPath + "/certificates/remove",
		Button: "Remove in the draft",
		Danger: true,
		Fields: []ui.HiddenField{{Name: "fingerprint", Value: "9f86"}},
	}
	checked := gallery.Ago(20 * time.Minute)
	field := ui.Field{
		ID:    "certificate",
		Name:  "certificate",
		Label: "Certificate",
		Kind:  "area",
		Mono:  true,
		Lines: 8,
		Most:  65536,
		Hint:  "The text between BEGIN CERTIFICATE and END CERTIFICATE, with these lines or without.",
	}
	many := &connectionCertificatesPage{
		Base:     ofConnection(true),
		Window:   "November 2023 to March 2029",
		Draft:    gallery.ConnectionPath,
		Revision: "12",
		Field:    field,
		Add:      gallery.ConnectionPath + "/certificates",
		Refresh:  gallery.ConnectionPath + "/certificates/refresh",
		Pending: &ui.Confirm{
			Label:  "Confirm the new certificates",
			Action: gallery.ConnectionPath + "/certificates/confirm",
			Button: "Trust the new certificates",
			Text:   "The metadata now names other certificates alone, by SHA-256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08. Compare them with what the admin of the identity provider tells you.",
		},
		Metadata: []ui.Fact{
			{
				Label: "Address",
				Value: "https://acme.okta.example/app/exk1/sso/saml/metadata",
				Code:  true,
			},
			{Label: "Fetched", Time: &checked},
			{
				Label: "Result",
				Value: "It worked",
				Badge: &ui.Badge{Label: "ok", State: "ok"},
			},
		},
		Rows: []certificateRow{
			{
				Subject:     "acme.okta.example",
				Fingerprint: print,
				State:       ui.Badge{Label: "trusted", State: "ok"},
				Source:      "metadata",
				Used:        gallery.Ago(3 * time.Minute),
				Life: &lifeline{
					From:   0,
					Length: 575,
					Now:    560,
					State:  "warn",
					Text:   "until 20 December 2026, 26 days left",
				},
			},
			{
				Subject:     "acme.okta.example",
				Fingerprint: "SHA-256 2A:01:C4:55:10:9B:77:3E…",
				State: ui.Badge{
					Label: "pending in the draft",
					State: "warn",
				},
				Source: "by hand",
				Used:   ui.NewTime(time.Time{}, gallery.Now()),
				Life: &lifeline{
					From:   540,
					Length: 460,
					Now:    560,
					State:  "ok",
					Text:   "until 1 March 2029, 827 days left",
				},
				Remove: gone,
			},
			{
				Subject:     gallery.LongName,
				Fingerprint: "SHA-256 51:AA:90:12:4F:00:6D:C8…",
				State: ui.Badge{
					Label: "trusted, removed in the draft",
					State: "warn",
				},
				Source: "by hand",
				Used:   gallery.Ago(90 * 24 * time.Hour),
				Life: &lifeline{
					From:   0,
					Length: 300,
					Now:    560,
					State:  "error",
					Text:   "expired on 3 June 2025",
				},
			},
			{
				Subject:     "No longer trusted",
				Fingerprint: "SHA-256 77:00:11:22:33:44:55:66…",
				State:       ui.Badge{Label: "retired", State: ""},
				Source:      "metadata",
				Used:        gallery.Ago(400 * 24 * time.Hour),
			},
		},
		Own: []ownKey{
			{
				"The key in use: it signs", gallery.Ago(48 * time.Hour),
				gallery.ConnectionPath + "/certificates/own/key-2",
			},
			{
				"An older key, still read with", gallery.Ago(700 * 24 * time.Hour),
				gallery.ConnectionPath + "/certificates/own/key-1",
			},
		},
		Rotate: &ui.Confirm{
			Label:  "Create a new key",
			Text:   "It signs from now on, at once.",
			Action: gallery.ConnectionPath + "/certificates/rotate",
			Button: "Create a new key",
		},
	}
	wrong := &connectionCertificatesPage{
		Base:     ofConnection(true),
		Window:   "October 2026 to December 2026",
		Revision: "1",
		Field:    field,
		Add:      gallery.ConnectionPath + "/certificates",
		Metadata: []ui.Fact{{Label: "Address", Value: "none: certificates are changed by hand"}},
	}
	wrong.Field.Value = "-----BEGIN PRIVATE KEY-----"
	wrong.Field.Error = "This is a private key, which only its owner should have. Enter the certificate."
	wrong.Wrong = []ui.Wrong{{ID: "certificate", Label: "Certificate", Message: wrong.Field.Error}}
	oidc := &connectionCertificatesPage{
		Base: ofConnection(true),
		Metadata: []ui.Fact{{
			Label: "Keys",
			Value: "Fetched from the provider when needed. There is nothing to roll over by hand.",
		}},
	}
	return []gallery.Example{
		{Name: "ConnectionCertificates-rollover", Status: 200, Page: many},
		{Name: "ConnectionCertificates-wrong", Status: 422, Page: wrong},
		{Name: "ConnectionCertificates-openid", Status: 200, Page: oidc},
	}
}

func galleryShadow() []gallery.Example {
	since := gallery.Ago(5 * time.Hour)
	on := &connectionShadowPage{
		Base: ofConnection(true),
		On:   true,
		Stop: gallery.ConnectionPath + "/shadow/stop",
		Facts: []ui.Fact{
			{Label: "Since", Time: &since},
			{Label: "Compared", Value: "Version 4 with version 3", Href: gallery.ConnectionPath},
		},
		Promote: &ui.Confirm{
			Label:  "Promote the draft",
			Text:   "2 fields change for everyone who signs in from now on. Of 118 sign-ins compared, 7 differed, and 1 would have been refused.",
			Action: gallery.ConnectionPath + "/enable",
			Button: "Proceed",
		},
		Counts: []share{
			{"The same", "111 of 118 sign-ins", 94, "ok"},
			{"Something differs", "7 of 118 sign-ins", 5, "warn"},
			{"Admitted now, refused by the draft", "1 of 118 sign-ins", 1, "error"},
			{"Refused now, admitted by the draft", "0 of 118 sign-ins", 0, "ok"},
		},
		Rows: []shadowRow{
			{
				"ada",
				"/admin/enterprises/acme/people/user-1",
				ui.Badge{
					Label: "gets in",
					State: "",
				},
				[]string{
					"Name: “Ada Lovelace” becomes “Lovelace, Ada”.",
					"Leaves engineering (Research), Members (Research).",
				},
				"3 times",
				gallery.Ago(time.Hour),
			},
			{
				gallery.LongLogin,
				"",
				ui.Badge{
					Label: "would be refused",
					State: "error",
				},
				[]string{"Would be refused with sign_in_denied."},
				"1 time",
				gallery.Ago(2 * time.Hour),
			},
			{
				"lcontractor",
				"/admin/enterprises/acme/people/user-2",
				ui.Badge{
					Label: "would get in",
					State: "warn",
				},
				[]string{
					"Was refused with sign_in_denied.",
					"Accepted names in addition: " +
						strings.Repeat("grp_all_employees_without_contractors_", 3) + ".",
				},
				"1 time",
				gallery.Ago(3 * time.Hour),
			},
		},
		Pager: ui.Pager{Next: "?after=x"},
	}
	off := &connectionShadowPage{
		Base:     ofConnection(true),
		Start:    gallery.ConnectionPath + "/shadow/start",
		Protocol: "A code of OpenID Connect can be redeemed once. So the draft’s mapping, rules and policies are tried on what was verified by what is live.",
	}
	none := &connectionShadowPage{
		Base:    ofConnection(true),
		Without: "There is no draft. Edit the settings or the set-up of this connection: what you change is compared here before it is enabled.",
		Wrong: []ui.Wrong{
			{
				Message: "There is nothing to compare: it takes a connection that people sign in through, and a draft beside it.",
			},
		},
	}
	return []gallery.Example{
		{Name: "ConnectionShadow-on", Status: 200, Page: on},
		{Name: "ConnectionShadow-off", Status: 200, Page: off},
		{Name: "ConnectionShadow-nothing", Status: 422, Page: none},
	}
}

func galleryMatrix() []gallery.Example {
	ok := matrixCell{
		State: ui.Badge{Label: "matched", State: "ok"},
		Href:  "/admin/enterprises/acme/groups/group-1",
	}
	near := matrixCell{
		State:  ui.Badge{Label: "other letter case", State: "warn"},
		Detail: "engineering",
		Href:   "/admin/enterprises/acme/groups/group-2",
		Accept: &ui.Press{
			Label:  "Accept",
			About:  "Accept “Engineering” for engineering in Research",
			Action: gallery.ConnectionPath + "/groups/accept",
			Fields: []ui.HiddenField{
				{Name: "name", Value: "Engineering"},
				{Name: "group", Value: "group-2"},
			},
		},
	}
	elsewhere, none := matrixCell{State: ui.Badge{Label: "only elsewhere", State: ""}}, matrixCell{}
	typical := &connectionGroupsPage{
		Base: ofConnection(true),
		Facts: []ui.Fact{
			{
				Label: "Unmatched",
				Value: "2 names",
				Href:  "?show=nowhere",
				Badge: &ui.Badge{Label: "review", State: "warn"},
			},
			{
				Label: "Near misses",
				Value: "1 name",
				Href:  "?show=near",
				Badge: &ui.Badge{Label: "review", State: "warn"},
			},
			{
				Label: "Never sent",
				Value: "1 name",
				Href:  "?show=unsent",
			},
		},
		Show: []ui.Link{
			{Label: "All names (6)", Href: "?show=", Current: true},
			{Label: "Unmatched (2)", Href: "?show=nowhere"},
			{Label: "Near misses (1)", Href: "?show=near"},
			{Label: "Never sent (1)", Href: "?show=unsent"},
		},
		Search: ui.Field{
			ID:       "q",
			Name:     "q",
			Label:    "Part of a name",
			Optional: true,
		},
		Columns: []string{"Research", "Operations", gallery.LongName},
		Total:   "6 names.",
		Rows: []matrixRow{
			{
				"Engineering",
				"12 people",
				ui.Badge{
					Label: "unmatched",
					State: "warn",
				},
				[]matrixCell{near, none, none},
			},
			{"engineering", "1180 people", ui.Badge{}, []matrixCell{ok, elsewhere, ok}},
			{
				"Members",
				"3 people",
				ui.Badge{
					Label: "matches nothing",
					State: "",
				},
				[]matrixCell{
					{State: ui.Badge{Label: "default group excluded", State: ""}, Href: "/g"},
					{State: ui.Badge{Label: "default group excluded", State: ""}, Href: "/g"},
					{State: ui.Badge{Label: "default group excluded", State: ""}, Href: "/g"},
				},
			},
			{
				"on-call",
				"nobody",
				ui.Badge{
					Label: "never sent",
					State: "",
				},
				[]matrixCell{
					{
						State: ui.Badge{Label: "here", State: ""},
						Href:  "/g",
					},
					{
						State: ui.Badge{
							Label: "default group of the connection",
							State: "",
						},
						Href: "/g",
					},
					none,
				},
			},
			{"開発", "1 person", ui.Badge{}, []matrixCell{elsewhere, elsewhere, ok}},
			{
				strings.Repeat("grp_all_employees_without_contractors_", 2),
				"2 people",
				ui.Badge{
					Label: "unmatched",
					State: "warn",
				},
				[]matrixCell{none, none, none},
			},
		},
		Create: &groupForm{
			Action: gallery.ConnectionPath + "/groups",
			Fields: []ui.Field{
				{
					ID:    "new-name",
					Name:  "name",
					Label: "Name",
					Kind:  "select",
					Options: []ui.Option{{
						Value: "Engineering",
						Label: "Engineering, of 12 people",
					}},
				},
				{
					ID:      "organization",
					Name:    "organization",
					Label:   "In the organization",
					Kind:    "select",
					Options: []ui.Option{{Value: "org-1", Label: "Research"}},
				},
			},
		},
		Accept: &groupForm{
			Action: gallery.ConnectionPath + "/groups/accept",
			Fields: []ui.Field{
				{
					ID:    "accept-name",
					Name:  "name",
					Label: "Name",
					Kind:  "select",
					Options: []ui.Option{{
						Value: "Engineering",
						Label: "Engineering, of 12 people",
					}},
				},
				{
					ID:      "accept-group",
					Name:    "group",
					Label:   "Of the group",
					Kind:    "select",
					Options: []ui.Option{{Value: "group-1", Label: "engineering in Research"}},
				},
			},
		},
		Objects: true,
		Missing: []driftLine{{
			"engineering",
			"Research",
			share{"In it", "960 of 1180 expected", 81, "warn"},
			[]string{
				"220 missing: the group was created or renamed after their last sign-in",
				"3 not named: added or removed by hand since",
			},
			"/admin/enterprises/acme/groups/group-1/drift",
		}},
		Person: ui.Field{
			ID:    "person",
			Name:  "login",
			Label: "Login",
			Hint:  "The full login of someone who has signed in.",
		},
		Ask:  gallery.ConnectionPath + "/groups/person",
		Here: gallery.ConnectionPath + "/groups",
	}
	empty := &connectionGroupsPage{
		Base:   ofConnection(true),
		Show:   typical.Show,
		Search: typical.Search,
		Person: typical.Person,
		Ask:    typical.Ask,
		Here:   typical.Here,
		Total:  "0 names.",
	}
	empty.Facts = []ui.Fact{{Label: "Unmatched", Value: "0 names"}}
	said := gallery.Ago(time.Hour)
	person := &connectionPersonPage{
		Base:   ofConnection(true),
		Person: "Ada Lovelace",
		Href:   "/admin/enterprises/acme/people/user-1",
		Back:   gallery.ConnectionPath + "/groups",
		Facts: []ui.Fact{
			{Label: "Last sent", Time: &said},
			{Label: "Groups then", Value: "3 names, values"},
		},
		Unmatched: []string{"all-employees"},
		Notes:     []string{"It would take the last admin out of the admin groups, so it would need approval."},
		Organizations: []personChanges{
			{
				Name:    "Research",
				Added:   []string{"engineering"},
				Removed: []string{"on-call"},
				Kept:    []string{"Members"},
				Near:    []string{"“Sales” is nearly “sales”: other letter case"},
			},
			{Name: gallery.LongName, Kept: []string{"Members", "engineering"}},
		},
	}
	nobody := &connectionPersonPage{
		Base:   ofConnection(true),
		Person: "linus",
		Back:   gallery.ConnectionPath + "/groups",
		Notes:  []string{"No one here has this login. Go back and enter the full login of someone who has signed in."},
	}
	return []gallery.Example{
		{Name: "ConnectionGroups-typical", Status: 200, Page: typical},
		{Name: "ConnectionGroups-empty", Status: 200, Page: empty},
		{Name: "ConnectionPerson-changes", Status: 200, Page: person},
		{Name: "ConnectionPerson-nobody", Status: 200, Page: nobody},
	}
}

func galleryHeld() []gallery.Example {
	base := func() ui.Base {
		return gallery.Console("SSO & provisioning", ui.Link{
			Label: "SSO & provisioning",
			Href:  "/admin/enterprises/acme/connections",
		})
	}
	row := heldRow{
		ID:      "held-1",
		Person:  "Ada Lovelace, ada",
		Href:    "/admin/enterprises/acme/people/user-1",
		At:      gallery.Ago(time.Hour),
		State:   ui.Badge{Label: "waits", State: "warn"},
		Removed: []string{"admins (Operations)"},
		Added:   []string{"engineering (Research)"},
		Text:    "Approving removes this person from the company’s admin groups, as its identity provider says. The admin groups may then be empty.",
		Approve: &ui.Confirm{
			Label:  "Approve",
			Text:   "The changes are made now.",
			Action: "/admin/enterprises/acme/held/held-1/approve",
			Button: "Approve",
			Danger: true,
		},
		Discard: &ui.Confirm{
			Label:  "Discard",
			Text:   "Memberships stay as they are until the person’s next sign-in.",
			Action: "/admin/enterprises/acme/held/held-1/discard",
			Button: "Discard",
		},
	}
	before := heldRow{
		ID:      "held-0",
		Person:  gallery.LongLogin,
		At:      gallery.Ago(50 * time.Hour),
		State:   ui.Badge{Label: "superseded", State: ""},
		Removed: []string{"admins (" + gallery.LongName + ")"},
		Decided: "the identity provider sent other groups since",
	}
	cause := heldCause{
		Title: "Okta: the group names stopped matching",
		State: ui.Badge{Label: "removals held", State: "error"},
		Since: gallery.Ago(time.Hour),
		Count: "25 people wait",
		Text:  "Several people in a row would lose groups because the names that the identity provider sends match nothing here. Were groups renamed there, or does it send object IDs? Before it was noticed, 2 people lost groups.",
		Approve: &ui.Confirm{
			Label:  "Approve all",
			Text:   "The changes are made now, as they are listed.",
			Action: "/admin/enterprises/acme/held/approve",
			Fields: []ui.HiddenField{{Name: "cause", Value: "connection_names_changed"}},
			Button: "Approve all",
			Danger: true,
		},
		Discard: &ui.Confirm{
			Label:  "Discard all and restore 2 people",
			Text:   "Memberships stay as they are.",
			Action: "/admin/enterprises/acme/held/discard",
			Fields: []ui.HiddenField{{Name: "cause", Value: "connection_names_changed"}},
			Button: "Discard and restore",
		},
	}
	standing := heldCause{
		Title: "Okta: too many people would leave Research/engineering",
		State: ui.Badge{Label: "removals held", State: "error"},
		Since: gallery.Ago(50 * time.Hour),
		Count: "no one waits",
		Text:  "Sign-ins would remove more people from one group within a short time than the connection’s settings allow.",
		Approve: &ui.Confirm{
			Label:  "Allow removals",
			Text:   "Groups that were kept are removed at each person’s next sign-in. For the next seven days, removals are not held for this cause.",
			Action: "/admin/enterprises/acme/held/approve",
			Fields: []ui.HiddenField{{Name: "cause", Value: "group_share"}},
			Button: "Allow removals",
			Danger: true,
		},
	}
	full := &heldSyncsPage{
		Base:    base(),
		Causes:  []heldCause{cause, standing},
		Waiting: []heldRow{row},
		Before:  []heldRow{before},
		Pager:   ui.Pager{Next: "?after=x"},
	}
	late := &heldSyncsPage{
		Base:   base(),
		Before: []heldRow{before},
		Wrong: []ui.Wrong{
			{
				Message: "This does not wait any more: it was decided, or the identity provider has said something else since.",
			},
		},
	}
	return []gallery.Example{
		{Name: "HeldSyncs-waiting", Status: 200, Page: full},
		{Name: "HeldSyncs-empty", Status: 200, Page: &heldSyncsPage{Base: base()}},
		{Name: "HeldSyncs-decided", Status: 422, Page: late},
	}
}
