package evaluate

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
)

// checkAuthn compares the authentication at the identity provider with what the enterprise
// requires. It returns the checks that passed, and why the user is refused, or nil.
func (r *Rules) checkAuthn(c Case) (passed sso.Checks, refused *Refusal) {
	need, authn := c.Facts.Sessions.Need, c.Identity.Authn
	if c.At.IsZero() {
		return nil, nil
	}
	if need.MaxAge > 0 {
		want := fmt.Sprintf("at most %s before %s", sso.FormatDuration(need.MaxAge), stamp(c.At))
		if need.Stale(authn, c.At, r.skew()) {
			return passed, refuseAuthn(
				"authn_too_old", "auth_time",
				"Your company requires that you have signed in to its identity provider recently. "+
					"Sign out there, and sign in again.",
				want, stamp(authn.AuthnAt),
			)
		}
		passed.Record(true, "auth_time", want, stamp(authn.AuthnAt))
	}
	if need.Acr != "" {
		want := strings.Join(need.Contexts(), ", ")
		if need.Weak(authn) {
			return passed, refuseAuthn(
				"authn_insufficient", "acr",
				"Your company requires another way to sign in than the one you used, such as a second factor. "+
					"Ask your administrator which.",
				want, authn.Acr,
			)
		}
		passed.Record(true, "acr", want, authn.Acr)
	}
	return passed, nil
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
