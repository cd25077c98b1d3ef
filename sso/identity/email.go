package identity

import "gatehouse/sso"

// EmailFacts are the facts about matching a pushed user by e-mail address.
type EmailFacts struct {
	// Allowed says that an admin of the company allowed it for the connection.
	Allowed bool
	// Users are the active users of the enterprise with the address, letter case
	// aside, of all connections.
	Users []EmailUser
	// Shared says that the connection provisions another user with the address.
	Shared bool
}

// EmailUser is a user with the address of a pushed one.
type EmailUser struct {
	sso.User
	Admin   bool // administers the enterprise, or an operator's account is tied to them
	Owned   bool // an identity provider provisions them
	Another bool // the identity provider had deleted them under another externalId
}

// Unmatched is why a user with the address of a pushed one was not matched; "" if
// there is none, or matching is not allowed.
type Unmatched string

// The reasons.
const (
	// UnmatchedSeveral: several users have the address, so it does not tell who is
	// meant.
	UnmatchedSeveral Unmatched = "several"
	// UnmatchedAdmin: the user is an admin. Addresses are given to new people, and
	// with the account the rights of an admin would change hands.
	UnmatchedAdmin Unmatched = "admin"
	// UnmatchedOwned: an identity provider provisions the user already.
	UnmatchedOwned Unmatched = "provisioned"
	// UnmatchedAnother: the identity provider gave the name to another person.
	UnmatchedAnother Unmatched = "another"
	// UnmatchedUnverified: the user has not proven that the address is theirs.
	UnmatchedUnverified Unmatched = "unverified"
)

// byEmail returns the user whom the address of the resource finds, or why none is.
// The domain has to be proven now, whenever the user's address was verified. An
// inactive resource matches no user: that of a predecessor with the same address
// would deactivate the successor.
func (f Pushed) byEmail() (sso.User, Unmatched) {
	address := f.Resource.Email()
	if !f.Email.Allowed || !f.Resource.Active || !f.DomainVerified || !isASCII(address) || len(f.Email.Users) == 0 {
		return sso.User{}, ""
	}
	if len(f.Email.Users) > 1 || f.Email.Shared {
		return sso.User{}, UnmatchedSeveral
	}
	u := f.Email.Users[0]
	switch {
	case u.Admin:
		return sso.User{}, UnmatchedAdmin
	case u.Owned:
		return sso.User{}, UnmatchedOwned
	case u.Another:
		return sso.User{}, UnmatchedAnother
	case !u.EmailVerified:
		return sso.User{}, UnmatchedUnverified
	}
	return u.User, ""
}

// isASCII reports whether a text has ASCII characters only. Databases fold others in
// ways of their own, and some look alike.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
