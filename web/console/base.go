package console

import (
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// The areas, as links of the navigation are called.
const (
	AreaEnterprises     = "Enterprises"
	AreaApplications    = "Applications"
	AreaAdmins          = "Admins & recovery"
	AreaTroubleshooting = "Troubleshooting"
	AreaOverview        = "Overview"
	AreaConnections     = "SSO & provisioning"
	AreaGroups          = "Groups"
	AreaPeople          = "People"
	AreaOrganizations   = "Organizations"
	AreaDomains         = "Domains"
	AreaActivity        = "Activity"
	AreaAccess          = "Access"

	// Those of a setup link.

	AreaSetup        = "Setup assistant"
	AreaTests        = "Test connections"
	AreaVerifyGroups = "Verify groups"
)

// Base is what surrounds a page: area is where it belongs, trail what leads down
// to it from there.
func (c *Console) Base(v Visit, area string, trail ...ui.Link) ui.Base {
	b := ui.Base{
		Enterprise: v.Enterprise.Name,
		User:       &ui.Person{Name: v.Name, Login: v.Login},
		Console:    &ui.Console{Trail: trail, SignOut: Prefix + "/sign-out"},
	}
	if v.User != "" && v.Admin == "" {
		b.Console.SignOut = "/logout" // they came by single sign-on, and go by it
	}
	switch v.Role {
	case sso.RoleSetupLink:
		b.Console.Role = "by a setup link"
		b.Console.Areas = setupAreas(v)
		b.Console.Trail = setupTrail(v, trail)
		mark(b.Console.Areas, area)
		return b
	case sso.RoleEnterpriseAdmin:
		b.Console.Role = "admin of " + v.Enterprise.Name
		b.Console.Areas = []ui.Area{{Links: []ui.Link{{
			Label: AreaTroubleshooting,
			Href:  Prefix + "/troubleshooting",
		}}}}
	case sso.RoleOperator:
		b.Console.Areas = []ui.Area{{Links: []ui.Link{
			{Label: AreaEnterprises, Href: Prefix + "/enterprises"},
			{Label: AreaApplications, Href: Prefix + "/applications"},
			{Label: AreaAdmins, Href: Prefix + "/admins"},
			{Label: AreaTroubleshooting, Href: Prefix + "/troubleshooting"},
		}}}
	}
	if v.Enterprise.ID != "" {
		b.Console.Home = Home(v.Enterprise)
		own := ui.Area{
			Heading: v.Enterprise.Name,
			Links: []ui.Link{
				{Label: AreaOverview, Href: Home(v.Enterprise)},
				{Label: AreaConnections, Href: At(v.Enterprise, "connections")},
				{Label: AreaGroups, Href: At(v.Enterprise, "groups")},
				{Label: AreaPeople, Href: At(v.Enterprise, "people")},
				{Label: AreaOrganizations, Href: At(v.Enterprise, "organizations")},
				{Label: AreaDomains, Href: At(v.Enterprise, "domains")},
				{Label: AreaActivity, Href: At(v.Enterprise, "activity")},
				{Label: AreaAccess, Href: At(v.Enterprise, "access")},
			},
		}
		b.Console.Areas = append(b.Console.Areas, own)
	}
	mark(b.Console.Areas, area)
	return b
}

// mark says which link of the navigation leads to the area of the page.
func mark(areas []ui.Area, area string) {
	for _, a := range areas {
		for i := range a.Links {
			a.Links[i].Current = a.Links[i].Label == area
		}
	}
}

// setupAreas are the pages that the holder of a setup link may open. Before the
// link has created its connection there are fewer.
func setupAreas(v Visit) []ui.Area {
	own := ui.Area{Heading: v.Enterprise.Name}
	if id := v.Visitor.Connection; id != "" {
		own.Links = []ui.Link{
			{Label: AreaSetup, Href: AtConnection(v.Enterprise, id, "setup")},
			{Label: AreaTests, Href: AtConnection(v.Enterprise, id, "tests")},
			{Label: AreaVerifyGroups, Href: AtConnection(v.Enterprise, id, "groups")},
		}
	} else {
		own.Links = []ui.Link{{Label: AreaSetup, Href: At(v.Enterprise, "connections", "new")}}
	}
	own.Links = append(own.Links, ui.Link{
		Label: AreaDomains,
		Href:  At(v.Enterprise, "domains"),
	})
	return []ui.Area{own}
}

// setupTrail is a trail without the pages that a setup link does not open. The
// assistant takes the place of the connection's own page.
func setupTrail(v Visit, trail []ui.Link) []ui.Link {
	if v.Connection.ID == "" {
		return nil
	}
	var own []ui.Link
	for _, l := range trail {
		if l.Href == AtConnection(v.Enterprise, v.Connection.ID) {
			l.Href = AtConnection(v.Enterprise, v.Connection.ID, "setup")
		}
		if strings.HasPrefix(l.Href, AtConnection(v.Enterprise, v.Connection.ID, "")) {
			own = append(own, l)
		}
	}
	return own
}

// Render shows a page. status is 200, or 422 for a form that is shown again.
func (c *Console) Render(w http.ResponseWriter, status int, p ui.Page) error {
	return c.Pages.Render(w, status, p)
}

// Done leads on after something was done; what is the word by which the page it
// leads to knows what to say, see Said.
func Done(w http.ResponseWriter, path, what string) error {
	if what != "" {
		path += "?done=" + what
	}
	return route.SeeOther(w, path)
}

// Said is the sentence for the word that Done was given, "" for none and for one
// that somebody made up.
func Said(r *http.Request, sentences map[string]string) string {
	return sentences[r.URL.Query().Get("done")]
}
