package identity

import "gatehouse/sso"

// assertAddress returns u with the asserted e-mail address, verified or not. An
// optional address that was not sent leaves the known one as it is. What the
// identity provider says about an address verifies nothing here: the verdict about
// the sign-in does, see [Resolution.Settle].
func assertAddress(u sso.User, id sso.Identity, domainVerified bool) sso.User {
	if id.EmailUnsaid {
		return u
	}
	switch {
	case id.Email == "":
		u.EmailVerified = false
	case domainVerified: // the enterprise has proven the domain
		u.EmailVerified = true
	case u.Email != id.Email: // the known address was verified, if any
		u.EmailVerified = false
	}
	u.Email = id.Email
	return u
}

// proveAddress returns u with its address verified if the verdict says that the
// user owns the address of the identity.
func proveAddress(u sso.User, id sso.Identity, v sso.Verdict) sso.User {
	if v.EmailProven && id.Email != "" {
		u.EmailVerified = true
	}
	return u
}
