package oidc

import "gatehouse/sso"

// readAuthn reads how the user authenticated, from the ID token alone. The
// provider may leave all of it out, and what cannot be read counts as left out: a
// rule that needs it then refuses the sign-in. In particular the time of issue is
// not when the user authenticated.
func (v *verifier) readAuthn(id *idToken) sso.Authn {
	var out sso.Authn
	at, err := id.timeMember("auth_time")
	if err != nil {
		v.checks.Warn("auth_time", "a time in seconds", err.Error())
	}
	out.AuthnAt = at
	switch acr, err := id.stringMember("acr"); {
	case err != nil:
		v.checks.Warn("acr", "text", err.Error())
	case acr != "" && !sso.UsableAcr(acr):
		v.checks.Warn("acr", "visible characters, at most 255 bytes", acr)
	default:
		out.Acr = acr
	}
	var all bool
	if out.Amr, all = sso.Methods(id.claims["amr"]); !all {
		v.checks.Warn("amr", "at most 20 methods of 64 visible characters", "others, which are left out")
	}
	return out
}

// checkSessionExpiry reads session_expiry: the session of the user at the provider
// ends then, so ours does, too. It is an optional claim; one that cannot be read
// is refused, because ignoring it would let the session live longer than the
// provider allows.
func (v *verifier) checkSessionExpiry(id *idToken) error {
	ends, err := id.timeMember("session_expiry")
	now := v.rp.now()
	want := "after our time, " + stamp(now)
	switch {
	case err != nil:
		return v.check(false, "session_expiry", want, err.Error())
	case ends.IsZero():
		return nil
	}
	id.sessionEnd = ends
	return v.check(now.Before(ends.Add(leeway)), "session_expiry", want, stamp(ends))
}
