package drift

import (
	"slices"

	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// twins returns the names of groups that differ in letter case only, those of each
// together. SCIM compares names without letter case, so an identity provider can push
// only one of them. Names of which none is pushed or asserted are left out.
//
// A name that is pushed, and that a group here has in other letter case, is another
// group only if sign-ins assert the name of the group here.
func twins(found sso.MembershipReport) (all [][]string) {
	here := map[string][]sso.Group{}
	for _, g := range found.Groups {
		here[filter.Fold(g.Name)] = append(here[filter.Fold(g.Name)], g)
	}
	pushed := map[string]string{}
	for _, p := range found.Pushed {
		pushed[filter.Fold(p.Group.DisplayName)] = p.Group.DisplayName
	}
	for folded, groups := range here {
		var names []string
		asserted, known := false, false
		for _, g := range groups {
			names = append(names, g.Name)
			asserted = asserted || found.Members[g.ID].Asserted > 0
			known = known || g.Name == pushed[folded] || slices.Contains(g.IDPNames, pushed[folded])
		}
		name, isPushed := pushed[folded]
		if isPushed && asserted && !known {
			names = append(names, name)
		}
		slices.Sort(names)
		names = slices.Compact(names)
		if len(names) > 1 && (isPushed || asserted) {
			all = append(all, names)
		}
	}
	slices.SortFunc(all, slices.Compare)
	return all
}
