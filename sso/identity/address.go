package identity

import (
	"gatehouse/sso"
	"gatehouse/sso/address"
)

// PushedAddress returns the address of a provisioned user in the form that accounts
// have, "" if there is none that can be used: as at a sign-in, it is one plain
// address, with its domain in ASCII.
func PushedAddress(u sso.ProvisionedUser) string {
	plain, err := address.Email(u.Email())
	if err != nil {
		return ""
	}
	return plain
}

// PushedName returns the name of a provisioned user to show: the userName if there is
// none, or if it is too long or has invisible characters, as at a sign-in.
func PushedName(u sso.ProvisionedUser) string {
	if len(sso.ValidateName("", u.Name)) > 0 {
		return u.UserName
	}
	return u.Name
}

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
