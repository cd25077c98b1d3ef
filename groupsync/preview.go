package groupsync

import (
	"cmp"
	"slices"

	"gatehouse/sso"
)

// OrganizationPreview is the effect of a sync in one organization.
type OrganizationPreview struct {
	Organization sso.OrganizationID
	Name         string
	Added        []sso.GroupChange
	Removed      []sso.GroupChange
	Kept         []sso.GroupChange // memberships that stay
	NearMisses   []sso.NearMiss
	// OnlyElsewhere are asserted names that match groups of other organizations
	// only. That is no mistake: a name matches wherever there is a group.
	OnlyElsewhere []string
}

// ByOrganization splits a plan by organization, ordered by name. A held plan is
// shown as if it were applied.
func ByOrganization(c sso.MembershipChanges, snapshot sso.GroupSnapshot) []OrganizationPreview {
	all := map[sso.OrganizationID]*OrganizationPreview{}
	of := func(id sso.OrganizationID) *OrganizationPreview {
		if all[id] == nil {
			all[id] = &OrganizationPreview{
				Organization: id,
				Name:         snapshot.Organizations[id],
			}
		}
		return all[id]
	}
	added, removed, gone := c.Record.Added, c.Record.Removed, c.Remove
	if c.Held != nil {
		added, removed, gone = c.Held.Added, c.Held.Removed, c.Held.Remove
	}
	for _, g := range added {
		of(g.Organization).Added = append(of(g.Organization).Added, g)
	}
	for _, g := range removed {
		of(g.Organization).Removed = append(of(g.Organization).Removed, g)
	}
	has := map[sso.OrganizationID][]string{}
	for _, g := range snapshot.Groups {
		has[g.Organization] = append(append(has[g.Organization], g.Name), g.IDPNames...)
		of(g.Organization)
	}
	for _, g := range kept(snapshot, gone) {
		if slices.Contains(c.Defaults, g.Group) {
			g.Source = sso.SourceConnection
		}
		of(g.Organization).Kept = append(of(g.Organization).Kept, g)
	}
	for _, m := range c.Record.NearMisses {
		if m.Organization == "" {
			continue // an object ID, which belongs to no group
		}
		of(m.Organization).NearMisses = append(of(m.Organization).NearMisses, m)
	}
	list := make([]OrganizationPreview, 0, len(all))
	for id, o := range all {
		for _, name := range c.Record.Matched {
			if !slices.Contains(has[id], name) {
				o.OnlyElsewhere = append(o.OnlyElsewhere, name)
			}
		}
		list = append(list, *o)
	}
	slices.SortFunc(list, func(a, b OrganizationPreview) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Organization, b.Organization))
	})
	return list
}

// kept returns the groups that the user is in and stays in.
func kept(snapshot sso.GroupSnapshot, gone []sso.GroupID) []sso.GroupChange {
	p := planner{snapshot: snapshot, groups: map[sso.GroupID]sso.Group{}}
	for _, g := range snapshot.Groups {
		p.groups[g.ID] = g
	}
	var stay []sso.GroupChange
	for _, m := range snapshot.Memberships {
		if !slices.Contains(gone, m.Group) {
			stay = append(stay, p.name(m.Group))
		}
	}
	slices.SortFunc(stay, func(a, b sso.GroupChange) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Group, b.Group))
	})
	return stay
}
