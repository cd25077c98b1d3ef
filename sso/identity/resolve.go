package identity

import (
	"time"

	"gatehouse/sso"
)

// Outcome is whose an identity is.
type Outcome string

// The outcomes.
const (
	Existing Outcome = "existing" // it belongs to a known user
	New      Outcome = "new"      // it belongs to no user: one is created
	Held     Outcome = "held"     // its user, known or new, waits until an admin decides about the login
	Refused  Outcome = "refused"  // it belongs to a deactivated user: nothing may be written
)

// Facts are what [Resolve] decides from, as of the transaction that writes the
// user.
type Facts struct {
	Identity sso.Identity
	Before   sso.User // that Match found; zero if none
	// Holder is the active user with the login that ClaimedLogin returns for Before;
	// zero if there is none.
	Holder sso.User
	// Doubt is the user whom it may be by a move; "" for none. An admin decides.
	Doubt sso.UserID
	// Provisioned says that the identity provider pushes the user, and owns the
	// profile.
	Provisioned bool
	// Linked says that a further subject of the connection found the user.
	Linked bool
	// DomainVerified says that the enterprise has proven the domain of
	// Identity.Email.
	DomainVerified bool
	Now            time.Time
}

// Resolution is whose an identity is, and the user as the identity changes them.
type Resolution struct {
	Outcome Outcome
	// User is to be written, unless Outcome is Refused. A new one has no ID and no
	// enterprise yet.
	User  sso.User
	Claim sso.LoginClaim
	Err   error // the reason of Refused

	before sso.User
}

// Resolve decides whose an identity is. The rules, in order:
//
//  1. A deactivated user is refused and stays as they are: no assertion makes them
//     active again.
//  2. A known user gets the asserted profile, and a new one is created with it. A
//     login that an admin gave stays, and so does the profile of a user whom the
//     identity provider pushes, and of an active one whom a linked subject found:
//     two subjects would change it to and fro.
//  3. If another active user has the login, a user who is active with another one
//     goes on with that; any other waits for an admin. No user becomes another. The
//     same holds if a move to the connection may expect the user.
//  4. Any other user is active. Whether a user must be vouched for first is decided
//     again at each sign-in: see Settle.
func Resolve(f Facts) Resolution {
	r := Resolution{
		Outcome: Existing,
		User:    f.Before,
		before:  f.Before,
	}
	switch {
	case f.Before.Status == sso.UserDeactivated:
		r.Outcome = Refused
		r.Err = sso.UserInactive()
		return r
	case f.Provisioned, f.Linked && f.Before.Status == sso.UserActive:
		r.User.LastSignInAt = f.Now
		r.User.Status = sso.UserActive
		return r
	case f.Before.ID == "":
		r.Outcome = New
		r.User.CreatedAt = f.Now
	}
	r.User = assertAddress(r.User, f.Identity, f.DomainVerified)
	r.User.Name = f.Identity.Name
	r.User.LastSignInAt = f.Now
	r.User.Status = sso.UserActive
	r.User.Login = ClaimedLogin(f.Before, f.Identity.Login)
	r.Claim = Claim(f.Before, f.Holder, r.User.Login)
	if r.Claim.Holder == "" && f.Doubt != "" {
		r.Claim = sso.LoginClaim{
			Holder: f.Doubt,
			Keeps:  f.Before.Status == sso.UserActive,
		}
	}
	switch {
	case r.Claim.Waits():
		r.Outcome = Held
		r.User.Status = sso.UserPending
	case r.Claim.Keeps:
		r.User.Login = f.Before.Login
	}
	return r
}

// First reports whether no sign-in of a user succeeded yet and no admin vouched for
// them.
func First(before sso.User) bool {
	return before.LastSignInAt.IsZero() && before.VouchedAt.IsZero()
}

// Wait is what a user waits for.
type Wait string

// What a user may wait for. The zero value means that they need not wait.
const (
	ForVouching Wait = "vouching" // an admin vouches for the user
	ForAnswer   Wait = "answer"   // an admin answers the identity question
)

// Settled is a resolution after the verdict about the sign-in.
type Settled struct {
	User sso.User // to be written
	Wait Wait
}

// Settle applies the verdict about a sign-in. A user who has to wait is pending, and
// their sign-in does not count as one. The question about a login is not raised
// before an admin has vouched for the user.
func (r Resolution) Settle(id sso.Identity, v sso.Verdict) Settled {
	s := Settled{User: proveAddress(r.User, id, v)}
	switch {
	case v.Email.Action == sso.VouchFirst:
		s.Wait = ForVouching
	case r.Claim.Waits():
		s.Wait = ForAnswer
	}
	if s.Wait != "" {
		s.User.Status = sso.UserPending
		s.User.LastSignInAt = r.before.LastSignInAt
	}
	return s
}
