package directory

import (
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// ownPages are the pages of the admins of an organization. Admins of the company see the
// same there.
func (d *Directory) ownPages() []console.Page {
	return []console.Page{
		ofOrganization("GET", "groups", d.ownGroups),
		ofOrganization("POST", "groups", d.createOwnGroup),
		ofOrganization("GET", "groups/{group}", d.ownGroup),
		ofOrganization("POST", "groups/{group}", d.renameOwnGroup),
		ofOrganization("POST", "groups/{group}/delete", d.deleteOwnGroup),
		ofOrganization("GET", "groups/{group}/add", d.pickOwnPerson),
		ofOrganization("POST", "groups/{group}/members", d.addOwnMember),
		ofOrganization("POST", "groups/{group}/members/{user}/remove", d.removeOwnMember),
		ofOrganization("GET", "people", d.ownPeople),
		ofOrganization("GET", "people/{user}", d.ownPerson),
	}
}

// ofOrganization is a page for the admins of an organization.
func ofOrganization(method, path string, handle console.Handler) console.Page {
	return console.Page{
		Pattern: at(method, "organizations/{organization}/"+path),
		Need:    console.Organization,
		Handle:  handle,
	}
}

// ownHref is the address of a page below the organization of a visit.
func ownHref(v console.Visit, parts ...string) string {
	return console.AtOrganization(v.Enterprise, v.Organization.ID, parts...)
}

// ownBase returns the frame of a page of an organization. For admins of the company it is
// below the page of the organization.
func (d *Directory) ownBase(v console.Visit, area string, trail ...ui.Link) ui.Base {
	if v.Role == sso.RoleOrganizationAdmin {
		return d.Console.Base(v, area, trail...)
	}
	return d.Console.Base(v, console.AreaOrganizations, append([]ui.Link{
		{Label: "Organizations", Href: console.At(v.Enterprise, "organizations")},
		{Label: v.Organization.Name, Href: ownHref(v)},
	}, trail...)...)
}

// within returns what the visitor changes in the organization.
func (d *Directory) within(v console.Visit) directory.Within {
	return d.Service.Within(v.Actor, v.Enterprise.ID, v.Organization.ID)
}

// reachOf returns what is known beforehand about changes of a group by the visitor. The
// rest is decided when it is changed.
func reachOf(v console.Visit, g sso.Group) sso.Reach {
	own, _ := v.OwnOrganization(v.Organization.ID)
	return sso.Reach{
		Company:   v.Role != sso.RoleOrganizationAdmin,
		Appointed: true,
		Roles:     own.Roles,
		Group:     g,
		Was:       g.Name,
		Inside:    true,
	}
}

// onOwnForm reports whether an error is shown on the page where the change was asked for.
func onOwnForm(err error) bool {
	return console.OnForm(err) || sso.CodeOf(err) == sso.CodeOutOfReach
}

// ownGroupOf returns the group that the path names, if it is of the organization.
func (d *Directory) ownGroupOf(r *http.Request, v console.Visit) (sso.Group, error) {
	g, err := d.groupOf(r, v)
	if err == nil && g.Organization != v.Organization.ID {
		err = sso.NothingHere()
	}
	return g, err
}

// ownUserOf returns the user that the path names with their memberships in the
// organization, if there are any.
func (d *Directory) ownUserOf(r *http.Request, v console.Visit) (sso.User, []sso.UserMembership, error) {
	u, err := d.userOf(r, v)
	if err != nil {
		return sso.User{}, nil, err
	}
	all, err := d.Members.UserMemberships(r.Context(), v.Enterprise.ID, u.ID)
	if err != nil {
		return sso.User{}, nil, fmt.Errorf("list memberships of a person: %w", err)
	}
	var here []sso.UserMembership
	for _, m := range all {
		if m.Organization.ID == v.Organization.ID {
			here = append(here, m)
		}
	}
	if len(here) == 0 {
		return sso.User{}, nil, sso.NothingHere()
	}
	return u, here, nil
}

// ownPersonLink is personLink to the page within the organization.
func ownPersonLink(v console.Visit, u sso.User) personRef {
	p := personLink(v.Enterprise, u)
	p.Href = ownHref(v, "people", string(u.ID))
	return p
}
