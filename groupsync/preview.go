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
	preview := func(id sso.OrganizationID) *OrganizationPreview {
		if all[id] == nil {
			all[id] = &OrganizationPreview{
				Organization: id,
				Name:         snapshot.Organizations[id],
			}
		}
		return all[id]
	}
	added, removed, removedIDs := c.Record.Added, c.Record.Removed, c.Remove
	if c.Held != nil {
		added, removed, removedIDs = c.Held.Added, c.Held.Removed, c.Held.Remove
	}
	for _, g := range added {
		preview(g.Organization).Added = append(preview(g.Organization).Added, g)
	}
	for _, g := range removed {
		preview(g.Organization).Removed = append(preview(g.Organization).Removed, g)
	}
	for _, g := range snapshot.Groups {
		preview(g.Organization)
	}
	for _, g := range keptGroups(snapshot, removedIDs) {
		if slices.Contains(c.Defaults, g.Group) {
			g.Source = sso.SourceConnection
		}
		preview(g.Organization).Kept = append(preview(g.Organization).Kept, g)
	}
	for _, m := range c.Record.NearMisses {
		if m.Organization == "" {
			continue // an object ID, which belongs to no group
		}
		preview(m.Organization).NearMisses = append(preview(m.Organization).NearMisses, m)
	}
	list := make([]OrganizationPreview, 0, len(all))
	names := namesByOrganization(snapshot.Groups)
	for id, o := range all {
		o.OnlyElsewhere = namesMissing(c.Record.Matched, names[id])
		list = append(list, *o)
	}
	sortPreviews(list)
	return list
}

// namesByOrganization returns the names that groups of each organization match.
func namesByOrganization(groups []sso.Group) map[sso.OrganizationID][]string {
	names := map[sso.OrganizationID][]string{}
	for _, g := range groups {
		names[g.Organization] = append(append(names[g.Organization], g.Name), g.IDPNames...)
	}
	return names
}

// namesMissing returns the names that are not in known.
func namesMissing(names, known []string) (missing []string) {
	for _, name := range names {
		if !slices.Contains(known, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

func sortPreviews(list []OrganizationPreview) {
	slices.SortFunc(list, func(a, b OrganizationPreview) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Organization, b.Organization))
	})
}

// keptGroups returns the groups that the user is in and stays in.
func keptGroups(snapshot sso.GroupSnapshot, removed []sso.GroupID) []sso.GroupChange {
	p := planner{snapshot: snapshot, groups: map[sso.GroupID]sso.Group{}}
	for _, g := range snapshot.Groups {
		p.groups[g.ID] = g
	}
	var kept []sso.GroupChange
	for _, m := range snapshot.Memberships {
		if !slices.Contains(removed, m.Group) {
			kept = append(kept, p.groupChange(m.Group))
		}
	}
	slices.SortFunc(kept, func(a, b sso.GroupChange) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Group, b.Group))
	})
	return kept
}
