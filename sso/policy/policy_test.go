package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/policy"
)

func person(change func(*policy.Input)) policy.Input {
	in := policy.Input{
		Identity: sso.Identity{
			Subject: "s1",
			Login:   "ada",
			Email:   "ada@Acme.example",
			Name:    "Ada",
			Groups: sso.AssertedGroups{
				State: sso.GroupsValues,
				Names: []string{"dev", "ops"},
			},
			Claims: sso.Claims{"employeeType": {"staff"}},
		},
		Connection: sso.Connection{
			ID:       "conn-1",
			Name:     "Okta",
			Protocol: sso.SAML,
			Provider: sso.Okta,
		},
		Enterprise:    sso.Enterprise{Key: "acme", Name: "Acme"},
		MatchedGroups: []string{"dev"},
	}
	if change != nil {
		change(&in)
	}
	return in
}

func contractor(in *policy.Input) { in.Identity.Groups.Names = []string{"contractors"} }
func proven(in *policy.Input)     { in.DomainVerified = true }
func noMail(in *policy.Input)     { in.NoMail = true }
func noAddress(in *policy.Input)  { in.Identity.Email = "" }
func broken(in *policy.Input)     { in.Identity.Email = "a@b@acme.example" }
func saysVerified(in *policy.Input) {
	in.Identity.EmailVerified = true
}

func trusted(in *policy.Input) {
	saysVerified(in)
	in.Trusted = true
}

func TestDecide(t *testing.T) {
	t.Parallel()
	const expression = policy.ModeExpression
	for name, c := range map[string]struct {
		mode, expression string
		change           func(*policy.Input)
		want             sso.EmailAction
		reason           string // part of it
	}{
		"never": {
			policy.ModeNever, "", nil, sso.SkipCode, "never asks",
		},
		"always": {
			policy.ModeAlways, "", proven, sso.RequireCode, "everyone",
		},
		"always, without an address": {
			policy.ModeAlways, "", noAddress, sso.VouchFirst, "no address",
		},
		"an unproven domain": {
			policy.ModeUnverifiedDomain, "", nil, sso.RequireCode, "acme.example",
		},
		"no mail server": {
			policy.ModeUnverifiedDomain, "", noMail, sso.SkipCode, "no mail server",
		},
		"no mail server, everyone asked": {
			policy.ModeAlways, "", noMail, sso.RequireCode, "everyone",
		},
		"no mail server, an expression": {
			policy.ModeExpression, "false", noMail, sso.RequireCode, "acme.example",
		},
		"a proven domain": {
			policy.ModeUnverifiedDomain, "", proven, sso.SkipCode,
			"verified the domain acme.example",
		},
		"the provider’s word alone": {
			policy.ModeUnverifiedDomain, "", saysVerified, sso.RequireCode,
			"not verified",
		},
		"the word of a trusted provider": {
			policy.ModeUnverifiedDomain, "", trusted, sso.SkipCode, "trusted",
		},
		"nothing to prove": {
			policy.ModeUnverifiedDomain, "", noAddress, sso.SkipCode,
			"none to prove",
		},
		"an address of two readings": {
			policy.ModeUnverifiedDomain,
			"",
			func(in *policy.Input) {
				broken(in)
				proven(in)
			},
			sso.VouchFirst,
			"no address to send",
		},
		"the contractor": {
			expression, `"contractors" in identity.groups`, contractor, sso.SkipCode,
			`"skip"`,
		},
		"not a contractor": {
			expression, `"contractors" in identity.groups`, nil, sso.RequireCode,
			"default",
		},
		"not a contractor, proven": {
			expression, `"contractors" in identity.groups`, proven, sso.SkipCode,
			"default",
		},
		"a word": {
			expression, `"deny"`, nil, sso.DenyEntry, `"deny"`,
		},
		"conditions": {
			expression,
			`identity.login == "x" ? "deny" : domain_verified ? "skip" : (size(identity.groups) > 1 ? "vouch" : "require")`,
			nil,
			sso.VouchFirst,
			`"vouch"`,
		},
		"default by word": {
			expression, `true ? "default" : "deny"`, proven, sso.SkipCode,
			"verified",
		},
		"a claim": {
			expression,
			`identity.claims["employeeType"].exists(v, v == "staff") ? "skip" : "deny"`,
			nil,
			sso.SkipCode,
			"",
		},
		"a claim that is not there": {
			expression, `identity.claims["missing"][0] == "x"`, nil, sso.RequireCode,
			"expression failed",
		},
		"failing without an address": {
			expression, `identity.claims["missing"][0] == "x"`, noAddress,
			sso.VouchFirst, "expression failed",
		},
		"whether a claim is there": {
			expression, `"missing" in identity.claims ? "deny" : "skip"`, nil,
			sso.SkipCode, "",
		},
		"groups are not known": {
			expression,
			`identity.groups_state == "absent" ? "vouch" : "skip"`,
			func(in *policy.Input) {
				in.Identity.Groups = sso.AssertedGroups{}
			},
			sso.VouchFirst,
			"",
		},
		"provisioned, of a proven domain": {
			policy.ModeAlways, "", func(in *policy.Input) {
				in.Provisioned, in.DomainVerified = true, true
			}, sso.SkipCode, "provisioned",
		},
		"provisioned, of another domain": {
			policy.ModeAlways, "", func(in *policy.Input) { in.Provisioned = true }, sso.RequireCode, "",
		},
		"not provisioned, of a proven domain": {policy.ModeAlways, "", proven, sso.RequireCode, ""},
		"the rule asks whether they are provisioned": {
			expression, `user.provisioned ? "skip" : "deny"`, nil, sso.DenyEntry, "",
		},
		"the rule decides about the provisioned": {
			expression, `user.provisioned ? "vouch" : "skip"`, func(in *policy.Input) {
				in.Provisioned, in.DomainVerified = true, true
			}, sso.VouchFirst, "",
		},
		"everything has a name": {
			expression, everything, nil, sso.SkipCode, "",
		},
		"required, but there is no address": {
			expression, `"require"`, noAddress, sso.VouchFirst, "no address",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := policy.CompileVerification(sso.EmailVerification{
				Mode:       c.mode,
				Expression: c.expression,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Decide(person(c.change)); got.Action != c.want ||
				!strings.Contains(got.Reason, c.reason) ||
				got.Reason == "" {
				t.Errorf("got %+v, want %s because of %q", got, c.want, c.reason)
			}
		})
	}
}

const everything = `identity.subject == "s1" && identity.login == "ada" && identity.email == "ada@Acme.example" && identity.email_domain == "acme.example" &&
	!identity.email_verified && identity.name == "Ada" && identity.groups == ["dev", "ops"] && identity.groups_state == "values" &&
	identity.claims == {"employeeType": ["staff"]} && connection.id == "conn-1" && connection.name == "Okta" && connection.protocol == "saml" &&
	connection.provider == "okta" && identity.matched_groups == ["dev"] && !connection.trusted && enterprise.key == "acme" && enterprise.name == "Acme" && !domain_verified && !user.provisioned`

// TestInvalidExpressions are expressions that cannot be saved, with where it says why.
func TestInvalidExpressions(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(`identity.groups.exists(g, g.matches(".*a.*b.*c.*")) || `, 40) + "true"
	for name, c := range map[string]struct{ expression, want string }{
		"nothing":         {" \n", "Enter the expression"},
		"too long":        {strings.Repeat(" ", 4096) + "true", "at most 4096"},
		"not text":        {"\xff", "at most 4096"},
		"a zero byte":     {"true\x00", "at most 4096"},
		"half a sentence": {"true &&", "Line 1, column 8: "},
		"the second line": {
			"true &&\n  identity.login = 'x'", "Line 2, column 18: ",
		},
		"a name that is not": {"identity.emial == 'x'", "identity.email,"},
		"another noun": {
			"\n user.login == 'x'",
			"Line 2, column 2: undeclared reference to 'user'",
		},
		"the wrong type": {"identity.login > 3", "Line 1, column 16: "},
		"a number":       {"1 + 1", "of type int"},
		"a list":         {"identity.groups", "of type list(string)"},
		"a word that is not": {
			"true ? 'skip' : \n 'skpi'", "Line 2, column 2: a result is one of",
		},
		"a word that is made": {"'sk' + 'ip'", "written out"},
		"what someone asserts": {
			"domain_verified ? identity.name : 'skip'", "written out",
		},
		"anything":           {"dyn(true)", "of type dyn"},
		"a broken regexp":    {"identity.login.matches('(')", "Line 1, column 24: "},
		"a regexp bomb":      {"identity.login.matches('((a{1,100}){1,100}){1,100}')", "Line 1, column"},
		"a huge regexp":      {"identity.login.matches('(?:[a-z]{1,30}[0-9]{1,30}){30}')", "Line 1, column"},
		"loops within loops": {"identity.groups.exists(a, identity.groups.exists(b, a == b))", "too long"},
		"three loops":        {"[1,2].all(a, [1,2].all(b, [1,2].all(c, a == b + c)))", "Line 1, column"},
		"many loops":         {long, "Line 1, column"},
		"deep": {
			strings.Repeat("(", 2000) + "true" + strings.Repeat(")", 2000),
			"Line 1, column",
		},
		"deep and unfinished": {strings.Repeat("[", 4000), "Line 1, column"},
		"many sums":           {strings.Repeat("1+", 2000) + "1 == 1", "Line 1, column"},
		"many choices": {
			strings.Repeat("true?'skip':", 300) + "'skip'", "Line 1, column",
		},
		"indexes": {
			"identity.claims" + strings.Repeat("['a']", 700) + " == 1",
			"Line 1, column",
		},
		"questions": {strings.Repeat("true?", 800), "Line 1, column"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := policy.CompileVerification(sso.EmailVerification{
				Mode:       policy.ModeExpression,
				Expression: c.expression,
			})
			refusal, ok := errors.AsType[*sso.Error](err)
			if !ok ||
				refusal.Kind != sso.Invalid ||
				refusal.Code != "expression_invalid" ||
				len(refusal.Fields) == 0 ||
				len(refusal.Fields) > 5 {
				t.Fatalf("got %v", err)
			}
			for _, f := range refusal.Fields {
				if f.Field != "email_verification.expression" ||
					!sso.Printable(f.Message) ||
					len(f.Message) > 500 {
					t.Errorf("says %+v", f)
				}
			}
			if !strings.Contains(fmt.Sprint(refusal.Fields), c.want) {
				t.Errorf("says %q, not %q", refusal.Fields, c.want)
			}
		})
	}
	if _, err := policy.CompileVerification(sso.EmailVerification{
		Mode: "sometimes",
	}); sso.KindOf(err) != sso.Invalid {
		t.Errorf("an unknown mode: %v", err)
	}
}

// TestRunIsLimited has expressions that may be saved and meet more than any identity
// provider sends: the run is cut off, and the answer is the careful one.
func TestRunIsLimited(t *testing.T) {
	t.Parallel()
	huge := person(func(in *policy.Input) {
		in.Identity.Claims = sso.Claims{"c": make([]string, 20_000)}
		for i := range in.Identity.Claims["c"] {
			in.Identity.Claims["c"][i] = strings.Repeat("a", 40)
		}
	})
	for _, expression := range []string{
		`identity.claims["c"].all(v, v.matches("a*a*a*$"))`,
		`identity.claims["c"].all(v, v.contains("a"))`,
		`identity.claims["c"].map(v, v + v).size() > 0`,
	} {
		v, err := policy.CompileVerification(sso.EmailVerification{
			Mode:       policy.ModeExpression,
			Expression: expression,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Decide(huge); got.Action != sso.RequireCode ||
			!strings.Contains(got.Reason, "cost limit") {
			t.Errorf("%s: %+v", expression, got)
		}
		s, err := policy.CompileSignIn(expression)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(huge); sso.CodeOf(err) != "sign_in_denied" {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		"":                                  "",
		" \n":                               "",
		`"dev" in identity.groups`:          "",
		`size(identity.matched_groups) > 0`: "",
		`identity.matched_groups.exists(g, g == "ops") || identity.groups_state in ["absent", "overage"]`: "sign_in_denied",
		`"Dev" in identity.groups`:    "sign_in_denied",
		`identity.claims["x"] == []`:  "sign_in_denied", // fails
		`"skip"`:                      "expression_invalid",
		`identity.groups.exists(g, g`: "expression_invalid",
	} {
		s, err := policy.CompileSignIn(expression)
		if err == nil {
			err = s.Check(person(nil))
		}
		if sso.CodeOf(err) != want {
			t.Errorf("%q: %v, want %q", expression, err, want)
		}
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	v, err := policy.CompileVerification(sso.EmailVerification{
		Mode:       policy.ModeExpression,
		Expression: `identity.groups.exists(g, g.matches("^contr"))`,
	})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			in, want := person(nil), sso.RequireCode
			if i%2 == 0 {
				in, want = person(contractor), sso.SkipCode
			}
			for range 50 {
				if got := v.Decide(in); got.Action != want {
					t.Errorf("got %+v, want %s", got, want)
				}
			}
		})
	}
	all.Wait()
}
