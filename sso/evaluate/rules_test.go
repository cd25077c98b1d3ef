package evaluate_test

import (
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
	"gatehouse/sso/policy"
)

// TestDryRun decides about recorded identities as if it were their first sign-in.
func TestDryRun(t *testing.T) {
	t.Parallel()
	rules, err := evaluate.NewRules(sso.Connection{}, sso.Config{
		AllowSignIn:       `identity.login != "eve"`,
		EmailVerification: sso.EmailVerification{Mode: policy.ModeUnverifiedDomain},
	}, sso.Enterprise{}, false)
	if err != nil {
		t.Fatal(err)
	}
	for login, want := range map[string]struct {
		proven  bool
		allowed bool
		refusal string
		email   sso.EmailAction
	}{
		"ada": {allowed: true, refusal: evaluate.CodeRequired, email: sso.RequireCode},
		"eve": {refusal: "sign_in_denied", email: sso.RequireCode},
		"bob": {proven: true, allowed: true, email: sso.SkipCode},
	} {
		d := rules.Decide(evaluate.Case{
			Identity: sso.Identity{
				Login: login,
				Email: login + "@acme.example",
			},
			Facts: sso.SignInFacts{First: true, DomainVerified: want.proven},
		})
		code := ""
		if r := d.Refusal(); r != nil {
			code = sso.CodeOf(r)
		}
		if d.Allowed() != want.allowed ||
			d.Email.Action != want.email ||
			code != want.refusal {
			t.Errorf(
				"%s: allowed %v, email %+v, refused with %q", login, d.Allowed(),
				d.Email, code,
			)
		}
	}
}

// TestUnprovisioned: where users are provisioned, the setting decides about the
// others, and no sign-in changes a membership of a provisioned one.
func TestUnprovisioned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		setting     sso.Unprovisioned
		provisioned bool
		code        string
		changes     int
	}{
		{"", false, "", 0},
		{sso.UnprovisionedNoGroups, false, "", 0},
		{sso.UnprovisionedClaims, false, "", 1},
		{sso.UnprovisionedRefuse, false, "not_provisioned", 0},
		{"", true, "", 0},
		{sso.UnprovisionedClaims, true, "", 0},
		{sso.UnprovisionedRefuse, true, "", 0},
	} {
		rules, err := evaluate.NewRules(sso.Connection{}, sso.Config{
			Provisioning:      sso.ProvisionSCIM,
			Unprovisioned:     c.setting,
			EmailVerification: sso.EmailVerification{Mode: policy.ModeNever},
		}, sso.Enterprise{}, false)
		if err != nil {
			t.Fatal(err)
		}
		d := rules.Decide(evaluate.Case{
			Identity: sso.Identity{
				Login:  "ada",
				Groups: sso.AssertedGroups{State: sso.GroupsValues, Names: []string{"dev"}},
			},
			Facts: sso.SignInFacts{
				Provisioned: c.provisioned,
				Groups:      sso.GroupSnapshot{Groups: []sso.Group{{ID: "group-dev", Name: "dev"}}},
			},
		})
		code := ""
		if r := d.Refusal(); r != nil {
			code = sso.CodeOf(r)
		}
		if code != c.code || len(d.Plan.Add) != c.changes {
			t.Errorf("%q, provisioned %v: refused with %q, %+v", c.setting, c.provisioned, code, d.Plan.Add)
		}
	}
}
