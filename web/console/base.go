package console

import (
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// The areas: labels of links in the navigation.
const (
	AreaEnterprises     = "Enterprises"
	AreaApplications    = "Applications"
	AreaRoles           = "Roles"
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
	AreaServices        = "Services"

	// The areas of a setup link.

	AreaSetup        = "Setup assistant"
	AreaTests        = "Test connections"
	AreaProvisioning = "SCIM assistant"
	AreaVerifyGroups = "Verify groups"
)

// Base returns the frame of a page: area is its entry in the navigation, trail the
// pages between the two.
func (c *Console) Base(v Visit, area string, trail ...ui.Link) ui.Base {
	b := ui.Base{
		Enterprise: v.Enterprise.Name,
		Of:         v.Enterprise.ID,
		Staff:      v.staff(),
		Frame:      v.frame,
		User:       &ui.Person{Name: v.Name, Login: v.Login},
		Console:    &ui.Console{Trail: trail, SignOut: Prefix + "/sign-out"},
	}
	if v.User != "" && v.Admin == "" {
		b.Console.SignOut = "/logout" // a single sign-on session ends there
	}
	switch v.Role {
	case sso.RoleSetupLink:
		b.Console.Role = "by a setup link"
		b.Console.Areas = setupAreas(v)
		b.Console.Trail = setupTrail(v, trail)
		mark(b.Console.Areas, area)
		return b
	case sso.RoleOrganizationAdmin:
		b.Console.Role = "admin of " + v.Organization.Name
		b.Console.Home = AtOrganization(v.Enterprise, v.Organization.ID, "groups")
		b.Console.Areas = organizationAreas(v, area)
		return b
	case sso.RoleEnterpriseAdmin:
		b.Console.Role = "admin of " + v.Enterprise.Name
		b.Console.Areas = []ui.Area{{Links: []ui.Link{{
			Label: AreaTroubleshooting,
			Href:  Prefix + "/troubleshooting",
		}}}}
	case sso.RoleOperator:
		b.Console.Areas = []ui.Area{operatorArea()}
	}
	if v.Enterprise.ID != "" {
		b.Console.Home = Home(v.Enterprise)
		b.Console.Areas = append(b.Console.Areas, enterpriseArea(v.Enterprise))
	}
	mark(b.Console.Areas, area)
	return b
}

// operatorArea returns the navigation of the installation.
func operatorArea() ui.Area {
	return ui.Area{Links: []ui.Link{
		{Label: AreaEnterprises, Href: Prefix + "/enterprises"},
		{Label: AreaApplications, Href: Prefix + "/applications"},
		{Label: AreaRoles, Href: Prefix + "/roles"},
		{Label: AreaAdmins, Href: Prefix + "/admins"},
		{Label: AreaTroubleshooting, Href: Prefix + "/troubleshooting"},
	}}
}

// enterpriseArea returns the navigation of one enterprise.
func enterpriseArea(e sso.Enterprise) ui.Area {
	return ui.Area{
		Heading: e.Name,
		Links: []ui.Link{
			{Label: AreaOverview, Href: Home(e)},
			{Label: AreaConnections, Href: At(e, "connections")},
			{Label: AreaGroups, Href: At(e, "groups")},
			{Label: AreaPeople, Href: At(e, "people")},
			{Label: AreaOrganizations, Href: At(e, "organizations")},
			{Label: AreaDomains, Href: At(e, "domains")},
			{Label: AreaActivity, Href: At(e, "activity")},
			{Label: AreaAccess, Href: At(e, "access")},
		},
	}
}

// organizationAreas returns the navigation of an admin of organizations: a part for each,
// with the area of the page's organization marked.
func organizationAreas(v Visit, area string) (areas []ui.Area) {
	for _, own := range v.Organizations {
		o := own.Organization
		one := []ui.Area{{
			Heading: o.Name,
			Links: []ui.Link{
				{Label: AreaGroups, Href: AtOrganization(v.Enterprise, o.ID, "groups")},
				{Label: AreaPeople, Href: AtOrganization(v.Enterprise, o.ID, "people")},
				{Label: AreaServices, Href: AtOrganization(v.Enterprise, o.ID, "service-tokens")},
			},
		}}
		if o.ID == v.Organization.ID {
			mark(one, area)
		}
		areas = append(areas, one...)
	}
	return areas
}

// mark marks the link of the page's area as current.
func mark(areas []ui.Area, area string) {
	for _, a := range areas {
		for i := range a.Links {
			a.Links[i].Current = a.Links[i].Label == area
		}
	}
}

// setupAreas returns the navigation of a setup link: what its intents open. It is
// shorter before the link has created its connection.
func setupAreas(v Visit) []ui.Area {
	e, id := v.Enterprise, v.Visitor.Connection
	own := ui.Area{Heading: e.Name}
	add := func(i sso.Intent, label, href string) {
		if v.May(i) {
			own.Links = append(own.Links, ui.Link{Label: label, Href: href})
		}
	}
	if id == "" {
		add(sso.IntentSignOn, AreaSetup, At(e, "connections", "new"))
	} else {
		add(sso.IntentSignOn, AreaSetup, AtConnection(e, id, "setup"))
		add(sso.IntentSignOn, AreaTests, AtConnection(e, id, "tests"))
		add(sso.IntentProvisioning, AreaProvisioning, AtConnection(e, id, "setup", "scim"))
		add(sso.IntentGroups, AreaVerifyGroups, AtConnection(e, id, "groups"))
	}
	add(sso.IntentDomain, AreaDomains, At(e, "domains"))
	return []ui.Area{own}
}

// SetupStart returns the first page that a setup link opens.
func SetupStart(e sso.Enterprise, v sso.Visitor) string {
	for _, area := range setupAreas(Visit{
		Visitor:    v,
		Enterprise: e,
	}) {
		for _, l := range area.Links {
			return l.Href
		}
	}
	return At(e, "connections", "new")
}

// setupTrail returns a trail without pages that a setup link does not open. The
// assistant replaces the connection's own page.
func setupTrail(v Visit, trail []ui.Link) []ui.Link {
	if v.Connection.ID == "" {
		return nil
	}
	var own []ui.Link
	for _, l := range trail {
		if l.Href == AtConnection(v.Enterprise, v.Connection.ID) {
			l.Href = SetupStart(v.Enterprise, v.Visitor)
		}
		if strings.HasPrefix(l.Href, AtConnection(v.Enterprise, v.Connection.ID, "")) {
			own = append(own, l)
		}
	}
	return own
}

// Render shows a page that has its Base of Console.Base. status is 200, or 422 for a form
// that is shown again.
func (c *Console) Render(w http.ResponseWriter, status int, p ui.Page) error {
	return c.Pages.Framed(w, status, p)
}

// Done redirects after a change; what selects the message that the next page
// shows, see Said.
func Done(w http.ResponseWriter, path, what string) error {
	if what != "" {
		path += "?done=" + what
	}
	return route.SeeOther(w, path)
}

// Said returns the message for the word given to Done; "" for none and for an
// unknown one.
func Said(r *http.Request, sentences map[string]string) string {
	return sentences[r.URL.Query().Get("done")]
}
