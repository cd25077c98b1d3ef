package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestAnswerTakesOneMoreHopOverHTTP: only where the cookie is held back, only
// over plain http, and never twice.
func TestAnswerTakesOneMoreHopOverHTTP(t *testing.T) {
	for name, tt := range map[string]struct {
		base, site string
		held, hop  bool
	}{
		"another site, no cookie":  {"http://sso.example", "cross-site", true, true},
		"our own hop, no cookie":   {"http://sso.example", "same-origin", true, false},
		"another site, cookie":     {"http://sso.example", "cross-site", false, false},
		"no browser":               {"http://sso.example", "", true, false},
		"https, where it is there": {"https://sso.example", "cross-site", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixtureAt(t, tt.base)
			f.held = tt.held
			form := url.Values{"SAMLResponse": {"PGE+\"<b>"}, "RelayState": {"gh01"}}
			r := httptest.NewRequest(
				http.MethodPost, "/saml/"+string(f.okta.ID)+"/acs",
				strings.NewReader(form.Encode()),
			)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if tt.site != "" {
				r.Header.Set("Sec-Fetch-Site", tt.site)
			}
			w := f.do(r)
			body := w.Body.String()
			if !tt.hop {
				if len(f.callbacks) != 1 || w.Code != http.StatusSeeOther {
					t.Errorf("not taken: %d %s", w.Code, body)
				}
				return
			}
			for _, want := range []string{
				`action="/saml/` + string(f.okta.ID) + `/acs" data-auto`,
				`name="SAMLResponse" value="PGE&#43;&#34;&lt;b&gt;"`,
				`name="RelayState" value="gh01"`,
				"<button>",
			} {
				if !strings.Contains(body, want) {
					t.Errorf("lacks %s:\n%s", want, body)
				}
			}
			if len(f.callbacks) != 0 ||
				w.Code != http.StatusOK ||
				len(w.Result().Cookies()) != 0 ||
				!strings.Contains(
					w.Header().Get("Content-Security-Policy"), "form-action 'self'",
				) {
				t.Errorf(
					"%d, %d callbacks, %v", w.Code, len(f.callbacks), w.Header(),
				)
			}
		})
	}
}
