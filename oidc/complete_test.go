package oidc_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.config.OIDC.Prompt = "select_account"
	p.config.OIDC.Scopes = []string{"profile", "openid", "profile"}
	got, checks, err := p.signIn(p.party())
	if err != nil {
		t.Fatal(err)
	}
	if got.ResponseID == "" || len(got.ResponseID) != 64 {
		t.Errorf("response ID %q", got.ResponseID)
	}
	got.ResponseID = ""
	want := sso.Assertion{
		Issuer:       p.issuer(),
		Subject:      "ada",
		Authn:        sso.Authn{AuthnAt: at().Add(-time.Minute).Local()},
		NotOnOrAfter: at().Add(5 * time.Minute).Local(),
		SessionIndex: "session-1",
		Claims: sso.Claims{
			"iss":                {p.issuer()},
			"sub":                {"ada"},
			"aud":                {clientID},
			"iat":                {fmt.Sprint(at().Unix())},
			"exp":                {fmt.Sprint(at().Unix() + 300)},
			"auth_time":          {fmt.Sprint(at().Unix() - 60)},
			"sid":                {"session-1"},
			"preferred_username": {"ada"},
			"email":              {"ada@acme.test"},
			"name":               {"Ada"},
			"groups":             {"dev", "ops"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assertion (-want +got):\n%s", diff)
	}
	var names []string
	for _, c := range checks {
		names = append(names, c.Name)
		if !c.OK || c.Want == "" || c.Got == "" {
			t.Errorf("check %+v", c)
		}
	}
	wantNames := []string{
		"response_issuer", "code_exchange", "pkce", "signature", "claims", "issuer",
		"audience", "expiry", "issued_at", "nonce", "subject", "id_token",
		"access_token_hash",
	}
	if diff := cmp.Diff(wantNames, names); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{
		"response_type":         "code",
		"client_id":             clientID,
		"scope":                 "openid profile",
		"prompt":                "select_account",
		"code_challenge_method": "S256",
		"redirect_uri":          base + "/oidc/" + string(connection) + "/callback",
	} {
		if got := p.request.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if len(p.request.Get("code_challenge")) != 43 ||
		len(p.request.Get("nonce")) < 22 {
		t.Errorf(
			"challenge %q, nonce %q", p.request.Get("code_challenge"),
			p.request.Get("nonce"),
		)
	}
}

// TestBeginAsks begins sign-ins of a company with rules about how its users
// authenticate.
func TestBeginAsks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		need        sso.AuthnNeed
		age, values string
	}{
		"nothing": {},
		"a recent sign-in": {
			need: sso.AuthnNeed{MaxAge: 90 * time.Minute},
			age:  "5400",
		},
		"one of two contexts": {
			need:   sso.AuthnNeed{Acr: "phr urn:okta:loa:2fa:any"},
			values: "phr urn:okta:loa:2fa:any",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newIDP(t)
			pending := pendingLogin(at())
			pending.Need = tt.need
			pending.Hint = sso.LoginHint{Login: "ada+1@acme.example"}
			if _, err := p.authorize(p.party(), pending); err != nil {
				t.Fatal(err)
			}
			for parameter, want := range map[string]string{
				"max_age":    tt.age,
				"acr_values": tt.values,
				"login_hint": "ada+1@acme.example",
			} {
				if got := p.request.Get(parameter); got != want || p.request.Has(parameter) != (want != "") {
					t.Errorf("%s is %q, want %q", parameter, got, want)
				}
			}
		})
	}
}

// Everything here is unusual and right.
func TestUnusualButValid(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edPublic, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	many := make([]string, sso.MaxGroups)
	for i := range many {
		many[i] = fmt.Sprintf("%08d-0000-4000-8000-000000000000", i)
	}
	for name, change := range map[string]func(*fakeIDP){
		"expired 5 s ago": func(p *fakeIDP) {
			p.claims = set(map[string]any{"exp": at().Unix() - 5})
		},
		"expired 59 s ago, issued 10 min ago": func(p *fakeIDP) {
			p.claims = set(map[string]any{
				"exp": at().Unix() - 59,
				"iat": at().Unix() - 600,
			})
		},
		"clock 59 s ahead": func(p *fakeIDP) {
			p.claims = set(map[string]any{
				"iat": at().Unix() + 59,
				"nbf": at().Unix() + 59,
			})
		},
		"times with a fraction": func(p *fakeIDP) {
			p.claims = set(map[string]any{"exp": float64(at().Unix()) + 300.5})
		},
		"no kid, one key": func(p *fakeIDP) {
			p.kid, p.keys[0].KeyID = "", ""
		},
		"no kid, several keys": func(p *fakeIDP) {
			p.kid = ""
			p.keys = append([]jose.JSONWebKey{{
				Key:   &otherKey().PublicKey,
				KeyID: "k0",
			}}, p.keys...)
		},
		"key without use and alg": func(p *fakeIDP) {
			p.keys[0].Use, p.keys[0].Algorithm = "", ""
		},
		"no typ": func(p *fakeIDP) { p.header = nil },
		"typ in another case": func(p *fakeIDP) {
			p.header = map[string]any{"typ": "jwt"}
		},
		"aud a list of one": func(p *fakeIDP) {
			p.claims = set(map[string]any{"aud": []string{clientID}})
		},
		"aud a list, azp us": func(p *fakeIDP) {
			p.claims = set(map[string]any{
				"aud": []string{"api", clientID},
				"azp": clientID,
			})
		},
		"azp us": func(p *fakeIDP) {
			p.claims = set(map[string]any{"azp": clientID})
		},
		"no at_hash": func(p *fakeIDP) {
			p.claims = without("at_hash")
		},
		"no auth_time, no sid": func(p *fakeIDP) {
			p.claims = without("auth_time", "sid")
		},
		"auth_time a string": func(p *fakeIDP) {
			p.claims = set(map[string]any{"auth_time": "yesterday"})
		},
		"sub of 255 bytes": func(p *fakeIDP) {
			p.claims = set(map[string]any{"sub": strings.Repeat("s", 255)})
		},
		"2,000 groups": func(p *fakeIDP) {
			p.claims = set(map[string]any{"groups": many})
		},
		"no iss parameter, none promised": func(p *fakeIDP) {
			p.discovery = without("authorization_response_iss_parameter_supported")
			p.callback = func(v url.Values) { v.Del("iss") }
		},
		"no algorithms in discovery": func(p *fakeIDP) {
			p.discovery = without("id_token_signing_alg_values_supported")
		},
		"client_secret_post": func(p *fakeIDP) {
			p.config.OIDC.AuthMethod = sso.ClientSecretPost
		},
		"PS256": func(p *fakeIDP) {
			p.algorithm, p.keys[0].Algorithm = jose.PS256, "PS256"
		},
		"ES256": func(p *fakeIDP) {
			p.algorithm, p.signer = jose.ES256, ec
			p.keys = []jose.JSONWebKey{{Key: &ec.PublicKey, KeyID: "k1"}}
		},
		"EdDSA": func(p *fakeIDP) {
			p.algorithm, p.signer = jose.EdDSA, ed
			p.keys = []jose.JSONWebKey{{Key: edPublic, KeyID: "k1"}}
		},
		"keys of unknown kinds beside ours": func(p *fakeIDP) {
			p.override["/keys"] = func(w http.ResponseWriter, _ *http.Request) {
				ours, _ := json.Marshal(p.keys[0])
				fmt.Fprintf(
					w,
					`{"keys":[{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"},{"kty":"OKP","crv":"X448","x":"AAAA"},{"kty":"RSA"},%s]}`,
					ours,
				)
			}
		},
		"issuer with a path": func(p *fakeIDP) {
			issuerAt(p, "/realms/acme")
		},
		"issuer ending in a slash": func(p *fakeIDP) { issuerAt(p, "/") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newIDP(t)
			change(p)
			got, checks, err := p.signIn(p.party())
			if err != nil {
				t.Fatalf("%v\n%+v", err, checks)
			}
			if got.Subject == "" || len(got.Claims["groups"]) < 2 {
				t.Errorf("assertion %+v", got)
			}
			if bad := slices.IndexFunc(checks, func(c sso.Check) bool {
				return !c.OK
			}); bad >= 0 {
				t.Errorf("check %+v", checks[bad])
			}
		})
	}
}

// issuerAt moves the provider under a path.
func issuerAt(p *fakeIDP, path string) {
	issuer := p.issuer() + path
	p.config.OIDC.Issuer = issuer
	p.discovery = set(map[string]any{"issuer": issuer})
	p.claims = set(map[string]any{"iss": issuer})
	p.callback = func(v url.Values) { v.Set("iss", issuer) }
	p.override[strings.TrimSuffix(path, "/")+
		"/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
		reply(w, p.discoveryDocument())
	}
}

func TestCompleteWithoutPendingLogin(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	rp := p.party()
	cb := sso.Callback{Form: url.Values{"code": {"the-code"}}}
	if id, err := rp.Correlate(cb); id != "" || err != nil {
		t.Errorf("no state gives %q, %v", id, err)
	}
	for _, pending := range []*sso.PendingLogin{nil, {ID: "x"}} {
		if _, err := rp.Complete(
			t.Context(), p.conn, p.config, pending, cb,
		); sso.CodeOf(err) != "login_state_expired" ||
			sso.KindOf(err) != sso.Invalid {
			t.Errorf("got %v", err)
		}
	}
	if n := p.count("/token"); n != 0 {
		t.Errorf("%d token requests", n)
	}
	for form, code := range map[string]string{
		"state=a&state=b":                   "duplicate_parameter",
		"state=" + strings.Repeat("a", 500): "login_state_expired",
	} {
		v, _ := url.ParseQuery(form)
		if _, err := rp.Correlate(sso.Callback{Form: v}); sso.CodeOf(err) != code {
			t.Errorf("%.20s gives %v", form, err)
		}
	}
}
