package evaluate

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
)

// checkAuthn returns why the authentication at the identity provider is not what the
// enterprise requires, or nil.
func (r *Rules) checkAuthn(c Case) *Refusal {
	need, authn := c.Facts.Sessions.Need, c.Identity.Authn
	switch {
	case c.At.IsZero():
		return nil
	case need.Stale(authn, c.At, r.skew()):
		return refuseAuthn(
			"authn_too_old", "auth_time",
			"Your company requires that you have signed in to its identity provider recently. "+
				"Sign out there, and sign in again.",
			fmt.Sprintf("at most %s before %s", sso.FormatDuration(need.MaxAge), stamp(c.At)), stamp(authn.AuthnAt),
		)
	case need.Weak(authn):
		return refuseAuthn(
			"authn_insufficient", "acr",
			"Your company requires another way to sign in than the one you used, such as a second factor. "+
				"Ask your administrator which.",
			strings.Join(need.Contexts(), ", "), authn.Acr,
		)
	}
	return nil
}

func refuseAuthn(code, name, public, want, got string) *Refusal {
	var checks sso.Checks
	checks.Record(false, name, want, got)
	return &Refusal{
		Check: checks[0],
		Err: &sso.Error{
			Kind:   sso.Forbidden,
			Code:   code,
			Public: public,
			Err:    fmt.Errorf("%s: want %s, got %s", name, checks[0].Want, checks[0].Got),
		},
	}
}

// stamp returns a time as checks show it; "" if it was not stated.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// skew returns the tolerated difference between our clock and the identity provider's.
func (r *Rules) skew() time.Duration {
	if r.config.SAML != nil {
		return r.config.SAML.Skew()
	}
	return sso.DefaultClockSkew
}
