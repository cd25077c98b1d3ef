package identity

import (
	"crypto/sha256"
	"encoding/hex"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// longestLogin is how many bytes of a folded login are its key as they are: the
// store's index has room for little more.
const longestLogin = 256

// LoginKey returns the same text for logins that applications and readers take for
// one: letter case, Unicode form, invisible characters and look-alike letters do not
// matter. One active user of an enterprise has it. It changes with [fold.Version].
func LoginKey(login string) string {
	key := fold.Name(login)
	if key == "" {
		key = login // no character is visible
	}
	if len(key) > longestLogin {
		sum := sha256.Sum256([]byte(key))
		key = "sha256:" + hex.EncodeToString(sum[:])
	}
	return key
}

// SameLogin reports whether two logins have the same key.
func SameLogin(a, b string) bool { return LoginKey(a) == LoginKey(b) }

// IsOutdated reports whether the login of an account is not the one of the user's last
// sign-in, as after a change of name if a linked subject signs in: it leaves the account
// as it is. The next person may have the login.
func IsOutdated(last, login string) bool { return !SameLogin(last, login) }

// ClaimedLogin returns the login that a user claims by asserting one: a login that
// an admin gave stays. The zero user is a new one.
func ClaimedLogin(u sso.User, asserted string) string {
	if u.LoginGiven {
		return u.Login
	}
	return asserted
}

// Claim returns what becomes of a claim to a login that holder, an active user, has;
// the zero user if no user has it. before is the claimant, zero if new. An active
// user with another login keeps that one; any other claimant waits for an admin.
func Claim(before, holder sso.User, login string) sso.LoginClaim {
	if holder.ID == "" || holder.ID == before.ID {
		return sso.LoginClaim{}
	}
	return sso.LoginClaim{
		Holder: holder.ID,
		Keeps: before.ID != "" &&
			before.Status == sso.UserActive &&
			!SameLogin(before.Login, login),
	}
}

// TakesLogin reports whether a change of a user takes a login that must be free: the
// user is active afterwards, and was not active with the same login.
func TakesLogin(before, after sso.User) bool {
	return after.Status == sso.UserActive &&
		(before.Status != sso.UserActive || !SameLogin(before.Login, after.Login))
}
