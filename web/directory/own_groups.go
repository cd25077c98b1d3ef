package directory

import (
	"fmt"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// ownNameField is what a group of an organization's own is named by.
func ownNameField(name string) ui.Field {
	return ui.Field{
		ID:    "name",
		Name:  "name",
		Label: "Name",
		Hint: "It begins with " + sso.LocalGroupPrefix + ", which is added if you leave it out: so no identity " +
			"provider puts people into the group.",
		Value:        name,
		Most:         sso.MaxGroupNameLength,
		Autocomplete: "off",
	}
}

func (d *Directory) ownGroups(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showOwnGroups(w, r, v, "", nil)
}

// showOwnGroups lists the groups of an organization; name is what was typed for a new one.
func (d *Directory) showOwnGroups(
	w http.ResponseWriter, r *http.Request, v console.Visit, name string, wrong error,
) error {
	q, here := queryOf(r), ownHref(v, "groups")
	groups, next, err := d.Structure.Groups(r.Context(), v.Enterprise.ID, sso.GroupFilter{
		Organization: v.Organization.ID,
		Contains:     q.text("q"),
	}, q.page())
	if err != nil {
		return fmt.Errorf("list groups: %w", err)
	}
	pushed, err := d.pushedCounts(r.Context(), v.Enterprise)
	if err != nil {
		return err
	}
	p := &ownGroupsPage{
		Base:         d.ownBase(v, console.AreaGroups),
		Organization: v.Organization.Name,
		Search:       search(q, here, "Part of a name", ""),
		Pager:        q.pager(here, next, "q"),
		Action:       here,
		Name:         ownNameField(name),
	}
	p.Flash = console.Said(r, map[string]string{"deleted": "Group deleted."})
	p.Wrong = ui.Blame(wrong, &p.Name)
	for _, c := range countRows(v.Enterprise, groups, nil, pushed) {
		p.Rows = append(p.Rows, ownGroupRow{groupCountRow: c})
	}
	for i, c := range groups {
		p.Rows[i].Group.Href = ownHref(v, "groups", string(c.Group.ID))
		p.Rows[i].Closed = reachOf(v, c.Group).OfMembers() != nil
		if strings.HasPrefix(c.Group.Name, sso.LocalGroupPrefix) && c.Expected == 0 {
			p.Rows[i].Expected, p.Rows[i].Off = "by hand", false
		}
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) createOwnGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	name := r.PostForm.Get("name")
	g, err := d.within(v).CreateGroup(r.Context(), name)
	switch {
	case onOwnForm(err):
		return d.showOwnGroups(w, r, v, name, err)
	case err != nil:
		return fmt.Errorf("create a group: %w", err)
	}
	return console.Done(w, ownHref(v, "groups", string(g.ID)), "created")
}

func (d *Directory) ownGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.ownGroupOf(r, v)
	if err != nil {
		return err
	}
	return d.showOwnGroup(w, r, v, g, g.Name, nil)
}

// showOwnGroup renders the page of a group; name is what was typed to rename it.
func (d *Directory) showOwnGroup(
	w http.ResponseWriter, r *http.Request, v console.Visit, g sso.Group, name string, wrong error,
) error {
	q, here := queryOf(r), ownHref(v, "groups", string(g.ID))
	count, err := d.countOf(r.Context(), v.Enterprise.ID, g)
	if err != nil {
		return err
	}
	members, next, err := d.searchMembers(r.Context(), v.Enterprise.ID, g.ID, q)
	if err != nil {
		return err
	}
	closed := reachOf(v, g).OfMembers()
	p := &ownGroupPage{
		Base:    d.ownBase(v, console.AreaGroups, ui.Link{Label: "Groups", Href: ownHref(v, "groups")}),
		Name:    g.Name,
		Badge:   groupBadge(g),
		Default: g.Default,
		Facts:   ownGroupFacts(v, count),
		Search:  search(q, here, "Name, login or e-mail", "The beginning is enough. Case does not matter."),
		Rows:    d.ownMemberRows(v, here, members, closed == nil),
		Pager:   q.pager(here, next, "q"),
	}
	p.Flash = console.Said(r, map[string]string{
		"created": "Group created. Add people of the organization to it.",
		"saved":   "Group renamed.",
		"added":   "They are in the group.",
		"removed": "Removed from the group.",
	})
	if closed == nil {
		p.AddHref = here + "/add"
	} else {
		p.Closed = publicOf(closed)
	}
	rename := ownNameField(name)
	p.Wrong = console.BlameEdit(wrong, []ui.Field{ownNameField(g.Name)}, &rename)
	if why := reachOf(v, g).OfGroup(); why == nil {
		p.Settings = ownGroupSettings(here, g, count.Members, rename)
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// ownGroupSettings returns the form by which a group is renamed, and deleted, for those who
// may do so.
func ownGroupSettings(here string, g sso.Group, members int, rename ui.Field) *ownGroupForm {
	return &ownGroupForm{
		Action:   here,
		Revision: console.RevisionField(g.Revision),
		Name:     rename,
		Remove: ui.Confirm{
			Label:  "Delete this group",
			Text:   ui.Count(members, "member leaves", "members leave") + " it. This cannot be undone.",
			Action: here + "/delete",
			Button: "Delete",
			Danger: true,
		},
	}
}

func ownGroupFacts(v console.Visit, c sso.GroupCount) []ui.Fact {
	facts := []ui.Fact{
		{Label: "Applications see", Value: sso.GroupRef(v.Organization.Key, c.Group.Name), Code: true},
		{Label: "Members", Value: fmt.Sprint(c.Members)},
	}
	if !c.Group.Default && c.Expected > 0 {
		facts = append(facts, ui.Fact{
			Label: "Expected by the identity provider",
			Value: fmt.Sprint(c.Expected),
		})
	}
	return facts
}

// ownMemberRows returns the rows of members; they can be removed if the group is open.
func (d *Directory) ownMemberRows(
	v console.Visit, here string, members []sso.Member, open bool,
) (rows []memberRow) {
	for _, m := range members {
		row := memberRow{
			Person: ownPersonLink(v, m.User),
			Source: sourceWords(m.Membership.Source),
			Since:  ui.NewTime(m.Membership.Since, d.Now()),
		}
		if open && m.Membership.Source != sso.SourceDefault {
			row.Remove = &ui.Press{
				Label:  "Remove",
				About:  "Remove: " + called(m.User),
				Action: here + "/members/" + string(m.User.ID) + "/remove",
			}
		}
		rows = append(rows, row)
	}
	return rows
}
