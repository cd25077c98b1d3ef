package gallery

import (
	"context"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// framePage shows what surrounds a page.
type framePage struct {
	ui.Base
	Desk bool // for people who are signed in
}

// At returns a moment.
func (framePage) At() ui.Time { return Ago(0) }

func (framePage) Title() string { return "Language" }

// Options returns the options by which pages of the examples are rendered: one company
// has a brand, and an address may name a language.
func Options() ui.Options {
	return ui.Options{
		Brands:    exampleBrands{},
		Languages: exampleLanguages{},
	}
}

// exampleBrands has the brand of one company.
type exampleBrands struct{}

func (exampleBrands) Of(_ context.Context, of sso.EnterpriseID) sso.Brand {
	if of != brandedID {
		return sso.Brand{}
	}
	return sso.Brand{
		Product: "Northwind",
		Logo: sso.ImageRef{
			Hash:   exampleLogo,
			Media:  "image/svg+xml",
			Width:  32,
			Height: 32,
		},
		Color:   "#4a2540",
		Accent:  "#8a2f6a",
		Support: "help@northwind.example",
		Privacy: "https://northwind.example/privacy",
		Terms:   "https://northwind.example/terms",
	}
}

// The files of the brand, as the gateway would serve them.
const (
	exampleLogo = "0a1b2c3d4e5f"
	exampleSVG  = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">` +
		`<circle cx="16" cy="16" r="16" fill="#4a2540"/><path fill="#f3d9ea" d="M16 5l4 11h-8z"/></svg>`
	exampleCSS = ":root{--brand:#4a2540;--on-brand:#ffffff;" +
		"--accent:light-dark(#8a2f6a,#e3a3cd);--on-accent:light-dark(#ffffff,#030303)}\n"
)

// brandFile returns a file of the example brand by its name below /brand/.
func brandFile(name string) (body, contentType string) {
	switch name {
	case exampleLogo + ".svg":
		return exampleSVG, "image/svg+xml"
	case "4a2540-8a2f6a.css":
		return exampleCSS, "text/css; charset=utf-8"
	}
	return "", ""
}

func galleryFrames() []Example {
	branded := ui.BaseOf(sso.Enterprise{
		ID:   brandedID,
		Name: "Umbrella Corporation",
	})
	ada := &ui.Person{Name: "Ada Lovelace", Login: "ada@acme.example"}
	desk := Company("Acme Corporation")
	desk.User, desk.Flash = ada, "The session has ended."
	brandedDesk := branded
	brandedDesk.User = &ui.Person{Name: "Uma Umbrella", Login: "uma@umbrella.example"}
	home := Company("Acme Corporation")
	home.Home = "https://login.example.com/"
	brandedHome := branded
	brandedHome.Home = home.Home
	return []Example{
		{"Frame-gate", 200, &framePage{}},
		{"Frame-gate-company", 200, &framePage{Base: Company("Acme Corporation")}},
		{"Frame-gate-branded", 200, &framePage{Base: branded}},
		{"Frame-desk", 200, &framePage{Base: desk, Desk: true}},
		{"Frame-desk-branded", 200, &framePage{Base: brandedDesk, Desk: true}},
		{"Frame-elsewhere", 403, &framePage{Base: home}},
		{"Frame-elsewhere-branded", 403, &framePage{Base: brandedHome}},
		{"Frame-console", 200, &framePage{Base: Console("Groups", ui.Link{
			Label: "Groups",
			Href:  EnterprisePath + "/groups",
		})}},
		{"Frame-console-branded", 200, &framePage{Base: companyConsole(branded)}},
		{"Frame-guide", 200, &framePage{Base: guideConsole(Console("SSO & provisioning"))}},
		{"Frame-setup-link", 200, &framePage{Base: setupConsole()}},
		{"Frame-setup-link-branded", 200, &framePage{Base: guideConsole(setupConsoleOf(branded))}},
	}
}

// companyConsole returns the console of an admin of a company.
func companyConsole(b ui.Base) ui.Base {
	b.User = &ui.Person{Name: "Uma Umbrella", Login: "uma@umbrella.example"}
	b.Console = &ui.Console{
		Home:    EnterprisePath,
		Role:    "admin of " + b.Enterprise,
		SignOut: "/logout",
		Areas: []ui.Area{{
			Heading: b.Enterprise,
			Links: []ui.Link{
				{Label: "Overview", Href: EnterprisePath},
				{Label: "Groups", Href: EnterprisePath + "/groups", Current: true},
			},
		}},
	}
	return b
}

func setupConsole() ui.Base { return setupConsoleOf(Company("Acme Corporation")) }

// setupConsoleOf returns the console of the holder of a setup link.
func setupConsoleOf(b ui.Base) ui.Base {
	b = companyConsole(b)
	b.User = &ui.Person{Name: "it@umbrella.example"}
	b.Console.Home, b.Console.Role = "", "by a setup link"
	b.Console.SignOut = "/admin/sign-out"
	b.Console.Areas[0].Links = []ui.Link{
		{Label: "Setup assistant", Href: ConnectionPath + "/setup", Current: true},
		{Label: "Test connections", Href: ConnectionPath + "/tests"},
	}
	return b
}

// guideConsole adds the steps of an assistant.
func guideConsole(b ui.Base) ui.Base {
	at := func(step string) string { return ConnectionPath + "/setup/" + step }
	b.Console.Guide = &ui.Guide{
		Name:   "Connect Okta",
		Handed: "Handed to it@umbrella.example, who opened the link 2 hours ago.",
		Steps: []ui.Step{
			{Label: "Create the application", Href: at("create"), State: "done"},
			{Label: "Configure the connection", Href: at("configure"), State: "now"},
			{
				Label: "Attributes",
				Href:  at("attributes"),
				State: "open",
				Note:  "the test will show",
			},
			{Label: "Assign people", Href: at("assign"), State: "open"},
			{Label: "Test", State: "wait", Note: "after the connection is configured"},
			{Label: "Enable", State: "wait"},
		},
	}
	return b
}
