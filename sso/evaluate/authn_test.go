package evaluate_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/policy"
)

// TestAuthnNeed: an enterprise requires how long ago and how a user authenticated. What
// the identity provider does not state is not met.
func TestAuthnNeed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	hour := sso.AuthnNeed{MaxAge: time.Hour}
	strong := sso.AuthnNeed{Acr: "phr urn:mfa"}
	ago := func(d time.Duration) sso.Authn { return sso.Authn{AuthnAt: now.Add(-d)} }
	for name, c := range map[string]struct {
		need   sso.AuthnNeed
		authn  sso.Authn
		code   string
		detail string
	}{
		"nothing needed, nothing stated": {},
		"fresh":                          {need: hour, authn: ago(time.Minute)},
		"as old as allowed":              {need: hour, authn: ago(time.Hour + sso.DefaultClockSkew)},
		"too old": {
			hour, ago(time.Hour + sso.DefaultClockSkew + time.Second), "authn_too_old",
			"at most 60 minutes before 2026-11-24T12:00:00Z, got 2026-11-24T10:5",
		},
		"not stated":    {need: hour, code: "authn_too_old", detail: "got (missing)"},
		"clocks differ": {need: hour, authn: ago(-sso.DefaultClockSkew)},
		"in the future": {need: hour, authn: ago(-sso.DefaultClockSkew - time.Second), code: "authn_too_old"},
		"one of those":  {need: strong, authn: sso.Authn{Acr: "urn:mfa"}},
		"another":       {need: strong, authn: sso.Authn{Acr: "pwd"}, code: "authn_insufficient", detail: "got pwd"},
		"in capitals":   {need: strong, authn: sso.Authn{Acr: "PHR"}, code: "authn_insufficient"},
		"both at once":  {need: strong, authn: sso.Authn{Acr: "phr urn:mfa"}, code: "authn_insufficient"},
		"none stated":   {need: strong, code: "authn_insufficient", detail: "want phr, urn:mfa, got (missing)"},
		"by amr alone":  {need: strong, authn: sso.Authn{Amr: []string{"phr"}}, code: "authn_insufficient"},
	} {
		rules, err := evaluate.NewRules(sso.Connection{}, sso.Config{
			EmailVerification: sso.EmailVerification{Mode: policy.ModeNever},
		}, sso.Enterprise{}, false)
		if err != nil {
			t.Fatal(err)
		}
		given := evaluate.Case{
			Identity: sso.Identity{Login: "ada", Authn: c.authn},
			Facts:    sso.SignInFacts{Sessions: sso.SessionRules{Need: c.need}},
			At:       now,
		}
		code, detail := "", ""
		if r := rules.Decide(given).Refusal(); r != nil {
			code, detail = sso.CodeOf(r), r.Error()
			if r.Until != "" || r.Check.OK || r.Check.Name == "" {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if code != c.code || !strings.Contains(detail, c.detail) {
			t.Errorf("%s: %q, %s", name, code, detail)
		}
		given.At = time.Time{}
		if r := rules.Decide(given).Refusal(); r != nil {
			t.Errorf("%s, of a sign-in that was only supposed: %v", name, r)
		}
	}
}
