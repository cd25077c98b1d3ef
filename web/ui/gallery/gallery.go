package gallery

import (
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// Example is a page in one state.
type Example struct {
	Name   string // page and state: "SignIn-problem"
	Status int
	Page   ui.Page
}

// Now returns the moment at which the examples are looked at.
func Now() time.Time { return time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC) }

// A name and a login that are as long as they get.
const (
	LongName  = "Rhein-Ruhr Wasser- und Energieversorgungsbetriebe Beteiligungsgesellschaft mbH & Co. KGaA"
	LongLogin = "maximiliane.von-und-zu-hohenstein-wittgenstein@extremely-long-subdomain.engineering.rhein-ruhr-wasser.example"
)

// The companies that examples are about: one without a brand, and one with.
const (
	Acme      sso.EnterpriseID = "ent-acme"
	brandedID sso.EnterpriseID = "ent-umbrella"
)

// Company returns the common part of a page about a company without a brand.
func Company(name string) ui.Base {
	return ui.BaseOf(sso.Enterprise{
		ID:   Acme,
		Name: name,
	})
}

// Addresses of the company that examples are about, and a sign-in of it.
const (
	EnterprisePath = "/admin/enterprises/acme"
	ActivityPath   = EnterprisePath + "/activity"
	ConnectionPath = EnterprisePath + "/connections/conn-1"
	AttemptID      = "att-01hf7k3m9q2v5x8z1b4d6g8j0n"
)

// Ago returns the time d before Now, as a page shows it.
func Ago(d time.Duration) ui.Time { return ui.NewTime(Now().Add(-d), Now()) }

// Console returns the console around an example. current is the area the page
// belongs to, trail leads from the overview to the page.
func Console(current string, trail ...ui.Link) ui.Base {
	areas := []ui.Area{
		{Links: []ui.Link{
			{Label: "Enterprises", Href: "/admin/enterprises"},
			{Label: "Applications", Href: "/admin/applications"},
			{Label: "Roles", Href: "/admin/roles"},
			{Label: "Admins & recovery", Href: "/admin/admins"},
			{Label: "Troubleshooting", Href: "/admin/troubleshooting"},
		}},
		{
			Heading: "Acme Corporation",
			Links: []ui.Link{
				{Label: "Overview", Href: "/admin/enterprises/acme"},
				{Label: "SSO & provisioning", Href: "/admin/enterprises/acme/connections"},
				{Label: "Groups", Href: "/admin/enterprises/acme/groups"},
				{Label: "People", Href: "/admin/enterprises/acme/people"},
				{Label: "Organizations", Href: "/admin/enterprises/acme/organizations"},
				{Label: "Domains", Href: "/admin/enterprises/acme/domains"},
				{Label: "Activity", Href: "/admin/enterprises/acme/activity"},
				{Label: "Access", Href: "/admin/enterprises/acme/access"},
			},
		},
	}
	for _, a := range areas {
		for i := range a.Links {
			a.Links[i].Current = a.Links[i].Label == current
		}
	}
	return ui.Base{
		Enterprise: "Acme Corporation",
		Of:         Acme,
		Staff:      true,
		User:       &ui.Person{Name: "Olive Operator", Login: "olive"},
		Console: &ui.Console{
			Areas:   areas,
			Home:    "/admin/enterprises/acme",
			Trail:   trail,
			SignOut: "/admin/sign-out",
		},
	}
}

// AssertedGroups returns asserted groups with values that name no group.
func AssertedGroups() (g sso.AssertedGroups) {
	g.State, g.Names = sso.GroupsPartial, []string{"engineering", "on-call"}
	g.AddRaw(`{"id":"00g1ab2cd3EF","name":"operations"}`, sso.RawNotText)
	g.AddRaw("site\u00a0reliability", sso.RawNoBreakSpace)
	g.AddRaw(strings.Repeat("a-long-group-name-", 20), sso.RawTooLong)
	g.NotUnderstoodCount = 61
	return g
}
