package directory

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// publicOf returns what a page says about an error of ours.
func publicOf(err error) string {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		return e.Text().String()
	}
	return ""
}

func (d *Directory) renameOwnGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.ownGroupOf(r, v)
	if err != nil {
		return err
	}
	name, revision := r.PostForm.Get("name"), console.Revision(r.PostForm)
	_, refused := d.within(v).RenameGroup(r.Context(), g.ID, revision, name)
	switch {
	case refused == nil:
		return console.Done(w, ownHref(v, "groups", string(g.ID)), "saved")
	case !onOwnForm(refused):
		return fmt.Errorf("rename a group: %w", refused)
	case sso.KindOf(refused) == sso.Stale: // it may have been changed after it was found
		if g, err = d.ownGroupOf(r, v); err != nil {
			return err
		}
	default: // the corrected form is still made from the revision of this one
		g.Revision = revision
	}
	return d.showOwnGroup(w, r, v, g, name, refused)
}

func (d *Directory) deleteOwnGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.ownGroupOf(r, v)
	if err != nil {
		return err
	}
	err = d.within(v).DeleteGroup(r.Context(), g.ID)
	switch {
	case onOwnForm(err):
		return d.showOwnGroup(w, r, v, g, g.Name, err)
	case err != nil:
		return fmt.Errorf("delete a group: %w", err)
	}
	return console.Done(w, ownHref(v, "groups"), "deleted")
}

func (d *Directory) pickOwnPerson(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.ownGroupOf(r, v)
	if err != nil {
		return err
	}
	if err := reachOf(v, g).OfMembers(); err != nil {
		return d.showOwnGroup(w, r, v, g, g.Name, err)
	}
	return d.showPickOwnPerson(w, r, v, g, nil)
}

// showPickOwnPerson lists the people of the organization to add to a group.
func (d *Directory) showPickOwnPerson(
	w http.ResponseWriter, r *http.Request, v console.Visit, g sso.Group, wrong error,
) error {
	q, here := queryOf(r), ownHref(v, "groups", string(g.ID))
	all, next, err := d.searchMembers(r.Context(), v.Enterprise.ID, v.Organization.DefaultGroup, q)
	if err != nil {
		return err
	}
	p := &pickPage{
		Base: d.ownBase(v, console.AreaGroups,
			ui.Link{Label: "Groups", Href: ownHref(v, "groups")},
			ui.Link{Label: g.Name, Href: here},
		),
		Heading: "Add someone to " + g.Name,
		Lead:    "Everyone here is in the organization already.",
		Wrong:   ui.Blame(wrong),
		What:    "People",
		Search:  search(q, here+"/add", "Name, login or e-mail", "The beginning is enough. Case does not matter."),
		Pager:   q.pager(here+"/add", next, "q"),
		Back:    ui.Link{Label: "Back to " + g.Name, Href: here},
	}
	// Both lists are in the same order, so that this one has every member among the
	// people of the other.
	in, _, err := d.searchMembers(r.Context(), v.Enterprise.ID, g.ID, q)
	if err != nil {
		return err
	}
	users := make([]sso.User, len(all))
	for i, m := range all {
		users[i] = m.User
	}
	p.Rows = userChoices(v.Enterprise, here+"/members", users, in)
	for i, u := range users {
		p.Rows[i].Href = ownHref(v, "people", string(u.ID))
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) addOwnMember(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.ownGroupOf(r, v)
	if err != nil {
		return err
	}
	id, err := sso.ParseID[sso.UserID](r.PostForm.Get("user"))
	if err == nil {
		err = d.within(v).AddMember(r.Context(), g.ID, id)
	}
	if sso.KindOf(err) == sso.NotFoundKind {
		err = sso.InvalidField(
			"validation_failed", "Person", "There is no such person in the organization. Choose one of these.",
		)
	}
	switch {
	case onOwnForm(err):
		return d.showPickOwnPerson(w, r, v, g, err)
	case err != nil:
		return fmt.Errorf("add to a group: %w", err)
	}
	return console.Done(w, ownHref(v, "groups", string(g.ID)), "added")
}

func (d *Directory) removeOwnMember(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.ownGroupOf(r, v)
	if err != nil {
		return err
	}
	u, memberships, err := d.ownUserOf(r, v)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(memberships, func(m sso.UserMembership) bool { return m.Group.ID == g.ID }) {
		err = d.within(v).RemoveMember(r.Context(), g.ID, u.ID)
	}
	switch {
	case onOwnForm(err):
		return d.showOwnGroup(w, r, v, g, g.Name, err)
	case err != nil:
		return fmt.Errorf("take out of a group: %w", err)
	}
	return console.Done(w, ownHref(v, "groups", string(g.ID)), "removed")
}
