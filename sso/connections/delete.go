package connections

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
)

// Delete removes a connection with its identities, and ends its sessions; the
// caller notifies the nodes. Errors: Conflict "would_lock_out", see LocksOut.
func (s *Service) Delete(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) error {
	return s.Connections.DeleteConnection(ctx, by, ent, id, LocksOut)
}

// LocksOut returns Conflict "would_lock_out" if active users have no other
// enabled connection than this one, or if it is the last of an enterprise that
// enforces single sign-on; else nil. Without enforcement, a connection that is
// not enabled can always be deleted.
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

// whom describes the active users who depend on a connection: how many, and some
// of their logins.
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
