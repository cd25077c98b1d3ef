package login

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// TraceGroups returns what a mapping would make of the groups that were sent in a
// test connection, down to the groups here. It writes nothing.
func (s *Service) TraceGroups(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
	m sso.Mapping, tested sso.Identity) (sso.GroupTrace, error) {
	trace, err := mapping.Trace(m, tested)
	if err != nil {
		return sso.GroupTrace{}, fmt.Errorf("trace groups: %w", err)
	}
	var names []string
	for _, v := range trace.Values {
		if v.Name != "" && !v.LeftOut && !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	_, snapshot, err := s.Snapshots.Snapshot(ctx, ent, id, "", "", names, sso.Brake{}, nil)
	if err != nil {
		return sso.GroupTrace{}, fmt.Errorf("find groups: %w", err)
	}
	for i, v := range trace.Values {
		if v.LeftOut {
			continue
		}
		for _, g := range snapshot.Groups {
			if v.Name != "" && !g.Default && g.Named(v.Name) {
				place := sso.GroupPlace{Group: g.ID, Name: g.Name, Organization: snapshot.Organizations[g.Organization]}
				trace.Values[i].Groups = append(trace.Values[i].Groups, place)
			}
		}
		slices.SortFunc(trace.Values[i].Groups, func(a, b sso.GroupPlace) int { return strings.Compare(a.Organization, b.Organization) })
	}
	return trace, nil
}
