package trial

import (
	"context"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// TraceGroups returns what a mapping would make of the groups that were sent in a
// test connection, down to the groups here. It writes nothing.
func (s *Service) TraceGroups(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
	m sso.Mapping, tested sso.Identity) (sso.GroupTrace, error) {
	return evaluate.TraceGroups(m, tested, func(names []string) (sso.GroupSnapshot, error) {
		_, snapshot, err := s.Facts.Snapshot(ctx, ent, id, "", "", names, sso.Brake{}, nil)
		return snapshot, err
	})
}
