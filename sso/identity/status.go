package identity

import (
	"time"

	"gatehouse/sso"
)

// Deactivated returns a user whom an admin deactivates. A user whom a push had
// deactivated stays so from then on, whatever is pushed.
func Deactivated(u sso.User) sso.User {
	u.Status = sso.UserDeactivated
	u.EndedByPush = false
	return u
}

// Reactivated returns a user whom an admin reactivates. A pending user stays
// pending, because that does not confirm who they are.
func Reactivated(u sso.User) sso.User {
	if u.Status == sso.UserDeactivated {
		u.Status = sso.UserActive
		u.EndedByPush = false
	}
	return u
}

// Vouched returns a user whose identity an admin confirms: the address counts as
// verified, and a pending user may sign in. A deactivated one stays deactivated.
// Vouching again changes nothing.
func Vouched(u sso.User, now time.Time) sso.User {
	if !u.VouchedAt.IsZero() && u.Status != sso.UserPending {
		return u
	}
	u.VouchedAt = now
	u.EmailVerified = u.Email != ""
	if u.Status == sso.UserPending {
		u.Status = sso.UserActive
	}
	return u
}
