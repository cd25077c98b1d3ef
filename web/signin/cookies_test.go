package signin

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestBlockedCookiesAreNamed: a browser that keeps no cookie is told so, and not
// to start again for ever.
func TestBlockedCookiesAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code    string
		cookies []*http.Cookie
		want    string
	}{
		"no cookie at all": {"login_state_expired", nil, "cookies_blocked"},
		"another browser's": {
			"login_state_expired",
			[]*http.Cookie{{
				Name:  "__Host-gatehouse-browser",
				Value: "x",
			}},
			"login_state_expired",
		},
		"any cookie": {
			"login_state_expired",
			[]*http.Cookie{{
				Name:  "theme",
				Value: "dark",
			}},
			"login_state_expired",
		},
		"a replay without cookie": {"saml_replayed", nil, "saml_replayed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.remote.err = &sso.Error{
				Kind:      sso.Invalid,
				Code:      c.code,
				Public:    "Start again.",
				Reference: "att-1",
			}
			w := f.get(
				"/oidc/"+string(f.okta.ID)+"/callback?code=x&state=y", c.cookies...,
			)
			body := w.Body.String()
			if w.Code < 400 ||
				w.Code > 499 ||
				!strings.Contains(body, c.want) ||
				!strings.Contains(body, "att-1") {
				t.Errorf("%d %s", w.Code, body)
			}
			if strings.Contains(
				body, "blocks cookies for <bdi>sso.example</bdi>",
			) != (c.want == "cookies_blocked") {
				t.Errorf("%s", body)
			}
		})
	}
}

// TestReloadWhileSignedIn: a used response redirects to the account only users
// who are signed in at that company.
func TestReloadWhileSignedIn(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"login_state_expired", "saml_replayed", "idp_denied",
	} {
		for _, where := range []string{"", "there", "elsewhere"} {
			f := newFixture(t)
			f.remote.err = &sso.Error{
				Kind:   sso.Invalid,
				Code:   code,
				Public: "Start again.",
			}
			switch where {
			case "there":
				f.signedIn(f.acme)
			case "elsewhere":
				f.signedIn(sso.Enterprise{ID: "ent-other"})
			}
			w := f.get(
				"/oidc/"+string(f.okta.ID)+"/callback?code=x&state=y",
				&http.Cookie{
					Name:  "a",
					Value: "b",
				},
			)
			on := where == "there" && code != "idp_denied"
			if (w.Header().Get("Location") == "/") != on ||
				!on && w.Code < 400 {
				t.Errorf(
					"%s, signed in %s: %d to %q", code, where, w.Code,
					w.Header().Get("Location"),
				)
			}
		}
	}
}
