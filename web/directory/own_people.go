package directory

import (
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// ownPeople lists the people of an organization: the members of its default group.
func (d *Directory) ownPeople(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	q, here := queryOf(r), ownHref(v, "people")
	all, next, err := d.searchMembers(r.Context(), v.Enterprise.ID, v.Organization.DefaultGroup, q)
	if err != nil {
		return err
	}
	p := &ownPeoplePage{
		Base:         d.ownBase(v, console.AreaPeople),
		Organization: v.Organization.Name,
		Search:       search(q, here, "Name, login or e-mail", "The beginning is enough. Case does not matter."),
		Pager:        q.pager(here, next, "q"),
	}
	for _, m := range all {
		p.Rows = append(p.Rows, personRow{
			Person:     plain(ownPersonLink(v, m.User)),
			Email:      m.User.Email,
			Status:     statusBadge(m.User.Status),
			LastSignIn: ui.NewTime(m.User.LastSignInAt, d.Now()),
		})
	}
	return d.Console.Render(w, http.StatusOK, p)
}

// ownPerson shows a person of an organization: how they are reached, and their groups in
// it.
func (d *Directory) ownPerson(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, memberships, err := d.ownUserOf(r, v)
	if err != nil {
		return err
	}
	last := ui.NewTime(u.LastSignInAt, d.Now())
	p := &ownPersonPage{
		Base:         d.ownBase(v, console.AreaPeople, ui.Link{Label: "People", Href: ownHref(v, "people")}),
		Name:         called(u),
		Organization: v.Organization.Name,
		Status:       statusBadge(u.Status),
		Facts: []ui.Fact{
			{Label: "Login", Value: u.Login},
			{Label: "E-mail", Value: u.Email},
			{Label: "Last sign-in", Time: &last},
		},
	}
	if u.Email == "" {
		p.Facts[1].Value = "none given by the identity provider"
	}
	for _, m := range memberships {
		row := ownMembershipRow{
			Group: ui.Link{
				Label: m.Group.Name,
				Href:  ownHref(v, "groups", string(m.Group.ID)),
			},
			Source: sourceWords(m.Membership.Source),
			Since:  ui.NewTime(m.Membership.Since, d.Now()),
		}
		if m.Membership.Source != sso.SourceDefault && reachOf(v, m.Group).OfMembers() == nil {
			row.Remove = &ui.Press{
				Label:  "Remove",
				About:  "Remove: " + called(u) + ", of " + m.Group.Name,
				Action: ownHref(v, "groups", string(m.Group.ID), "members", string(u.ID), "remove"),
			}
		}
		p.Rows = append(p.Rows, row)
	}
	return d.Console.Render(w, http.StatusOK, p)
}
