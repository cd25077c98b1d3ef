package signin

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

var (
	buttons = regexp.MustCompile(`<a class="button" href="([^"]*)">([^<]*)`)
	heading = regexp.MustCompile(`<h1>([^<]*)</h1>`)
)

// TestEveryStopLeadsOn: whatever a response comes to, one button leads to a new
// sign-in at the same company, and only what is a refusal says that the company
// did not let the person in.
func TestEveryStopLeadsOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    string
		kind    sso.Kind
		status  int
		heading string
		button  string
	}{
		{"login_state_expired", sso.Invalid, 400, "Let’s start again", "Start again"},
		{"saml_replayed", sso.Conflict, 400, "Let’s start again", "Start again"},
		{"code_expired", sso.Invalid, 400, "Let’s start again", "Start again"},
		{"idp_interaction_required", sso.Invalid, 400, "One more step", "Start again"},
		{
			"idp_unavailable", sso.Upstream, 502,
			"Your company’s sign‑in did not answer", "Try again",
		},
		{
			"temporarily_unavailable", sso.Unavailable, 503, "Back in a moment",
			"Try again",
		},
		{"rate_limited", sso.TooMany, 429, "One moment", ""},
		{"bad_request", sso.Invalid, 400, "That did not work", ""},
		{"saml_expired", sso.Forbidden, 403, "We couldn’t sign you in", "Try again"},
		{"idp_denied", sso.Forbidden, 403, "We couldn’t sign you in", "Try again"},
		{"internal", sso.Internal, 500, "That is our fault", "Try again"},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.remote.err = &sso.Error{
				Kind:      c.kind,
				Code:      c.code,
				Public:    "A calm sentence.",
				Reference: "att-1",
			}
			for name, target := range map[string]string{
				"OIDC": "/oidc/%/callback?code=x&state=y",
				"SAML": "/saml/%/acs",
			} {
				target = strings.Replace(target, "%", string(f.okta.ID), 1)
				method := http.MethodGet
				if name == "SAML" {
					method = http.MethodPost
				}
				w := f.with(method, target, "SAMLResponse=x", &http.Cookie{
					Name:  "theme",
					Value: "dark",
				})
				body := w.Body.String()
				links := buttons.FindAllStringSubmatch(body, -1)
				want := "/login/sso?connection=" + string(f.okta.ID) +
					"&amp;enterprise_key=acme"
				if w.Code != c.status ||
					len(links) != 1 ||
					links[0][1] != want ||
					c.button != "" && links[0][2] != c.button {
					t.Errorf("%s: %d, buttons %q", name, w.Code, links)
				}
				if got := heading.FindStringSubmatch(body); len(got) != 2 || got[1] != c.heading {
					t.Errorf("%s: heading %q", name, got)
				}
			}
		})
	}
}

// TestStartingAgainKeepsTheDeepLink: a user who came from a page of an application
// gets back to it, however many sign-ins failed before.
func TestStartingAgainKeepsTheDeepLink(t *testing.T) {
	t.Parallel()
	for name, returnTo := range map[string]string{
		"an application": "/login/continue/wiki?to=https%3A%2F%2Fwiki.example%2Fpage%3Fa%3D1%26b%3D2",
		"a page of ours": "/account?tab=1",
		"the console":    "/admin",
		"nowhere":        "/",
		"another site":   "//evil.example/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.remote.err = &sso.Error{
				Kind:      sso.Forbidden,
				Code:      "saml_expired",
				Public:    "A calm sentence.",
				Reference: "att-1",
			}
			f.result = login.Result{ReturnTo: returnTo}
			link := url.Values{
				"connection":     {string(f.okta.ID)},
				"enterprise_key": {"acme"},
			}
			if name != "nowhere" && name != "another site" {
				link.Set("return_to", returnTo)
			}
			want := html.EscapeString("/login/sso?" + link.Encode())
			w := f.with(
				http.MethodPost, "/saml/"+string(f.okta.ID)+"/acs", "SAMLResponse=x",
				&http.Cookie{
					Name:  "theme",
					Value: "dark",
				},
			)
			if links := buttons.FindAllStringSubmatch(
				w.Body.String(), -1,
			); len(links) != 1 || links[0][1] != want {
				t.Errorf("%d, buttons %q; want one to %s", w.Code, links, want)
			}
		})
	}
}

// TestStaleAddressesLeadOn: an address that makes sense only once, opened again by
// the Back button or from the history, leads to a new sign-in, or on if the browser
// is signed in.
func TestStaleAddressesLeadOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.remote.err = &sso.Error{
		Kind:   sso.Invalid,
		Code:   "login_state_expired",
		Public: "Start again.",
	}
	callback := "/oidc/" + string(f.okta.ID) + "/callback"
	for _, target := range []string{
		callback,
		callback + "?state=x",
		callback + "?code=x&state=y",
		callback + "?error=temporarily_unavailable&state=y",
	} {
		w := f.get(target, &http.Cookie{Name: "theme", Value: "dark"})
		if links := buttons.FindAllStringSubmatch(w.Body.String(), -1); len(links) != 1 || w.Code != 400 {
			t.Errorf("%s: %d, %q", target, w.Code, links)
		}
	}
	f.signedIn(f.acme)
	for _, target := range []string{
		callback, callback + "?state=x", callback + "?code=x&state=y",
	} {
		if w := f.get(target); w.Code != 303 || location(w) != "/" {
			t.Errorf("%s, signed in: %d to %q", target, w.Code, location(w))
		}
	}
}
