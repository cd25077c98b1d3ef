package evaluate

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// TraceGroups returns what a mapping makes of the groups of an identity, down to
// the groups here. find reads the groups of some names.
func TraceGroups(
	m sso.Mapping, id sso.Identity, find func(names []string) (sso.GroupSnapshot, error),
) (sso.GroupTrace, error) {
	trace, err := mapping.Trace(m, id)
	if err != nil {
		return sso.GroupTrace{}, fmt.Errorf("trace groups: %w", err)
	}
	var names []string
	for _, v := range trace.Values {
		if v.Name != "" && !v.LeftOut && !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	snapshot, err := find(names)
	if err != nil {
		return sso.GroupTrace{}, fmt.Errorf("find groups: %w", err)
	}
	for i := range trace.Values {
		trace.Values[i].Groups = places(trace.Values[i], snapshot)
	}
	return trace, nil
}

// places returns the groups that a traced value matches, by organization.
func places(v sso.TracedGroup, snapshot sso.GroupSnapshot) []sso.GroupPlace {
	all := v.Groups
	if v.LeftOut {
		return all
	}
	for _, g := range snapshot.Groups {
		if v.Name != "" && !g.Default && g.Named(v.Name) {
			all = append(all, sso.GroupPlace{
				Group:        g.ID,
				Name:         g.Name,
				Organization: snapshot.Organizations[g.Organization],
			})
		}
	}
	slices.SortFunc(all, func(a, b sso.GroupPlace) int {
		return strings.Compare(a.Organization, b.Organization)
	})
	return all
}
