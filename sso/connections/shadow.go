package connections

import (
	"context"

	"gatehouse/sso"
)

// StartShadow starts shadow mode: from now on every sign-in over the connection
// is compared with its draft. A running comparison continues. Errors: Conflict
// "nothing_to_compare" without a draft or if the connection is not enabled.
func (s *Service) StartShadow(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, error) {
	return s.change(
		ctx,
		by,
		ent,
		id,
		"connection.shadow_started",
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			if c.Draft == nil || c.State != sso.ConnectionEnabled {
				return c, &sso.Error{
					Kind:   sso.Conflict,
					Code:   "nothing_to_compare",
					Public: "There is nothing to compare: it takes a connection that people sign in through, and a draft beside it.",
				}
			}
			if c.Shadow.IsZero() {
				c.Shadow = s.Now()
			}
			return c, nil
		},
	)
}

// StopShadow ends the comparison. Its results stay until the draft changes.
func (s *Service) StopShadow(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, error) {
	return s.change(
		ctx,
		by,
		ent,
		id,
		"connection.shadow_stopped",
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			c.Shadow = sso.Connection{}.Shadow
			return c, nil
		},
	)
}
