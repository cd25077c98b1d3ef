package oidc_test

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// TestRegressions are flaws that were published about other relying parties.
// docs/regressions.md lists them all.
func TestRegressions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"CVE-2024-23647, CVE-2023-48228 PKCE cannot be dropped": pkceAlways,
		"CVE-2026-55669 whom a token is for and when": refusing(
			badClaims(), "iss ", "aud ", "azp ", "expired", "exp ", "iat ", "nbf ",
		),
		"CVE-2020-26160 an audience of another type": refusing(
			badClaims(), "aud ",
		),
		"CVE-2025-30204, CVE-2024-28180 the shape of a token": refusing(
			badHeaders(), "header ", "alg ", "ALG ", "two parts", "four parts",
			"encrypted", "JSON ", "crit", "token of",
		),
		"CVE-2015-9235 the algorithm is the attacker's": refusing(
			badSignatures(), "alg ", "HS256 ", "ES256 ", "an algorithm ",
			"signature removed",
		),
		"CVE-2018-0114 the key is the attacker's": refusing(
			badSignatures(), "key in the header", "jku ", "another key ",
		),
		"CVE-2024-10318 a nonce of another sign-in": refusing(
			badClaims(), "nonce ",
		),
		"RFC 9207 an answer of another provider": refusing(
			badCallbacks(), "iss ", "denied by another",
		),
		"CVE-2023-27490 a code of another sign-in": refusing(
			badCallbacks(), "code of another",
		),
		"CVE-2024-29892 claims that overwrite reserved ones": reservedClaims,
		"OpenID Connect Core §5.3.4 userinfo about another subject": refusing(
			badUserinfo(), "userinfo about", "userinfo sub ", "userinfo SUB",
			"userinfo signed",
		),
		"CVE-2026-33496, CVE-2026-71326 what is remembered is of one asker": rememberedApart,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// refusing are the defects whose names begin with one of the words.
func refusing(all []defect, words ...string) func(*testing.T) {
	return func(t *testing.T) {
		for _, word := range words {
			chosen := slices.DeleteFunc(slices.Clone(all), func(d defect) bool {
				return !strings.HasPrefix(d.name, word)
			})
			if len(chosen) == 0 {
				t.Errorf("no defect is called %q…: this row tests nothing", word)
			}
			for _, d := range chosen {
				t.Run(d.name, d.refused)
			}
		}
	}
}

// pkceAlways: S256, with a verifier of its own for each sign-in, whether or not
// the provider says that it knows PKCE.
func pkceAlways(t *testing.T) {
	seen := map[string]bool{}
	for _, methods := range [][]string{nil, {}, {"plain"}, {"S256"}} {
		p := newIDP(t)
		p.discovery = set(map[string]any{
			"code_challenge_methods_supported": methods,
		})
		if _, _, err := p.signIn(p.party()); err != nil {
			t.Fatalf("%q: %v", methods, err)
		}
		verifier := p.posted.Get("code_verifier")
		sum := sha256.Sum256([]byte(verifier))
		if p.request.Get("code_challenge_method") != "S256" ||
			p.request.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(
				sum[:],
			) ||
			len(verifier) < 43 ||
			seen[verifier] {
			t.Errorf(
				"%q: asked with %q, redeemed with %d characters", methods, p.request,
				len(verifier),
			)
		}
		seen[verifier] = true
	}
	// A pending login without one is none: an empty verifier would drop PKCE.
	p := newIDP(t)
	rp := p.party()
	pending := pendingLogin(at())
	cb, err := p.authorize(rp, pending)
	if err != nil {
		t.Fatal(err)
	}
	for _, drop := range []func(*sso.PendingLogin){
		func(p *sso.PendingLogin) {
			p.Verifier = ""
		},
		func(p *sso.PendingLogin) {
			p.Nonce = ""
		},
	} {
		without := pending
		drop(&without)
		if _, err := rp.Complete(
			t.Context(), p.conn, p.config, &without, cb,
		); sso.CodeOf(err) != "login_state_expired" || p.count("/token") != 0 {
			t.Errorf("%v, %d requests", err, p.count("/token"))
		}
	}
}

// reservedClaims checks that neither a custom claim nor userinfo can replace
// the subject, the audience, or any other claim of the signed token.
func reservedClaims(t *testing.T) {
	p := newIDP(t)
	p.claims = func(m map[string]any) {
		without("name")(m)
		set(map[string]any{
			"email_verified": false,
			"custom": map[string]any{
				"sub":            "eve",
				"groups":         []string{"root"},
				"email_verified": true,
			},
		})(m)
	}
	p.userinfo = map[string]any{
		"sub":                "ada",
		"name":               "Ada",
		"iss":                "https://evil.example",
		"aud":                "other",
		"email_verified":     true,
		"groups":             []string{"root"},
		"email":              "root@acme.test",
		"preferred_username": "root",
		"oid":                "o",
		"tid":                "t",
	}
	a, _, err := p.signIn(p.party())
	if err != nil {
		t.Fatal(err)
	}
	got := sso.Claims{}
	for _, name := range []string{
		"sub", "iss", "aud", "email_verified", "groups", "Groups", "email",
		"preferred_username", "name", "oid", "tid",
	} {
		if values, ok := a.Claims[name]; ok {
			got[name] = values
		}
	}
	want := sso.Claims{
		"sub":                {"ada"},
		"iss":                {p.issuer()},
		"aud":                {clientID},
		"email_verified":     {"false"},
		"groups":             {"dev", "ops"},
		"email":              {"ada@acme.test"},
		"preferred_username": {"ada"},
		"name":               {"Ada"},
	}
	if diff := cmp.Diff(want, got); diff != "" || a.Subject != "ada" {
		t.Errorf("%s: (-want +got):\n%s", a.Subject, diff)
	}
}

// rememberedApart: what one connection, or one revision of it, learned of its
// provider is never used for another, even of the same issuer.
func rememberedApart(t *testing.T) {
	p := newIDP(t)
	rp := p.party()
	if _, _, err := p.signIn(rp); err != nil {
		t.Fatal(err)
	}
	p.rotate("k1") // the same name, another key; what is remembered is the old one
	fetched := p.count("/keys")
	original := p.conn
	for name, change := range map[string]func(){
		"another connection": func() {
			p.conn.ID = "conn-01k0000000000000000000000b"
		},
		"another revision": func() { p.conn.Revision = 7 },
		"another issuer at the same server": func() {
			issuerAt(p, "/realms/other")
		},
	} {
		p.conn = original
		change()
		if _, _, err := p.signIn(rp); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if fetched++; p.count("/keys") != fetched {
			t.Errorf(
				"%s: %d fetches of keys, want %d", name, p.count("/keys"), fetched,
			)
		}
		p.config.OIDC.Issuer, p.discovery, p.claims = p.issuer(), nil, nil
		p.callback = nil
	}
}
