package signin

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

func TestHome(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if w := f.get("/"); w.Code != 200 || !strings.Contains(w.Body.String(), "<h1>Sign in</h1>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	f.signedIn(f.acme)
	if w := f.get("/"); w.Code != 303 || location(w) != "/account" {
		t.Errorf("signed in: %d %s", w.Code, location(w))
	}
	f.browser.err = &sso.Error{
		Kind:   sso.Unavailable,
		Code:   "temporarily_unavailable",
		Public: "Later.",
	}
	if w := f.get("/"); w.Code != 503 ||
		w.Header().Get("Retry-After") != "2" ||
		len(w.Result().Cookies()) != 0 {
		t.Errorf("store down: %d %v", w.Code, w.Header())
	}
}

func TestFormNamesTheCompanyBeforeLeaving(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for typed, query := range map[string]string{
		"acme": "enterprise_key=acme&return_to=%2Fwiki%3Fp%3D1",
		"ada@acme.example": "domain_hint=acme.example&enterprise_key=acme&login_hint=ada%40acme.example" +
			"&return_to=%2Fwiki%3Fp%3D1",
	} {
		w := f.post("/login", url.Values{
			"company":   {typed},
			"return_to": {"/wiki?p=1"},
		})
		if w.Code != 303 || location(w) != "/login?"+query {
			t.Fatalf("%s: %d %s", typed, w.Code, location(w))
		}
		w = f.get(location(w))
		if body := html.UnescapeString(w.Body.String()); w.Code != 200 ||
			!strings.Contains(body, "Acme Corporation") ||
			!strings.Contains(body, `href="/login/sso?`+query+`" data-auto`) {
			t.Errorf("%s: %d %s", typed, w.Code, body)
		}
	}
	if len(f.remote.started) != 0 {
		t.Error("a sign-in was begun before the company was named")
	}
}

// ownAddress matches the address of a page in the choice of its language.
var ownAddress = regexp.MustCompile(`action="/language"><input type="hidden" name="return_to" value="[^"]*"`)

// TestUnknownCompaniesLookAlike: an address, a domain and a key that are unknown
// give the same page, but for what was typed.
func TestUnknownCompaniesLookAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := func(w *httptest.ResponseRecorder, typed string) string {
		if w.Code != 422 {
			t.Errorf("%s: %d", typed, w.Code)
		}
		body := ownAddress.ReplaceAllString(w.Body.String(), "")
		return strings.ReplaceAll(body, `value="`+typed+`"`, `value=""`)
	}
	const a, b, c = "nobody", "eve@unknown.example", "eve@acme.examples"
	want := page(f.post("/login", url.Values{"company": {a}}), a)
	for name, got := range map[string]string{
		"an address":         page(f.post("/login", url.Values{"company": {b}}), b),
		"an unproven domain": page(f.post("/login", url.Values{"company": {c}}), c),
		"a link":             page(f.get("/login/sso?enterprise_key="+a), a),
		"an address as link": page(
			f.get("/login/sso?enterprise_key="+url.QueryEscape(b)), b,
		),
		"the found page": page(f.get("/login?enterprise_key="+a), a),
	} {
		if got != want {
			t.Errorf("%s looks different:\n%s\n%s", name, got, want)
		}
	}
	if w := f.get("/login/sso?enterprise_key=ada%40acme.example"); w.Code != 422 {
		t.Errorf("an address works as a key: %d", w.Code)
	}
	if w := f.post("/login", url.Values{
		"company": {"\u202e<script>"},
	}); w.Code != 422 || strings.Contains(w.Body.String(), "\u202e") {
		t.Errorf("what cannot be read is repeated: %d", w.Code)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := f.get("/login/sso?enterprise_key=acme&return_to=/wiki&connection=" + string(f.okta.ID))
	if w.Code != 303 || location(w) != f.redirect.URL {
		t.Fatalf("%d %s", w.Code, location(w))
	}
	want := login.Start{
		Enterprise: f.acme.ID,
		Connection: f.okta.ID,
		ReturnTo:   "/wiki",
		Browser:    "browser",
	}
	if len(f.remote.started) != 1 || f.remote.started[0] != want {
		t.Errorf("began %+v", f.remote.started)
	}
}

// TestNeedReachesTheSignIn asks the identity provider for what the application to return
// to requires, though the browser has a session already.
func TestNeedReachesTheSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for to, want := range map[string]string{
		"/login/continue/payroll?to=x": "phr",
		"/login/continue/wiki?to=x":    "",
		"":                             "",
	} {
		f.remote.started = nil
		f.get("/login/sso?prompt=login&enterprise_key=acme&return_to=" + url.QueryEscape(to))
		if len(f.remote.started) != 1 || f.remote.started[0].Need.Acr != want {
			t.Errorf("%s: began %+v", to, f.remote.started)
		}
	}
}

// TestHintReachesTheSignIn: through the choice of a connection and the question
// whether to leave another company as well.
func TestHintReachesTheSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const hint = "domain_hint=acme.example&enterprise_key=KEY&login_hint=ada%40acme.example"
	want := sso.LoginHint{
		Login:  "ada@acme.example",
		Domain: "acme.example",
	}
	f.get("/login/sso?" + strings.ReplaceAll(hint, "KEY", "acme"))
	if len(f.remote.started) != 1 || f.remote.started[0].Hint != want {
		t.Errorf("began %+v", f.remote.started)
	}
	choice := "connection=" + string(f.okta.ID) + "&" + strings.ReplaceAll(hint, "KEY", "acme")
	for _, page := range []string{"/login?", "/login/sso?"} {
		w := f.get(page + strings.ReplaceAll(hint, "KEY", "two"))
		if body := html.UnescapeString(w.Body.String()); !strings.Contains(body, "/login/sso?"+choice) {
			t.Errorf("%s: no link with %s:\n%s", page, choice, body)
		}
	}
	f.signedIn(sso.Enterprise{ID: "ent-other", Name: "Globex"})
	w := f.get("/login/sso?" + strings.ReplaceAll(hint, "KEY", "acme"))
	for _, field := range []string{
		`name="login_hint" value="ada@acme.example"`, `name="domain_hint" value="acme.example"`,
	} {
		if !strings.Contains(w.Body.String(), field) {
			t.Errorf("the question has no %s:\n%s", field, w.Body)
		}
	}
}

func TestLinkOfSomebodySignedIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signedIn(f.acme)
	for target, want := range map[string]string{
		"/login/sso?enterprise_key=acme":                                "/",
		"/login/sso?enterprise_key=acme&return_to=/wiki":                "/wiki",
		"/login/sso?enterprise_key=acme&return_to=https://evil.example": "/",
		"/login/sso?enterprise_key=acme&prompt=login":                   f.redirect.URL,
	} {
		if w := f.get(target); w.Code != 303 || location(w) != want {
			t.Errorf("%s: %d %s", target, w.Code, location(w))
		}
	}
	f.browser.err = &sso.Error{
		Kind:   sso.Unavailable,
		Code:   "temporarily_unavailable",
		Public: "Later.",
	}
	if w := f.get("/login/sso?enterprise_key=acme"); w.Code != 503 || len(w.Result().Cookies()) != 0 {
		t.Errorf("store down: %d", w.Code)
	}
}

func TestPostBindingHasAPageThatGoesOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.redirect = sso.Redirect{
		URL:  "https://idp.example/sso",
		Form: url.Values{"SAMLRequest": {`a"b`}, "RelayState": {"gh1"}},
	}
	w := f.get("/login/sso?enterprise_key=acme")
	body := w.Body.String()
	for _, want := range []string{
		`method="post" action="https://idp.example/sso" data-auto`,
		`name="SAMLRequest" value="a&#34;b"`,
		`name="RelayState" value="gh1"`,
		"<button>Continue",
		"autopost.",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s:\n%s", want, body)
		}
	}
	csp := w.Header().Get("Content-Security-Policy")
	if !strings.HasSuffix(csp, "form-action https://idp.example") ||
		strings.Contains(csp, "unsafe") {
		t.Errorf("policy: %s", csp)
	}
	if csp := f.get("/login").Header().Get("Content-Security-Policy"); !strings.HasSuffix(
		csp, "form-action 'self'",
	) {
		t.Errorf("the policy of another page changed: %s", csp)
	}
}

func TestSeveralConnections(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	last := &http.Cookie{
		Name:  "__Host-gatehouse-last",
		Value: "acme." + string(f.entra.ID),
	}
	w := f.get("/login/sso?enterprise_key=two&return_to=/wiki", last)
	body := w.Body.String()
	entra, okta := strings.Index(
		body, string(f.entra.ID),
	), strings.Index(body, string(f.okta.ID))
	if w.Code != 200 ||
		entra < 0 ||
		okta < 0 ||
		entra > okta ||
		strings.Count(body, "Last used") != 1 ||
		len(f.remote.started) != 0 {
		t.Errorf("%d, Entra at %d, Okta at %d:\n%s", w.Code, entra, okta, body)
	}
	if w := f.get(
		"/login/sso?enterprise_key=two&connection=" + string(f.entra.ID),
	); w.Code != 303 || f.remote.started[0].Connection != f.entra.ID {
		t.Errorf("%d %+v", w.Code, f.remote.started)
	}
}

func TestLastUsedComesFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if w := f.get("/login", &http.Cookie{
		Name:  "__Host-gatehouse-last",
		Value: "acme." + string(f.okta.ID),
	}); !strings.Contains(w.Body.String(), "Welcome back.") ||
		!strings.Contains(w.Body.String(), "Acme Corporation") {
		t.Errorf("%s", w.Body)
	}
	for _, bad := range []string{
		"", "acme", "acme.conn-x", "ACME." + string(f.okta.ID),
		"gone." + string(f.okta.ID), "acme." + string(f.entra.ID),
		"a/b." + string(f.okta.ID),
	} {
		if w := f.get("/login", &http.Cookie{
			Name:  "__Host-gatehouse-last",
			Value: bad,
		}); w.Code != 200 || strings.Contains(w.Body.String(), "Welcome back.") {
			t.Errorf("%q: %d", bad, w.Code)
		}
	}
}

func TestAnswerStartsASession(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*fixture) *httptest.ResponseRecorder{
		"SAML": func(f *fixture) *httptest.ResponseRecorder {
			return f.post(
				"/saml/"+string(f.okta.ID)+"/acs?SAMLResponse=query",
				url.Values{"SAMLResponse": {"m"}},
			)
		},
		"OIDC": func(f *fixture) *httptest.ResponseRecorder {
			return f.get("/oidc/" + string(f.okta.ID) + "/callback?SAMLResponse=m")
		},
		"OIDC form_post": func(f *fixture) *httptest.ResponseRecorder {
			return f.post("/oidc/"+string(f.okta.ID)+"/callback", url.Values{
				"SAMLResponse": {"m"},
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			w := ask(f)
			if w.Code != 303 ||
				location(w) != "/" ||
				len(f.browser.started) != 1 ||
				f.browser.started[0] != "token" {
				t.Fatalf("%d %s %v", w.Code, location(w), f.browser.started)
			}
			cb := f.callbacks[0]
			if cb.Form.Get("SAMLResponse") != "m" ||
				cb.Browser != "browser" ||
				cb.Remote != "192.0.2.1" {
				t.Errorf("callback %+v", cb)
			}
			for _, c := range w.Result().Cookies() {
				if c.Name == "__Host-gatehouse-last" &&
					(!c.Secure ||
						!c.HttpOnly ||
						c.SameSite != http.SameSiteLaxMode ||
						c.Path != "/" ||
						c.Domain != "" ||
						len(c.Value) > 128) {
					t.Errorf("cookie %+v", c)
				}
			}
		})
	}
}

func TestAnswerLeadsToWhereItBegan(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for returnTo, want := range map[string]string{
		"/":                     "/",
		"":                      "/",
		"/wiki?a=b":             "/wiki?a=b",
		"https://evil.example/": "/",
		"//evil.example":        "/",
	} {
		f.result.ReturnTo = returnTo
		if w := f.post("/saml/"+string(f.okta.ID)+"/acs", url.Values{
			"SAMLResponse": {"m"},
			"RelayState":   {"https://evil.example"},
		}); location(w) != want {
			t.Errorf("%q leads to %q", returnTo, location(w))
		}
	}
}

func TestAnswerNobodyAskedForBeginsAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.result = login.Result{
		Outcome: login.Restart,
		Start:   &login.Start{Enterprise: f.acme.ID, Connection: f.okta.ID},
	}
	w := f.post("/saml/"+string(f.okta.ID)+"/acs", url.Values{"SAMLResponse": {"m"}})
	if w.Code != 303 ||
		location(w) != f.redirect.URL ||
		len(f.browser.started) != 0 ||
		f.remote.started[0].Browser != "browser" {
		t.Errorf("%d %s %+v", w.Code, location(w), f.remote.started)
	}
}

func TestFailedAnswerHasAWayOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := sso.AttemptID("att-01hf7k3m9q2v5x8z1b4d6g8j0n")
	for code, c := range map[string]struct {
		kind   sso.Kind
		status int
	}{
		"login_state_expired":     {sso.Invalid, 400},
		"saml_malformed":          {sso.Invalid, 400},
		"saml_replayed":           {sso.Conflict, 400},
		"saml_signature_invalid":  {sso.Forbidden, 403},
		"idp_initiated_disabled":  {sso.Forbidden, 403},
		"idp_unavailable":         {sso.Upstream, 502},
		"temporarily_unavailable": {sso.Unavailable, 503},
		"internal":                {sso.Internal, 500},
	} {
		f.remote.err = &sso.Error{
			Kind:      c.kind,
			Code:      code,
			Public:    "A calm sentence.",
			Reference: ref,
		}
		w := f.post("/saml/"+string(f.okta.ID)+"/acs", url.Values{
			"SAMLResponse": {"m"},
		})
		body := w.Body.String()
		if code == "login_state_expired" {
			code = "cookies_blocked" // the post has no cookie
		}
		for _, want := range []string{
			`href="/login/sso?connection=` + string(f.okta.ID) +
				`&amp;enterprise_key=acme"`,
			"Acme Corporation",
			string(ref),
			code,
		} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s:\n%s", code, want, body)
			}
		}
		if w.Code != c.status ||
			len(w.Result().Cookies()) != 0 ||
			len(f.browser.started) != 0 {
			t.Errorf("%s: %d %v", code, w.Code, w.Result().Cookies())
		}
	}
}

// TestUnknownConnectionsLookAlike: an unknown ID, a malformed ID and one of
// another enterprise.
func TestUnknownConnectionsLookAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.remote.err = sso.NothingHere()
	var bodies []string
	for _, id := range []string{
		string(f.okta.ID), string(f.entra.ID), "conn-x", "CONN",
		strings.ToUpper(string(f.okta.ID)),
	} {
		w := f.post("/saml/"+id+"/acs", url.Values{"SAMLResponse": {"m"}})
		body := w.Body.String()
		for _, changing := range []string{w.Header().Get("X-Request-Id")} {
			body = strings.ReplaceAll(body, changing, "")
		}
		body = timeElement.ReplaceAllString(body, "")
		if bodies = append(bodies, body); w.Code != 404 || body != bodies[0] {
			t.Errorf("%s: %d\n%s\n%s", id, w.Code, body, bodies[0])
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if w := f.get("/saml/" + string(f.okta.ID) + "/metadata"); w.Code != 200 ||
		w.Header().Get("Content-Type") != "application/samlmetadata+xml" ||
		w.Body.String() != "<EntityDescriptor/>" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := f.get("/saml/" + string(f.entra.ID) + "/metadata"); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}
