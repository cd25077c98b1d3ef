package page

import "time"

// Parts shows what pages of the console are made of, for the gallery.
type Parts struct {
	Base
	Wrong   []Wrong
	Fields  []Field
	Badges  []Badge
	Facts   []Fact
	Values  []Copyable
	Todos   []Todo
	Pager   Pager
	Confirm Confirm
}

func (Parts) title() string { return "Parts" }

// galleryConsole is the console around an example: base is what the page itself
// adds to it.
func galleryConsole(current string, trail ...Link) Base {
	areas := []Area{
		{Links: []Link{{Label: "Enterprises", Href: "/admin/enterprises"}, {Label: "Applications", Href: "/admin/applications"}, {Label: "Admins & recovery", Href: "/admin/admins"}, {Label: "Troubleshooting", Href: "/admin/troubleshooting"}}},
		{Heading: "Acme Corporation", Links: []Link{{Label: "Overview", Href: "/admin/enterprises/acme"}, {Label: "SSO & provisioning", Href: "/admin/enterprises/acme/connections"},
			{Label: "Groups", Href: "/admin/enterprises/acme/groups"}, {Label: "People", Href: "/admin/enterprises/acme/people"}, {Label: "Organizations", Href: "/admin/enterprises/acme/organizations"},
			{Label: "Domains", Href: "/admin/enterprises/acme/domains"}, {Label: "Activity", Href: "/admin/enterprises/acme/activity"}, {Label: "Access", Href: "/admin/enterprises/acme/access"}}},
	}
	for _, a := range areas {
		for i := range a.Links {
			a.Links[i].Current = a.Links[i].Label == current
		}
	}
	return Base{Enterprise: "Acme Corporation", User: &Person{"Olive Operator", "olive"}, Console: &Console{Areas: areas, Home: "/admin/enterprises/acme", Trail: trail, SignOut: "/admin/sign-out"}}
}

func galleryParts() []Example {
	now := galleryNow()
	at := NewTime(now.Add(-3*time.Hour), now)
	fields := []Field{
		{ID: "url", Name: "url", Label: "Metadata URL", Hint: "In Okta: Sign On, then Metadata URL.", Kind: "url", Mono: true, Value: "http://idp.acme.example/metadata", Error: "Use https: what is fetched over http can be changed on the way."},
		{ID: "xml", Name: "xml", Label: "Metadata", Kind: "area", Mono: true, Optional: true, Lines: 5, Value: "<EntityDescriptor>"},
		{ID: "file", Name: "file", Label: "Metadata file", Kind: "file", Optional: true, Accept: ".xml"},
		{ID: "mode", Name: "mode", Label: "Group sync", Kind: "select", Options: []Option{{Value: "reset", Label: "Reset to what the identity provider says", Chosen: true}, {Value: "add-only", Label: "Add only"}}},
		{ID: "how", Name: "how", Label: "How will you give us the values?", Kind: "radio", Options: []Option{{Value: "automatic", Label: "Automatic", Hint: "A metadata URL: certificates renew themselves.", Chosen: true}, {Value: "manual", Label: "Manual"}}},
		{ID: "sure", Name: "sure", Label: "I have told the people concerned", Kind: "check", Value: "yes"},
		{ID: "password", Name: "password", Label: "Password", Kind: "password", Autocomplete: "new-password", Most: 128},
	}
	p := &Parts{Base: galleryConsole("SSO & provisioning", Link{Label: "Acme Corporation", Href: "/admin/enterprises/acme"}, Link{Label: "Okta", Href: "/admin/enterprises/acme/connections/conn-1"}),
		Wrong:   []Wrong{{"url", "Metadata URL", fields[0].Error}},
		Fields:  fields,
		Badges:  []Badge{{"enabled", "ok"}, {"draft", "warn"}, {"failed", "error"}, {"disabled", ""}},
		Facts:   []Fact{{Label: "Last sign-in", Time: &at}, {Label: "Certificate", Value: "9 days left", Badge: &Badge{"expires soon", "warn"}}, {Label: "Entity ID", Value: "https://idp.acme.example", Code: true}, {Label: "Made by", Value: "Ada", Href: "/x"}},
		Values:  []Copyable{{ID: "acs", Value: "https://login.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/acs"}},
		Todos:   []Todo{{"error", "The certificate of Okta expires in 6 days.", "/c", "Renew it"}, {"warn", "A group sync of Ada waits for you.", "/h", "Look at it"}, {"", "One domain is not proven yet.", "/d", "Verify it"}},
		Pager:   Pager{Next: "?after=x", First: "?"},
		Confirm: Confirm{Label: "Delete this connection", Text: "This blocks sign-in through this connection. 12 people have no other way in.", Action: "/x", Button: "Delete", Danger: true, Fields: []HiddenField{{"revision", "3"}}},
	}
	p.Flash = "The connection is enabled."
	return []Example{{"Parts", 422, p}}
}
