package identity

import (
	"slices"
	"time"

	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// Pushed are the facts about a provisioned user, as of the
// transaction that writes what follows.
type Pushed struct {
	Resource sso.ProvisionedUser
	// WasActive is what the identity provider said before; false for a new resource.
	WasActive bool
	// Account is the user the resource belongs to already; zero if none.
	Account sso.User
	// Found are the users whom the keys of provisioningLadder find, but for those
	// of other resources of the connection.
	Found map[Key]sso.User
	// Email are the facts about matching by address.
	Email EmailFacts
	// Former says that the user found was deactivated because the identity provider
	// had deleted its resource.
	Former bool
	// Away says that the identity provider of another connection, which provisions the
	// same user, says that the user is not active, or deleted them.
	Away bool
	// Holder is the active user with the login that PushedLogin returns; zero if
	// there is none.
	Holder sso.User
	// Doubt is an entry of the user whom a new resource may be by a move; zero if there
	// is none.
	Doubt sso.MoveEntry
	// Departed is the deactivated user with the login of the resource whom the
	// connection does not know, as at a sign-in; see [Departed]. Merged is the user into
	// whom one with the login was merged, if the user is not deactivated. Both are zero
	// if there is none.
	Departed, Merged sso.User
	// Had is the user who is not deactivated and had the externalId of a new resource at
	// a connection that was deleted; "" if there is none.
	Had sso.UserID
	// Asked is the question that waits whether Account, or the user found, is another
	// person; zero if there is none.
	Asked sso.IdentityQuestion
	// DomainVerified says that the enterprise has proven the domain of the address
	// that [PushedAddress] returns.
	DomainVerified bool
	Now            time.Time
}

// Provisioned is what becomes of a pushed user.
type Provisioned struct {
	Outcome Outcome // Existing, New or Held
	Before  sso.User
	// User is to be written, unless Outcome is Held. A new one has no ID and no
	// enterprise yet.
	User sso.User
	Key  Key   // by which Before was found; "" if it was known or is new
	Err  error // of Held: *sso.IdentityHeldError, or another error for a refusal
	// Unmatched is why a new user is not the one with the same address.
	Unmatched Unmatched
}

// provisioningLadder returns the keys by which the account of a pushed user is
// looked up, in this order. An e-mail address is the last, and only where an admin of
// the company allowed it.
func provisioningLadder() []Key {
	return []Key{
		Subject,
		Linked,
		Moved,
		FormerExternalID,
		PushedLogin,
		VerifiedEmail,
	}
}

// Before returns the user the resource belongs to, or who is found for it, and by
// which key; the zero user for a new one.
func (f Pushed) Before() (sso.User, Key) {
	if f.Account.ID != "" {
		return f.Account, ""
	}
	u, key, _ := Match(provisioningLadder(), func(k Key) (sso.User, bool, error) {
		if k == VerifiedEmail {
			u, _ := f.byEmail()
			return u, u.ID != "", nil
		}
		u, ok := f.Found[k]
		return u, ok, nil
	})
	return u, key
}

// Login returns the login that the resource claims for its user: its userName,
// unless an admin gave the user another login.
func (f Pushed) Login() (login string, given bool) {
	before, _ := f.Before()
	return ClaimedLogin(before, f.Resource.UserName), before.LoginGiven
}

// Provision decides whose a pushed user is, and what becomes of that user. The
// rules, in order:
//
//  1. The resource belongs to the user it belonged to before, or to the first whom
//     the ladder finds; otherwise a user is created.
//  2. An inactive resource deactivates its user. An active one makes a user active
//     who is new or waits. It makes a deactivated user active whom a push deactivated,
//     if the resource was inactive before or comes back after it was deleted. A user
//     deactivated by an admin stays deactivated, and so does one whom another connection
//     deactivated, or who was merged into another.
//  3. If another active user has the login, or a new user may be one whom a move
//     expects or who was merged, the resource is held for an admin. So is one that would
//     make a user active while a question waits whether they are another person. With the
//     login of a user who left, it is refused.
//  4. Login, name and address are those of the resource. A login that an admin gave
//     stays, and so does an address that the resource does not say. An address that
//     cannot be used counts as none.
func Provision(f Pushed) Provisioned {
	before, key := f.Before()
	r := Provisioned{
		Outcome: Existing,
		Before:  before,
		User:    before,
		Key:     key,
	}
	if before.ID == "" {
		r.Outcome = New
		_, r.Unmatched = f.byEmail()
		r.User.CreatedAt = f.Now
	}
	r.User.Login, r.User.LoginGiven = f.Login()
	r.User.Status = f.status(before)
	r.User.EndedByPush = endedByPush(before, r.User)
	if held := f.held(before, r.User); held != nil {
		r.Outcome = Held
		r.Err = held
		return r
	}
	if f.Resource.Name != "" || r.User.Name == "" {
		r.User.Name = PushedName(f.Resource)
	}
	r.User = assertAddress(r.User, sso.Identity{
		Email:       PushedAddress(f.Resource),
		EmailUnsaid: f.Resource.Email() == "",
	}, f.DomainVerified)
	return r
}

// status returns the status of the user after the push.
func (f Pushed) status(before sso.User) sso.UserStatus {
	switch {
	case !f.Resource.Active, before.MergedInto != "":
		return sso.UserDeactivated
	case before.Status != sso.UserDeactivated:
		return sso.UserActive
	case f.Away, !before.EndedByPush:
		return sso.UserDeactivated
	case f.Account.ID != "" && !f.WasActive, f.Account.ID == "" && f.Former:
		return sso.UserActive
	}
	return sso.UserDeactivated
}

// endedByPush reports whether a push deactivated a user: now, or before.
func endedByPush(before, after sso.User) bool {
	if before.Status == sso.UserDeactivated {
		return before.EndedByPush && after.Status == sso.UserDeactivated
	}
	return after.Status == sso.UserDeactivated
}

// mayBeAnother reports whether a new resource may be a known user by something else than the
// login.
func (f Pushed) mayBeAnother() bool { return f.Doubt.User != "" || f.Had != "" || f.Merged.ID != "" }

// held returns why the resource waits for an admin, nil if it does not.
func (f Pushed) held(before, after sso.User) error {
	if f.Asked.Kind.AboutPerson() && before.Status != sso.UserActive && after.Status == sso.UserActive {
		return &sso.IdentityHeldError{
			Account:  f.Asked.Holder,
			Login:    after.Login,
			Claimant: before,
			MoveKey:  f.Asked.MoveKey,
			Merged:   f.Asked.Kind == sso.QuestionMerged,
			Former:   f.Asked.Kind == sso.QuestionFormer,
		}
	}
	if f.Holder.ID != "" {
		if f.Holder.ID == before.ID || !TakesLogin(before, after) {
			return nil
		}
		return &sso.IdentityHeldError{
			Account:  f.Holder.ID,
			Login:    after.Login,
			Claimant: before,
			Doubted:  before.ID == "" && f.mayBeAnother(),
		}
	}
	if before.ID != "" || !f.Resource.Active {
		return nil
	}
	switch {
	case f.Doubt.User != "":
		return &sso.IdentityHeldError{
			Account: f.Doubt.User,
			Login:   after.Login,
			MoveKey: f.Doubt.Key,
		}
	case f.Had != "":
		return &sso.IdentityHeldError{
			Account: f.Had,
			Login:   after.Login,
			Former:  true,
		}
	case f.Departed.ID != "":
		return sso.PushOfDeparted(f.Departed.ID, after.Login)
	case f.Merged.ID != "":
		return &sso.IdentityHeldError{
			Account: f.Merged.ID,
			Login:   after.Login,
			Merged:  true,
		}
	}
	return nil
}

// IsAnother reports whether a change of a provisioned user gives it to another person:
// the identity provider had ended it, and now says another externalId. It finds the
// resource of a person who left by the userName, which the next one has.
func IsAnother(before, after sso.ProvisionedUser) bool {
	return before.Provisioned() &&
		!before.Active &&
		before.ExternalID != "" &&
		after.ExternalID != "" &&
		before.ExternalID != after.ExternalID
}

// samePushedLogin reports whether a login is a userName as SCIM compares names:
// letter case and Unicode form aside (RFC 7643 section 4.1.1).
func samePushedLogin(login, userName string) bool {
	return filter.Fold(login) == filter.Fold(userName)
}

// PickLogin returns, of users of the connection, the one whose login is a userName:
// an active one first, then one who waits, then the one seen last.
func PickLogin(userName string, users []sso.User) (sso.User, bool) {
	users = slices.DeleteFunc(slices.Clone(users), func(u sso.User) bool {
		return !samePushedLogin(u.Login, userName)
	})
	if len(users) == 0 {
		return sso.User{}, false
	}
	rank := map[sso.UserStatus]int{
		sso.UserActive:      0,
		sso.UserPending:     1,
		sso.UserDeactivated: 2,
	}
	return slices.MinFunc(users, func(a, b sso.User) int {
		if d := rank[a.Status] - rank[b.Status]; d != 0 {
			return d
		}
		return b.LastSignInAt.Compare(a.LastSignInAt)
	}), true
}

// Deprovisioned returns a user whose resource the identity provider deleted.
func Deprovisioned(u sso.User) sso.User {
	before := u
	u.Status = sso.UserDeactivated
	u.EndedByPush = endedByPush(before, u)
	return u
}
