package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso/login"
)

// TestRebounceIsNoLoop: an identity provider that answers every request with an
// answer to none is told apart from a click on its tile.
func TestRebounceIsNoLoop(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var jar []*http.Cookie
	post := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(
			http.MethodPost,
			"/saml/"+string(f.okta.ID)+"/acs",
			strings.NewReader(url.Values{"SAMLResponse": {"m"}}.Encode()),
		)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range jar {
			r.AddCookie(c)
		}
		w := f.do(r)
		for _, c := range w.Result().Cookies() {
			if c.Name == "__Host-gatehouse-again" {
				jar = nil
				if c.MaxAge > 0 {
					jar = []*http.Cookie{c}
				}
			}
		}
		return w
	}
	signedIn := f.result
	restart := login.Result{
		Outcome: login.Restart,
		Start:   &login.Start{Enterprise: f.acme.ID, Connection: f.okta.ID},
	}
	f.result = restart
	if w := post(); w.Code != http.StatusSeeOther ||
		location(w) != f.redirect.URL ||
		len(jar) != 1 {
		t.Fatalf("the first: %d %s %v", w.Code, location(w), jar)
	}
	if w := post(); w.Code != http.StatusForbidden ||
		!strings.Contains(w.Body.String(), "idp_ignores_requests") ||
		len(f.remote.started) != 1 {
		t.Fatalf("the second: %d, %d begun", w.Code, len(f.remote.started))
	}
	if w := post(); w.Code != http.StatusSeeOther {
		t.Fatalf("after the failure was shown: %d", w.Code)
	}
	f.result = signedIn
	if w := post(); w.Code != http.StatusSeeOther || jar != nil {
		t.Fatalf("signed in: %d %v", w.Code, jar)
	}
	f.result = restart
	if w := post(); w.Code != http.StatusSeeOther {
		t.Errorf("the next click on the tile: %d", w.Code)
	}
}
