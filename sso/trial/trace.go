package trial

import (
	"context"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// TraceGroups applies a mapping to the groups of a test connection, and returns
// each step up to the groups of the enterprise. It writes nothing.
func (s *Service) TraceGroups(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
	m sso.Mapping, tested sso.Identity) (sso.GroupTrace, error) {
	return evaluate.TraceGroups(m, tested, func(names []string) (sso.GroupSnapshot, error) {
		_, snapshot, err := s.Facts.Snapshot(ctx, ent, id, "", "", names, sso.Brake{}, nil)
		return snapshot, err
	})
}
