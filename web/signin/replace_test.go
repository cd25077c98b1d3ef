package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

const mine sso.SessionID = "ses-06h0szvx00c6tywfbgwe1c2nrr"

// submit posts a form as a browser does that is on a page of ours, or with other
// headers as one that is elsewhere.
func (f *fixture) submit(target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(
		http.MethodPost, target, strings.NewReader(form.Encode()),
	)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if len(headers) == 0 {
		headers = []string{
			"Sec-Fetch-Site", "same-origin", "Origin", "https://sso.example",
		}
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return f.do(r)
}

func (f *fixture) adaIsIn() {
	f.signedIn(f.acme)
	f.principal.Session.ID = mine
}

// TestLinkToAnotherCompanyAsks: whatever way leads there, a browser that is signed
// in is shown whose session it has, and nothing begins.
func TestLinkToAnotherCompanyAsks(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"/login/sso?enterprise_key=other",
		"/login/sso?enterprise_key=other&prompt=login",
		"/login/sso?enterprise_key=other&return_to=/wiki",
		"/login/sso?enterprise_key=other&replaces=" + string(mine),
		"/login?enterprise_key=other",
		"/login?enterprise_key=other&return_to=/wiki",
	} {
		f := newFixture(t)
		f.adaIsIn()
		w := f.get(target)
		body := w.Body.String()
		for _, want := range []string{
			"Sign in at <bdi>Other Ltd</bdi> instead?", "ada@acme.example",
			"Acme Corporation", `<form method="post" action="/login/sso">`,
			`name="enterprise_key" value="other"`,
			`name="replaces" value="` + string(mine) + `"`, `href="/account"`,
		} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s:\n%s", target, want, body)
			}
		}
		if strings.Contains(target, "return_to") != strings.Contains(
			body, `name="return_to" value="/wiki"`,
		) {
			t.Errorf("%s: where to go afterwards:\n%s", target, body)
		}
		if w.Code != http.StatusOK ||
			len(f.remote.started) != 0 ||
			f.browser.ended != 0 ||
			strings.Contains(body, "data-auto") {
			t.Errorf("%s: %d, %d begun", target, w.Code, len(f.remote.started))
		}
	}
}

// TestAgreeingBeginsTheSignIn carries the session that may end into the sign-in.
func TestAgreeingBeginsTheSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.adaIsIn()
	form := url.Values{
		"enterprise_key": {"other"},
		"return_to":      {"/wiki"},
		"replaces":       {string(mine)},
	}
	w := f.submit("/login/sso", form)
	want := login.Start{
		Enterprise: f.other.ID,
		ReturnTo:   "/wiki",
		Browser:    "browser",
		Replaces:   mine,
	}
	if len(f.remote.started) != 1 || f.remote.started[0] != want {
		t.Fatalf("%d, began %+v", w.Code, f.remote.started)
	}
	// A redirect would be stopped by form-action 'self' of the page with the form.
	if w.Code != http.StatusOK ||
		!strings.Contains(w.Body.String(), `href="https://idp.example/sso?SAMLRequest=x" data-auto`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if f.browser.ended != 0 || len(f.browser.started) != 0 {
		t.Error("a session began or ended")
	}
	f.browser.principal = nil // it ended in another tab
	if w := f.submit("/login/sso", form); w.Code != http.StatusOK ||
		len(f.remote.started) != 2 ||
		f.remote.started[1].Replaces != "" {
		t.Errorf("%d, began %+v", w.Code, f.remote.started)
	}
}

// TestAgreeingIsAboutOneSession: the answer to an older question asks again, and
// another site answers nothing.
func TestAgreeingIsAboutOneSession(t *testing.T) {
	t.Parallel()
	for _, session := range []string{
		"", "ses-06h0szvx00c6tywfbgwe1c2nrx", "mine", string(mine) + "x",
	} {
		f := newFixture(t)
		f.adaIsIn()
		w := f.submit("/login/sso", url.Values{
			"enterprise_key": {"other"},
			"replaces":       {session},
		})
		if len(f.remote.started) != 0 ||
			!strings.Contains(w.Body.String(), "instead?") {
			t.Errorf("%q: %d, began %+v", session, w.Code, f.remote.started)
		}
	}
	for name, headers := range map[string][]string{
		"another site": {
			"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example",
		},
		"a sister": {
			"Sec-Fetch-Site", "same-site", "Origin", "https://evil.sso.example",
		},
		"an old browser":        {"Origin", "https://evil.example"},
		"a sandboxed frame":     {"Origin", "null"},
		"no word of the origin": {"X-Nothing", "x"},
	} {
		f := newFixture(t)
		f.adaIsIn()
		w := f.submit(
			"/login/sso",
			url.Values{"enterprise_key": {"other"}, "replaces": {string(mine)}},
			headers...,
		)
		if len(f.remote.started) != 0 || w.Code == http.StatusSeeOther {
			t.Errorf("%s: %d, began %+v", name, w.Code, f.remote.started)
		}
	}
}

// TestResponseThatAsks: an unused response is posted again by the answer; of a used
// one, the answer begins anew.
func TestResponseThatAsks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.adaIsIn()
	question := login.Question{
		Current:    *f.principal,
		Enterprise: f.other,
		Connection: f.okta.ID,
		Login:      "eve@other.example",
		ReturnTo:   "/back",
		Unused:     true,
	}
	f.result = login.Result{Outcome: login.Asks, Question: &question}
	acs := "/saml/" + string(f.okta.ID) + "/acs"
	w := f.post(acs, url.Values{
		"SAMLResponse": {"PGE+"},
		"RelayState":   {"gh1"},
		"replaces":     {"ses-forged"},
	})
	for _, want := range []string{
		`action="` + acs + `"`, `name="SAMLResponse" value="PGE&#43;"`,
		`name="RelayState" value="gh1"`,
		`name="replaces" value="` + string(mine) + `"`, "eve@other.example",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("lacks %s:\n%s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "ses-forged") ||
		w.Code != http.StatusOK ||
		len(f.browser.started) != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if cb := f.callbacks[0]; cb.Replaces != "" {
		t.Errorf("another site agreed to %q", cb.Replaces)
	}
	f.submit(acs, url.Values{"SAMLResponse": {"PGE+"}, "replaces": {string(mine)}})
	if cb := f.callbacks[1]; cb.Replaces != mine {
		t.Errorf("the answer was %q", cb.Replaces)
	}
	form := url.Values{"SAMLResponse": {"PGE+"}, "replaces": {string(mine)}}
	f.submit(
		acs, form, "Sec-Fetch-Site", "cross-site", "Origin", "https://sso.example",
	)
	if cb := f.callbacks[2]; cb.Replaces != "" {
		t.Errorf("another site agreed to %q", cb.Replaces)
	}

	question.Unused = false
	w = f.get("/oidc/" + string(f.okta.ID) + "/callback?state=gh1&code=secret-code")
	body := w.Body.String()
	for _, want := range []string{
		`action="/login/sso"`,
		`name="enterprise_key" value="other"`,
		`name="connection" value="` + string(f.okta.ID) + `"`,
		`name="return_to" value="/back"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, "secret-code") || strings.Contains(body, "eve@") {
		t.Errorf("%s", body)
	}
}

// TestResponseIsDeliveredAgain: where the browser held its cookies back, the page
// gives it one and posts the response once more from our own site.
func TestResponseIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	acs := "/saml/%s/acs"
	for name, c := range map[string]struct {
		headers []string
		held    bool // the browser has no cookie of its own, or did not send it
		want    bool
	}{
		"another site": {
			[]string{
				"Sec-Fetch-Site", "cross-site", "Origin", "https://idp.example",
			},
			true,
			true,
		},
		"another site, an older browser": {
			[]string{"Origin", "https://idp.example"},
			true,
			true,
		},
		"a page without a referrer": {[]string{"Origin", "null"}, true, true},
		"a sister site": {
			[]string{"Sec-Fetch-Site", "same-site"},
			true,
			true,
		},
		"another site, with the cookie": {
			[]string{"Sec-Fetch-Site", "cross-site"},
			false,
			false,
		},
		"our own site": {
			[]string{"Sec-Fetch-Site", "same-origin"},
			true,
			false,
		},
		"our own site, an older browser": {
			[]string{"Origin", "https://sso.example"},
			true,
			false,
		},
		"no browser, so no held cookies": {[]string{"X-Nothing", "x"}, true, false},
		"a lie about where it comes from": {
			[]string{
				"Sec-Fetch-Site", "cross-site", "Origin", "https://sso.example",
			},
			true,
			true,
		},
	} {
		f := newFixture(t)
		f.held = c.held
		f.submit(
			strings.Replace(acs, "%s", string(f.okta.ID), 1),
			url.Values{"SAMLResponse": {"m"}}, c.headers...,
		)
		if len(f.callbacks) != 1 || f.callbacks[0].HeldBack != c.want {
			t.Errorf("%s: %+v", name, f.callbacks)
		}
	}
	f := newFixture(t)
	f.result = login.Result{Outcome: login.Redeliver}
	w := f.submit(
		strings.Replace(acs, "%s", string(f.okta.ID), 1),
		url.Values{"SAMLResponse": {"m"}}, "Sec-Fetch-Site", "cross-site",
	)
	body := w.Body.String()
	if w.Code != http.StatusOK ||
		!strings.Contains(body, `name="SAMLResponse" value="m"`) ||
		!strings.Contains(body, "data-auto") {
		t.Errorf("%d %s", w.Code, body)
	}
	if len(w.Result().Cookies()) != 1 {
		t.Errorf("the browser is given %v", w.Result().Cookies())
	}
}

// TestFormEndsAtAnApplication: after a form of ours, the policy of its page allows
// no redirect to another origin, so a page leads there.
func TestFormEndsAtAnApplication(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.result.ReturnTo = "/login/continue/wiki?to=https%3A%2F%2Fwiki.example%2F"
	acs, form := "/saml/"+string(f.okta.ID)+"/acs", url.Values{"SAMLResponse": {"m"}}
	if w := f.submit(acs, form, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusSeeOther {
		t.Errorf("from the identity provider: %d", w.Code)
	}
	w := f.submit(acs, form)
	if w.Code != http.StatusOK ||
		!strings.Contains(
			w.Body.String(), `href="`+f.result.ReturnTo+`" data-auto`,
		) ||
		len(f.browser.started) != 2 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	f.result.ReturnTo = "/account"
	if w := f.submit(acs, form); w.Code != http.StatusSeeOther {
		t.Errorf("to a page of ours: %d", w.Code)
	}
	f.result.ReturnTo = ""
	if w := f.submit(acs, form); w.Code != http.StatusSeeOther {
		t.Errorf("nowhere: %d", w.Code)
	}
	f.result.Enterprise.DefaultApplication = "app-wiki" // to which / leads
	if w := f.submit(acs, form); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `href="/" data-auto`) {
		t.Errorf("to the default application: %d %s", w.Code, w.Body)
	}
}
