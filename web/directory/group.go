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

func groupSaid() map[string]string {
	return map[string]string{
		"created":    "Group created. People join it at their next sign-in if the identity provider lists it.",
		"saved":      "Group changed.",
		"roles":      "Roles changed. Applications are told within a second.",
		"removed":    "Removed from the group.",
		"restored":   "The members are what they were then.",
		"reconciled": "Members now match what the identity provider last sent, as far as that is certain.",
		"added":      "They are in the group. The notice below says what their next sign-in does about it.",
	}
}

// showGroup renders the page of a group, with the problem of a refused action.
func (d *Directory) showGroup(
	w http.ResponseWriter, r *http.Request, v console.Visit, g sso.Group, form []ui.Field, wrong error,
) error {
	p, err := d.groupPage(r, v, g)
	if err != nil {
		return err
	}
	p.Flash = console.Said(r, groupSaid())
	p.Hidden = []ui.HiddenField{console.RevisionField(g.Revision)}
	p.Fields = form
	p.Wrong = console.BlameEdit(wrong, groupForm(g), pointers(form)...)
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// groupPage returns the page of a group without the form that edits it.
func (d *Directory) groupPage(r *http.Request, v console.Visit, g sso.Group) (*groupDetailPage, error) {
	q := queryOf(r)
	ctx := r.Context()
	ent := v.Enterprise.ID
	e := v.Enterprise
	members, next, err := d.searchMembers(ctx, ent, g.ID, q)
	if err != nil {
		return nil, err
	}
	o, err := d.Structure.Organization(ctx, ent, g.Organization)
	if err != nil {
		return nil, fmt.Errorf("find the organization of a group: %w", err)
	}
	count, err := d.countOf(ctx, ent, g)
	if err != nil {
		return nil, err
	}
	connections, err := d.Structure.Connections(ctx, ent)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	here := groupHref(e, g.ID)
	p := &groupDetailPage{
		Base: d.Console.Base(v, console.AreaGroups, ui.Link{
			Label: "Groups",
			Href:  console.At(e, "groups"),
		}),
		Name:    g.Name,
		Badge:   groupBadge(g),
		Facts:   d.groupFacts(e, o, count),
		Lasting: lasting(connections),
		Pager:   q.pager(here, next, "q"),
		AddHref: here + "/add",
		Default: g.Default,
		Action:  here,
		Search: search(
			q, here, "Name, login or e-mail", "The beginning is enough. Case does not matter.",
		),
		Moment:  d.momentForm(here+"/history", "at", "Show members", ""),
		Restore: d.momentForm(here+"/restore", "restore-at", "Show what would change", ""),
	}
	if err := d.groupPushed(ctx, p, e, g, connections); err != nil {
		return nil, err
	}
	p.Rows = d.memberRows(e, here, members)
	return p, d.groupActs(ctx, p, e, count)
}

// searchMembers lists the members of a group that the query asks for; a cursor
// that no list returned begins the list again.
func (d *Directory) searchMembers(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, q query,
) (members []sso.Member, next string, err error) {
	prefix := q.text("q")
	members, next, err = d.Members.SearchMembers(ctx, ent, group, prefix, q.page())
	if sso.CodeOf(err) == sso.CodeInvalidCursor {
		members, next, err = d.Members.SearchMembers(
			ctx, ent, group, prefix, sso.Page{Limit: listSize},
		)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list members: %w", err)
	}
	return members, next, nil
}

// memberRows returns the rows of members; the members of a default group who are
// in another group of the organization cannot be removed.
func (d *Directory) memberRows(e sso.Enterprise, group string, members []sso.Member) (rows []memberRow) {
	for _, m := range members {
		row := memberRow{
			Person: personLink(e, m.User),
			Source: sourceWords(m.Membership.Source),
			Since:  ui.NewTime(m.Membership.Since, d.Now()),
			Cause:  causeOf(e, m.Membership.Cause),
		}
		if m.Membership.Source != sso.SourceDefault {
			row.Remove = &ui.Press{
				Label:  "Remove",
				About:  "Remove: " + called(m.User),
				Action: group + "/members/" + string(m.User.ID) + "/remove",
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (d *Directory) groupFacts(e sso.Enterprise, o sso.Organization, c sso.GroupCount) []ui.Fact {
	facts := []ui.Fact{
		{Label: "Organization", Value: o.Name, Href: console.At(e, "organizations", string(o.ID))},
		{Label: "Applications see", Value: sso.GroupRef(o.Key, c.Group.Name), Code: true},
		{Label: "Members", Value: fmt.Sprint(c.Members)},
	}
	if c.Group.Admin {
		facts = append(facts, ui.Fact{
			Label: "Admins",
			Value: "Its members are admins of this enterprise.",
		})
	}
	made := ui.NewTime(c.Group.CreatedAt, d.Now())
	return append(facts,
		ui.Fact{Label: "Created", Time: &made},
		ui.Fact{Label: "Identifier", Value: string(c.Group.ID), Code: true},
	)
}

// groupActs adds what can be done about a group, and the roles that it carries.
func (d *Directory) groupActs(
	ctx context.Context, p *groupDetailPage, e sso.Enterprise, c sso.GroupCount,
) error {
	g, here := c.Group, groupHref(e, c.Group.ID)
	if err := d.groupRoles(ctx, p, e, g); err != nil || g.Default {
		return err
	}
	text := fmt.Sprintf(
		"%s leave it. People in no other group of the organization leave that, too. Memberships of a deleted group cannot be restored.",
		ui.Count(c.Members, "member", "members"),
	)
	if g.Admin {
		text += " Its members are then no longer admins of this enterprise through it."
	}
	p.Remove = &ui.Confirm{
		Label:  "Delete this group",
		Text:   text,
		Action: here + "/delete",
		Button: "Delete",
		Danger: true,
	}
	return d.groupExpected(ctx, p, e, c)
}

// groupExpected says how many people should be in a group, and whether that differs.
func (d *Directory) groupExpected(
	ctx context.Context, p *groupDetailPage, e sso.Enterprise, c sso.GroupCount,
) error {
	pushed, err := d.pushedCounts(ctx, e)
	if err != nil {
		return err
	}
	n, is := pushed[c.Group.ID]
	if !is {
		n = pushedCount{
			expected: c.Expected,
			differs:  c.Members != c.Expected,
			at:       groupHref(e, c.Group.ID) + "/drift",
		}
	}
	p.Facts = slices.Insert(p.Facts, 3, ui.Fact{
		Label: "Expected",
		Value: fmt.Sprint(n.expected),
		Href:  n.at,
	})
	if n.differs {
		p.Drift = []ui.Todo{{
			State: "warn",
			Text:  fmt.Sprintf("%d expected, %d actual.", n.expected, c.Members),
			Href:  n.at,
			Label: "See who, and why",
		}}
	}
	return nil
}
