package directory

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) memberPages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "people/{user}/groups", d.pickGroup),
		ofEnterprise("POST", "people/{user}/groups", d.addToGroup),
		ofEnterprise("POST", "people/{user}/groups/{group}/remove", d.removeFrom(true)),
		ofEnterprise("GET", "groups/{group}/add", d.pickPerson),
		ofEnterprise("POST", "groups/{group}/members", d.addPerson),
		ofEnterprise("POST", "groups/{group}/members/{user}/remove", d.removeFrom(false)),
	}
}

// countOf finds out how many people are in a group, which the list knows.
func (d *Directory) countOf(ctx context.Context, ent sso.EnterpriseID, g sso.Group) (sso.GroupCount, error) {
	all, _, err := d.Structure.Groups(ctx, ent, sso.GroupFilter{
		Organization: g.Organization,
		Name:         g.Name,
	}, sso.Page{Limit: 1})
	if err != nil {
		return sso.GroupCount{}, fmt.Errorf("count members: %w", err)
	}
	if len(all) == 0 || all[0].Group.ID != g.ID {
		return sso.GroupCount{}, sso.NothingHere() // renamed or deleted meanwhile
	}
	return all[0], nil
}

func (d *Directory) pickGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	return d.showPickGroup(w, r, v, u, nil)
}

func (d *Directory) showPickGroup(
	w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, wrong error,
) error {
	q := queryOf(r)
	ctx := r.Context()
	ent := v.Enterprise.ID
	e := v.Enterprise
	all, next, err := d.Structure.Groups(ctx, ent, sso.GroupFilter{Contains: q.text("q")}, q.page())
	if err != nil {
		return fmt.Errorf("list groups: %w", err)
	}
	names := map[sso.OrganizationID]string{}
	if err := d.nameAll(ctx, ent, all, names); err != nil {
		return err
	}
	in, err := d.Members.UserMemberships(ctx, ent, u.ID)
	if err != nil {
		return fmt.Errorf("list memberships of a person: %w", err)
	}
	lasts, err := d.lastingOf(ctx, ent, u.ID)
	if err != nil {
		return err
	}
	here := personHref(e, u.ID)
	p := &pickPage{
		Base:    d.personBase(v, u),
		Heading: "Add " + called(u) + " to a group",
		Lasting: lasts,
		Wrong:   ui.Blame(wrong),
		What:    "Groups",
		Pager:   q.pager(here+"/groups", next, "q"),
		Search:  search(q, here+"/groups", "Part of a name", ""),
		Back:    ui.Link{Label: "Back to " + called(u), Href: here},
		Rows:    groupChoices(e, here+"/groups", all, names, in),
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// groupChoices returns the rows of groups that a user can be added to by a post to
// action; in are the memberships that the user has.
func groupChoices(
	e sso.Enterprise,
	action string,
	all []sso.GroupCount,
	names map[sso.OrganizationID]string,
	in []sso.UserMembership,
) []pickRow {
	var rows []pickRow
	for _, c := range all {
		row := pickRow{
			Name:   c.Group.Name,
			Detail: names[c.Group.Organization] + ", " + ui.Count(c.Members, "member", "members"),
			Href:   groupHref(e, c.Group.ID),
		}
		if c.Group.Default {
			row.Detail += ", the default group: sign-ins remove no one from it"
		}
		if !slices.ContainsFunc(in, func(m sso.UserMembership) bool {
			return m.Group.ID == c.Group.ID && m.Membership.Source != sso.SourceDefault
		}) {
			row.Press = &ui.Press{
				Label:  "Add",
				About:  "Add to " + c.Group.Name + " in " + names[c.Group.Organization],
				Action: action,
				Fields: []ui.HiddenField{{Name: "group", Value: string(c.Group.ID)}},
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// search is that of a list, with the way to all of it where it is narrowed.
func search(q query, path, label, hint string) searchForm {
	s := searchForm{
		Action: path,
		Label:  label,
		Hint:   hint,
		Value:  q.text("q"),
	}
	if s.Value != "" {
		s.All = path
	}
	return s
}

func (d *Directory) addToGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	id, err := sso.ParseID[sso.GroupID](r.PostForm.Get("group"))
	if err == nil {
		err = d.Service.AddMember(r.Context(), v.Actor, v.Enterprise.ID, id, u.ID)
	}
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return d.showPickGroup(
			w,
			r,
			v,
			u,
			sso.InvalidField("validation_failed", "Group", "There is no such group here. Choose one of these."),
		)
	case err != nil:
		return fmt.Errorf("add to a group: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "added")
}

func (d *Directory) pickPerson(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	return d.showPickPerson(w, r, v, g, nil)
}

func (d *Directory) showPickPerson(
	w http.ResponseWriter, r *http.Request, v console.Visit, g sso.Group, wrong error,
) error {
	q := queryOf(r)
	ctx := r.Context()
	ent := v.Enterprise.ID
	e := v.Enterprise
	found, err := d.findUsers(ctx, ent, sso.UserFilter{Prefix: q.text("q")}, q.page())
	if err != nil {
		return err
	}
	connections, err := d.Structure.Connections(ctx, ent)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	here := groupHref(e, g.ID)
	p := &pickPage{
		Base:    d.groupBase(v, g),
		Heading: "Add someone to " + g.Name,
		Lasting: lasting(connections),
		Wrong:   ui.Blame(wrong),
		What:    "People",
		Pager:   q.pager(here+"/add", found.next, "q"),
		Search:  search(q, here+"/add", "Name, login or e-mail", "The beginning is enough. Case does not matter."),
		Back:    ui.Link{Label: "Back to " + g.Name, Href: here},
	}
	if g.Default {
		p.Lasting = []string{
			"Sign-ins remove no one from a default group. People added here by hand stay in the organization, even if they are in no other group of it.",
		}
	}
	// Both lists are in the same order, so that this one has every member among the
	// users of the other.
	in, _, err := d.Members.SearchMembers(ctx, ent, g.ID, q.text("q"), found.from)
	if err != nil {
		return fmt.Errorf("list members: %w", err)
	}
	p.Rows = userChoices(e, here+"/members", found.users, in)
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// userChoices returns the rows of users that can be added to a group by a post to
// action; in are its members.
func userChoices(e sso.Enterprise, action string, all []sso.User, in []sso.Member) []pickRow {
	var rows []pickRow
	for _, u := range all {
		row := pickRow{
			Name:   called(u),
			Detail: u.Login,
			Href:   personHref(e, u.ID),
		}
		if !slices.ContainsFunc(in, func(m sso.Member) bool {
			return m.User.ID == u.ID && m.Membership.Source != sso.SourceDefault
		}) {
			row.Press = &ui.Press{
				Label:  "Add",
				About:  "Add " + called(u),
				Action: action,
				Fields: []ui.HiddenField{{Name: "user", Value: string(u.ID)}},
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (d *Directory) addPerson(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	id, err := sso.ParseID[sso.UserID](r.PostForm.Get("user"))
	if err == nil {
		err = d.Service.AddMember(r.Context(), v.Actor, v.Enterprise.ID, g.ID, id)
	}
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return d.showPickPerson(
			w,
			r,
			v,
			g,
			sso.InvalidField("validation_failed", "Person", "There is no such person here. Choose one of these."),
		)
	case err != nil:
		return fmt.Errorf("add to a group: %w", err)
	}
	return console.Done(w, groupHref(v.Enterprise, g.ID), "added")
}

// removeFrom takes the person out of the group that the path names, and leads
// back to the one or the other.
func (d *Directory) removeFrom(person bool) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		g, err := d.groupOf(r, v)
		if err != nil {
			return err
		}
		u, err := d.userOf(r, v)
		if err != nil {
			return err
		}
		err = d.Service.RemoveMember(r.Context(), v.Actor, v.Enterprise.ID, g.ID, u.ID)
		switch {
		case console.OnForm(err) && person:
			return d.showPerson(w, r, v, u, err)
		case console.OnForm(err):
			return d.showGroup(w, r, v, g, groupForm(g), err)
		case err != nil && sso.KindOf(err) != sso.NotFoundKind: // they are out already
			return fmt.Errorf("take out of a group: %w", err)
		}
		if person {
			return console.Done(w, personHref(v.Enterprise, u.ID), "removed")
		}
		return console.Done(w, groupHref(v.Enterprise, g.ID), "removed")
	}
}
