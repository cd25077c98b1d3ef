package gallery

import (
	"time"

	"gatehouse/web/ui"
)

// indexPage lists links; the gallery's first page is one.
type indexPage struct {
	ui.Base
	Examples []ui.Choice
}

func (indexPage) Title() string { return "Gallery" }

// partsPage shows what pages of the console are made of, for the gallery.
type partsPage struct {
	ui.Base
	Wrong   []ui.Wrong
	Fields  []ui.Field
	Badges  []ui.Badge
	Facts   []ui.Fact
	Values  []ui.Copyable
	Todos   []ui.Todo
	Pager   ui.Pager
	Confirm ui.Confirm
}

func (partsPage) Title() string { return "Parts" }

func galleryParts() []Example {
	now := Now()
	at := ui.NewTime(now.Add(-3*time.Hour), now)
	fields := partsFields()
	p := &partsPage{
		Base: Console("SSO & provisioning",
			ui.Link{Label: "Acme Corporation", Href: "/admin/enterprises/acme"},
			ui.Link{Label: "Okta", Href: "/admin/enterprises/acme/connections/conn-1"},
		),
		Wrong:  []ui.Wrong{{ID: "url", Label: "Metadata URL", Message: fields[0].Error}},
		Fields: fields,
		Badges: []ui.Badge{
			{Label: "enabled", State: "ok"},
			{Label: "draft", State: "warn"},
			{Label: "failed", State: "error"},
			{Label: "disabled", State: ""},
		},
		Facts: partsFacts(at),
		Values: []ui.Copyable{{
			ID:    "acs",
			Value: "https://login.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/acs",
		}},
		Todos: partsTodos(),
		Pager: ui.Pager{Next: "?after=x", First: "?"},
		Confirm: ui.Confirm{
			Label:  "Delete this connection",
			Text:   "This blocks sign-in through this connection. 12 people have no other way in.",
			Action: "/x",
			Button: "Delete",
			Danger: true,
			Fields: []ui.HiddenField{{Name: "revision", Value: "3"}},
		},
	}
	p.Flash = "The connection is enabled."
	return []Example{{"Parts", 422, p}}
}

func partsFields() []ui.Field {
	return []ui.Field{
		{
			ID:    "url",
			Name:  "url",
			Label: "Metadata URL",
			Hint:  "In Okta: Sign On, then Metadata URL.",
			Kind:  "url",
			Mono:  true,
			Value: "http://idp.acme.example/metadata",
			Error: "Use https: what is fetched over http can be changed on the way.",
		},
		{
			ID:       "xml",
			Name:     "xml",
			Label:    "Metadata",
			Kind:     "area",
			Mono:     true,
			Optional: true,
			Lines:    5,
			Value:    "<EntityDescriptor>",
		},
		{
			ID:       "file",
			Name:     "file",
			Label:    "Metadata file",
			Kind:     "file",
			Optional: true,
			Accept:   ".xml",
		},
		{
			ID:    "mode",
			Name:  "mode",
			Label: "Group sync",
			Kind:  "select",
			Options: []ui.Option{
				{Value: "reset", Label: "Reset to what the identity provider says", Chosen: true},
				{Value: "add-only", Label: "Add only"},
			},
		},
		{
			ID:    "how",
			Name:  "how",
			Label: "How will you give us the values?",
			Kind:  "radio",
			Options: []ui.Option{
				{
					Value:  "automatic",
					Label:  "Automatic",
					Hint:   "A metadata URL: certificates renew themselves.",
					Chosen: true,
				},
				{Value: "manual", Label: "Manual"},
			},
		},
		{
			ID:    "sure",
			Name:  "sure",
			Label: "I have told the people concerned",
			Kind:  "check",
			Value: "yes",
		},
		{
			ID:           "password",
			Name:         "password",
			Label:        "Password",
			Kind:         "password",
			Autocomplete: "new-password",
			Most:         128,
		},
	}
}

func partsFacts(at ui.Time) []ui.Fact {
	return []ui.Fact{
		{Label: "Last sign-in", Time: &at},
		{
			Label: "Certificate",
			Value: "9 days left",
			Badge: &ui.Badge{Label: "expires soon", State: "warn"},
		},
		{
			Label: "Entity ID",
			Value: "https://idp.acme.example",
			Code:  true,
		},
		{
			Label: "Changed by",
			Value: "Ada",
			Href:  "/x",
		},
	}
}

func partsTodos() []ui.Todo {
	return []ui.Todo{
		{
			State: "error",
			Text:  "The certificate of Okta expires in 6 days.",
			Href:  "/c",
			Label: "Renew it",
		},
		{
			State: "warn",
			Text:  "A group sync of Ada waits for you.",
			Href:  "/h",
			Label: "Look at it",
		},
		{
			State: "",
			Text:  "One domain is not verified yet.",
			Href:  "/d",
			Label: "Verify it",
		},
	}
}
