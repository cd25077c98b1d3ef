package signin

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

func errWrongAddress() error {
	return &sso.Error{
		Kind:      sso.Invalid,
		Code:      "sent_to_wrong_address",
		Public:    "It was sent to a wrong address.",
		Reference: "atmp-1",
	}
}

// TestStrayResponses: a response is looked up wherever it was sent to, and the
// person sees the sentence and the reference.
func TestStrayResponses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.remote.err = sso.NothingHere() // of an ID that no connection has
	f.astrayErr = errWrongAddress()
	id := string(f.okta.ID)
	response := url.Values{"SAMLResponse": {"PHgvPg=="}, "RelayState": {"gh1"}}
	for _, path := range []string{
		"/saml/" + id + "/acs", "/saml/" + id + "x/acs", "/saml/" + id + "/acs/",
		"/saml/" + id, "/saml/" + id + "/ACS", "/saml/" + id + "/metadata",
		"/saml/acs",
		"/saml/" + id + "/slo", "/oidc/" + id + "/acs", "/SAML/" + id + "/acs",
		"/saml2/acs", "/" + id, "/auth/saml/callback",
		"/saml/" + strings.Repeat("x", 2000) + "/acs",
	} {
		w := f.post(path, response)
		last := f.strays[len(f.strays)-1]
		if w.Code != 400 ||
			!strings.Contains(w.Body.String(), "It was sent to a wrong address.") ||
			!strings.Contains(w.Body.String(), "atmp-1") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if last.Address != "https://sso.example"+path || last.Method != "POST" {
			t.Errorf("%s: %+v", path, last)
		}
		if cb := f.callbacks[len(f.callbacks)-1]; cb.Form.Get("RelayState") != "gh1" ||
			cb.Browser != "browser" {
			t.Errorf("%s: %+v", path, cb)
		}
	}
	for _, target := range []string{
		"/saml/" + id + "/acs?SAMLResponse=x&RelayState=gh1",
		"/saml/" + id + "/acs?SAMLart=x&RelayState=gh1",
		"/saml/x/acs?SAMLResponse=x",
		"/oidc/x/callback?state=gh1&code=y",
		"/oidc/" + id + "/callback/?state=gh1&code=y",
		"/oidc/callback?state=gh1&error=access_denied",
	} {
		before := len(f.strays)
		if w := f.get(target); w.Code != 400 ||
			len(f.strays) != before+1 ||
			f.strays[before].Method != "GET" ||
			strings.Contains(f.strays[before].Address, "?") {
			t.Errorf("%s: %d, %v", target, w.Code, f.strays[before:])
		}
	}
}

// TestStrayTest leads on to the page of the test connection.
func TestStrayTest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	run := sso.TestRun{ID: "test-1", Connection: f.okta.ID}
	f.astray = login.Result{Outcome: login.Tested, Test: &run}
	w := f.post("/saml/wrong/acs", url.Values{
		"SAMLResponse": {"PHgvPg=="},
		"RelayState":   {"gh1"},
	})
	if w.Code != 303 || location(w) != testResultLink(run) {
		t.Errorf("%d %s", w.Code, location(w))
	}
}

// TestNothingStray: what is no response is not looked up, and what belongs to
// nothing looks as an unknown address always did.
func TestNothingStray(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.astrayErr = sso.NothingHere()
	unknown := f.get("/nothing/here")
	for _, form := range []url.Values{
		{}, {"a": {"b"}}, {"RelayState": {"gh1"}}, {"SAMLRequest": {"x"}},
	} {
		for _, path := range []string{
			"/saml/x/acs", "/saml/x", "/oidc/x/callback", "/anything",
		} {
			if w := f.post(path, form); w.Code != 404 {
				t.Errorf("%s %v: %d", path, form, w.Code)
			}
		}
	}
	if len(f.strays) != 0 {
		t.Errorf("looked up: %v", f.strays)
	}
	for _, path := range []string{"/saml/x/acs", "/saml/y", "/anything"} {
		w := f.post(path, url.Values{
			"SAMLResponse": {"PHgvPg=="},
			"RelayState":   {"gh1"},
		})
		if w.Code != 404 ||
			!strings.Contains(
				w.Body.String(), "There is nothing at this address.",
			) ||
			unknown.Code != 404 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest(
		"POST", "/anything", strings.NewReader(`{"SAMLResponse":"x"}`),
	)
	r.Header.Set("Content-Type", "application/json")
	if w := f.do(r); w.Code != 404 {
		t.Errorf("JSON: %d", w.Code)
	}
	if w := f.get("/saml/x/metadata"); w.Code != 404 {
		t.Errorf("metadata: %d", w.Code)
	}
}

// TestStrayOverHTTP takes the hop that brings the cookie along, once.
func TestStrayOverHTTP(t *testing.T) {
	t.Parallel()
	f := newFixtureAt(t, "http://sso.example")
	f.held, f.astrayErr = true, errWrongAddress()
	post := func(site string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(
			"POST",
			"/saml/wrong/acs",
			strings.NewReader("SAMLResponse=PHgvPg%3D%3D&RelayState=gh1"),
		)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		return f.do(r)
	}
	if w := post("cross-site"); w.Code != 200 ||
		!strings.Contains(w.Body.String(), `action="/saml/wrong/acs"`) ||
		len(f.strays) != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := post("same-origin"); w.Code != 400 || len(f.strays) != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestResponseTooLarge: of a form over the limit the RelayState is read, wherever
// it stands, and only for a browser that began something.
func TestResponseTooLarge(t *testing.T) {
	t.Parallel()
	large := "SAMLResponse=" + strings.Repeat("A", maxResponse)
	for name, c := range map[string]struct {
		body string
		held bool
		want string // RelayState; "" if it is not told
	}{
		"RelayState last":  {body: large + "&RelayState=gh1", want: "gh1"},
		"RelayState first": {body: "RelayState=gh1&" + large, want: "gh1"},
		"RelayState escaped": {
			body: "x=" + strings.Repeat("&", 9) + large + "&RelayState=g%681",
			want: "gh1",
		},
		"no RelayState":         {body: large},
		"RelayState in a value": {body: large + "xRelayState=gh1"},
		"a very long one": {
			body: large + "&RelayState=" + strings.Repeat("x", 400),
		},
		"another browser": {body: large + "&RelayState=gh1", held: true},
		"beyond what is read": {
			body: large + "&x=" + strings.Repeat("y", maxRelayStateScan) +
				"&RelayState=gh1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.held = c.held
			f.astrayErr = &sso.Error{
				Kind:      sso.Invalid,
				Code:      "saml_too_complex",
				Public:    "It is larger than we accept.",
				Reference: "atmp-1",
			}
			r := httptest.NewRequest(
				"POST", "/saml/"+string(f.okta.ID)+"/acs", strings.NewReader(c.body),
			)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := f.do(r)
			if c.want == "" {
				if w.Code != 413 || len(f.large) != 0 {
					t.Errorf("%d, %v", w.Code, f.large)
				}
				return
			}
			if w.Code != 400 ||
				len(f.large) != 1 ||
				f.large[0].Form.Get("RelayState") != c.want ||
				!strings.Contains(w.Body.String(), "atmp-1") {
				t.Errorf("%d %s, %v", w.Code, w.Body, f.large)
			}
		})
	}
}
