package oidc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

func asError(t *testing.T, err error) *sso.Error {
	t.Helper()
	e, ok := errors.AsType[*sso.Error](err)
	if !ok {
		t.Fatalf("%v is not an sso.Error", err)
	}
	return e
}

func TestUserinfoFillsInAndNeverOverrides(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.claims = func(m map[string]any) {
		without("groups")(m)
		set(map[string]any{"tid": "tenant-1", "empty": []string{}})(m)
	}
	p.userinfo = map[string]any{
		"sub":       "ada",
		"groups":    []string{"dev", "qa"},
		"phone":     "123",
		"EMAIL":     "root@acme.test",
		"name":      "Root",
		"empty":     []string{"x"}, // what the ID token says stays
		"iss":       "https://evil.example",
		"aud":       "other",
		"exp":       1,
		"iat":       1,
		"nonce":     "x",
		"azp":       "other",
		"tid":       "tenant-2",
		"OID":       "object-3",
		"sid":       "other",
		"auth_time": 1,
		"acr":       "9",
		"amr":       []string{"hwk"},

		"session_expiry": at().Add(time.Minute).Unix(),
	}
	a, _, err := p.signIn(p.party())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, name := range []string{
		"groups", "phone", "email", "EMAIL", "name", "empty", "iss", "aud", "azp",
		"tid", "oid", "OID", "sid", "acr", "amr", "session_expiry", "nonce",
	} {
		if values, ok := a.Claims[name]; ok {
			got[name] = values
		}
	}
	want := map[string][]string{
		"groups": {"dev", "qa"},
		"phone":  {"123"},
		"email":  {"ada@acme.test"},
		"name":   {"Ada"},
		"empty":  {},
		"iss":    {p.issuer()},
		"aud":    {clientID},
		"tid":    {"tenant-1"},
		"sid":    {"session-1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if a.SessionIndex != "session-1" || a.Subject != "ada" || a.Acr != "" || !a.SessionEnd.IsZero() {
		t.Errorf("assertion %+v", a)
	}
}

func TestSignedUserinfo(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	signedUserinfo(map[string]any{"groups": []string{"signed"}}, nil)(p)
	a, _, err := p.signIn(p.party())
	if err != nil ||
		len(a.Claims["groups"]) != 1 ||
		a.Claims["groups"][0] != "signed" {
		t.Errorf("%+v, %v", a.Claims, err)
	}
}

func TestWhenUserinfoIsAsked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mapping sso.Mapping
		claims  map[string]any
		drop    []string
		asked   bool
	}{
		"everything is there": {
			sso.Mapping{
				Login:  []string{"upn", "email"},
				Name:   []string{"{given} {family}", "name"},
				Groups: []string{"roles", "groups"},
			},
			nil,
			nil,
			false,
		},
		"no groups": {
			sso.Mapping{Groups: []string{"groups"}},
			nil,
			[]string{"groups"},
			true,
		},
		"groups empty": {
			sso.Mapping{Groups: []string{"groups"}},
			map[string]any{"groups": []string{}},
			nil,
			false,
		},
		"groups behind a pointer": {
			sso.Mapping{Groups: []string{"groups"}},
			map[string]any{
				"_claim_names": map[string]string{"groups": "src1"},
				"_claim_sources": map[string]any{
					"src1": map[string]string{"endpoint": "https://graph.example"},
				},
			},
			[]string{"groups"},
			false,
		},
		"groups behind hasgroups": {
			sso.Mapping{Groups: []string{"groups"}},
			map[string]any{"hasgroups": true},
			[]string{"groups"},
			false,
		},
		"no e-mail": {
			sso.Mapping{Email: []string{"email", "upn"}},
			nil,
			[]string{"email"},
			true,
		},
		"e-mail blank": {
			sso.Mapping{Email: []string{"email"}},
			map[string]any{"email": " "},
			nil,
			true,
		},
		"no login": {sso.Mapping{Login: []string{"upn"}}, nil, nil, true},
		"half a name": {
			sso.Mapping{Name: []string{"{given_name} {family_name}"}},
			map[string]any{"given_name": "Ada"},
			nil,
			true,
		},
		"a whole name": {
			sso.Mapping{Name: []string{"{given_name} {family_name}"}},
			map[string]any{
				"given_name":  "Ada",
				"family_name": "L",
			},
			nil,
			false,
		},
		"nothing wanted, nothing there": {
			sso.Mapping{},
			nil,
			[]string{"groups", "email", "name"},
			false,
		},
		"a nested claim that is there": {
			sso.Mapping{Groups: []string{"realm_access.roles"}},
			map[string]any{"realm_access": map[string]any{"roles": []string{"a"}}},
			nil,
			false,
		},
		"a nested claim that is not there": {
			sso.Mapping{Groups: []string{"realm_access.roles"}},
			map[string]any{"realm_access": map[string]any{}},
			nil,
			true,
		},
	} {
		p := newIDP(t)
		p.config.Mapping = c.mapping
		p.claims = func(m map[string]any) {
			without(c.drop...)(m)
			set(c.claims)(m)
		}
		p.userinfo = map[string]any{"sub": "ada"}
		a, _, err := p.signIn(p.party())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if asked := p.count("/userinfo") > 0; asked != c.asked {
			t.Errorf("%s: asked %v, want %v", name, asked, c.asked)
		}
		for claim := range a.Claims {
			if claim == "_claim_sources.src1.endpoint" || claim == "nonce" {
				t.Errorf("%s: the claim %s is passed on", name, claim)
			}
		}
	}
}

func TestVerifiedComesFromWhereTheEmailDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token, info map[string]any
		want        []string
	}{
		"e-mail of userinfo, said unverified there": {
			map[string]any{"email_verified": true},
			map[string]any{"email": "ada@acme.test", "email_verified": false},
			[]string{"false"},
		},
		"e-mail of userinfo, nothing said there": {
			map[string]any{"email_verified": true},
			map[string]any{"email": "ada@acme.test"},
			nil,
		},
		"e-mail of the ID token": {
			map[string]any{"email": "ada@acme.test", "email_verified": false},
			map[string]any{"email": "ada@acme.test", "email_verified": true},
			[]string{"false"},
		},
	} {
		p := newIDP(t)
		p.config.Mapping.EmailVerified = []string{"email_verified"}
		p.claims = func(m map[string]any) {
			without("email", "groups")(m)
			set(c.token)(m)
		}
		p.userinfo = map[string]any{"sub": "ada"}
		set(c.info)(p.userinfo)
		a, _, err := p.signIn(p.party())
		if diff := cmp.Diff(c.want, a.Claims["email_verified"]); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}
