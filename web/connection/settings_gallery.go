package connection

import (
	"time"

	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func gallerySettings() []gallery.Example {
	wrong := exampleSettings()
	wrong.Live = false
	wrong.Sections[2].Fields[0].Error = "Line 1, column 9: unexpected end of the rule."
	wrong.Wrong = []ui.Wrong{{
		ID:      "allow-sign-in",
		Label:   "Sign-in rule",
		Message: wrong.Sections[2].Fields[0].Error,
	}}
	tried := exampleTriedSettings()
	return []gallery.Example{
		{Name: "ConnectionSettings-typical", Status: 200, Page: exampleSettings()},
		{Name: "ConnectionSettings-wrong", Status: 422, Page: wrong},
		{Name: "ConnectionSettings-tried", Status: 200, Page: tried},
	}
}

func exampleSettings() *connectionSettingsPage {
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
				Heading: "Sign-in rules",
				Lead:    "Rules are written in CEL, over identity, connection and enterprise. Try them before you save.",
				Fields: []ui.Field{
					{
						ID:       "allow-sign-in",
						Name:     "allow_sign_in",
						Label:    "Sign-in rule",
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
					Hint:     "It is never shown. Leave it empty to keep the current one.",
				}},
			},
		},
	}
}

func exampleTriedSettings() *connectionSettingsPage {
	tried := exampleSettings()
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
				"The domain is not verified.",
			},
			{
				"lcontractor",
				gallery.Ago(3 * time.Hour),
				ui.Badge{
					Label: "refused",
					State: "error",
				},
				"The sign-in rule refuses them.",
			},
		},
	}
	tried.Trace = console.GalleryTrace()
	tried.TryGroups = gallery.ConnectionPath + "/settings/try-groups#trace"
	tried.Sections[1].Fields = append(tried.Sections[1].Fields, console.GalleryRewrite()...)
	tried.Warnings = []string{"Signatures with SHA-1 can be forged with enough money."}
	return tried
}
