package connections

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
)

// Delete removes a connection with the identities it knows, and ends its
// sessions; the caller tells the nodes. Errors: Conflict "would_lock_out", see
// LocksOut.
func (s *Service) Delete(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) error {
	return s.Connections.DeleteConnection(ctx, by, ent, id, LocksOut)
}

// LocksOut is a Conflict "would_lock_out" of deleting a connection that is the
// only enabled one of active users, or the last one of an enterprise that
// enforces single sign-on; else nil. Without enforcement, a connection that is
// not enabled may always go.
func LocksOut(r sso.ConnectionReach) error {
	if err := r.CheckEnforced(); err != nil {
		return err
	}
	if r.State != sso.ConnectionEnabled || r.Others > 0 || r.Active == 0 {
		return nil
	}
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "would_lock_out",
		Public: fmt.Sprintf(
			"This is the only way in for %s. Enable another connection first; or disable this one first, if no one is to sign in through it.",
			whom(r)),
	}
}

// whom names those who depend on a connection, as far as there is room.
func whom(r sso.ConnectionReach) string {
	people := fmt.Sprintf("%d active people", r.Active)
	if r.Active == 1 {
		people = "1 active person"
	}
	if len(r.Logins) == 0 {
		return people
	}
	names := strings.Join(r.Logins, ", ")
	if r.Exclusive > len(r.Logins) || r.Active > len(r.Logins) {
		names += " and others"
	}
	return people + " (" + names + ")"
}
