package login_test

import (
	"compress/flate"
	"encoding/base64"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestRulesAreAskedFor signs in at companies with rules about how their users
// authenticate, and opens test connections there.
func TestRulesAreAskedFor(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			if asked := w.asked(w.begin(c)); asked != "" {
				w.Errorf("%s has no rules and asks for %s", c.Key, asked)
			}
			_, err := w.db.UpdateSessionRules(
				w.Context(), by, c.ID, func(r sso.SessionRules) (sso.SessionRules, error) {
					r.Need = sso.AuthnNeed{MaxAge: time.Hour, Acr: "phr"}
					return r, nil
				},
			)
			w.ok(err)
			run, _ := w.beginTest(c)
			test, _, err := w.login.OpenTestOf(w.Context(), by, c.ID, run.ID, w.browser)
			w.ok(err)
			sign := w.begin(c)
			for name, r := range map[string]sso.Redirect{"sign-in": sign, "test": test} {
				if asked := w.asked(r); asked == "" {
					w.Errorf("%s of %s does not ask", name, c.Key)
				}
			}
			result, err := w.complete(c, w.answer(c, "ada", sign))
			w.ok(err)
			if result.Session.ID == "" {
				w.Errorf("%s: not signed in: %+v", c.Key, result)
			}
			a, err := w.db.Attempt(w.Context(), c.ID, result.Session.Attempt)
			w.ok(err)
			got := map[string]string{}
			for _, check := range a.Checks {
				if check.OK {
					got[check.Name] = check.Want + ": " + check.Got
				}
			}
			if got["acr"] != "phr: phr" || !strings.HasPrefix(got["auth_time"], "at most 60 minutes before 20") {
				w.Errorf("%s: the attempt does not say how the rules were met: %+v", c.Key, a.Checks)
			}
		}
	})
}

// asked returns the part of a request that demands a recent authentication.
func (w *world) asked(r sso.Redirect) string {
	w.Helper()
	u, err := url.Parse(r.URL)
	w.ok(err)
	if age := u.Query().Get("max_age"); age != "" {
		return "max_age=" + age
	}
	message := u.Query().Get("SAMLRequest")
	if message == "" {
		return ""
	}
	deflated, err := base64.StdEncoding.DecodeString(message)
	w.ok(err)
	document, err := io.ReadAll(flate.NewReader(strings.NewReader(string(deflated))))
	w.ok(err)
	const force = `ForceAuthn="true"`
	if strings.Contains(string(document), force) {
		return force
	}
	return ""
}
