package directory

import (
	"context"

	"gatehouse/sso"
)

// userEraser deletes users; store.DB does.
type userEraser interface {
	EraseUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID) (sso.Erasure, error)
	LiftErasure(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID) (sso.Erasure, error)
}

// EraseUser deletes a user with everything that identifies them, for good.
// [sso.ErasurePreview] says what forbids it.
func (s *Service) EraseUser(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
) (sso.Erasure, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Erasure{}, err
	}
	return s.options.Users.EraseUser(ctx, by, ent, user)
}

// LiftErasure allows a deleted user again: the next sign-in or push makes a new one. A
// second time changes nothing.
func (s *Service) LiftErasure(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
) (sso.Erasure, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Erasure{}, err
	}
	return s.options.Users.LiftErasure(ctx, by, ent, user)
}
