package signin

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gatehouse/sso"
)

var timeElement = regexp.MustCompile(`<time[^>]*>[^<]*</time>|· \d{4}-[^<]*`)

func TestLogoutAsksFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signedIn(f.acme)
	if w := f.get("/logout"); w.Code != 200 ||
		!strings.Contains(w.Body.String(), "Sign out?") ||
		f.remote.ended+f.browser.ended != 0 {
		t.Errorf("%d, ended %d %d", w.Code, f.remote.ended, f.browser.ended)
	}
	w := f.post("/logout", nil)
	if w.Code != 303 ||
		location(w) != "/logout" ||
		f.remote.ended != 1 ||
		f.browser.ended != 1 {
		t.Errorf(
			"%d %s, ended %d %d", w.Code, location(w), f.remote.ended,
			f.browser.ended,
		)
	}
	if w := f.get("/logout"); !strings.Contains(w.Body.String(), "You are signed out") {
		t.Errorf("%s", w.Body)
	}
	if w := f.post("/logout", nil); w.Code != 303 || f.remote.ended != 1 {
		t.Errorf("a second time: %d", w.Code)
	}
}

// TestLogoutAtTheIdentityProvider goes there by a page and not by a redirect of
// the form, which the page's own policy would stop.
func TestLogoutAtTheIdentityProvider(t *testing.T) {
	t.Parallel()
	for name, redirect := range map[string]sso.Redirect{
		"a link": {URL: "https://idp.example/end?id_token_hint=x"},
		"a form to it": {
			URL:  "https://idp.example/slo",
			Form: url.Values{"SAMLRequest": {"x"}},
		},
	} {
		f := newFixture(t)
		f.signedIn(f.acme)
		f.logout = &redirect
		w := f.post("/logout", nil)
		if w.Code != 200 ||
			f.browser.ended != 1 ||
			!strings.Contains(w.Body.String(), "idp.example") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if csp := w.Header().Get("Content-Security-Policy"); (redirect.Form != nil) != strings.HasSuffix(
			csp, "form-action https://idp.example",
		) {
			t.Errorf("%s: %s", name, csp)
		}
	}
}

func TestLogoutWithoutAStoreKeepsTheCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.err = &sso.Error{
		Kind:   sso.Unavailable,
		Code:   "temporarily_unavailable",
		Public: "Later.",
	}
	for _, ask := range []int{f.post("/logout", nil).Code, f.get("/logout").Code} {
		if ask != 503 || f.browser.ended != 0 {
			t.Errorf("%d, ended %d", ask, f.browser.ended)
		}
	}
	f.browser.err = nil
	f.signedIn(f.acme)
	f.remote.err = &sso.Error{
		Kind:   sso.Unavailable,
		Code:   "temporarily_unavailable",
		Public: "Later.",
	}
	if w := f.post("/logout", nil); w.Code != 503 || f.browser.ended != 0 {
		t.Errorf("%d, ended %d: the session would live on without its cookie", w.Code, f.browser.ended)
	}
}

func TestSingleLogout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	target := "/saml/" + string(f.okta.ID) + "/slo"
	f.logout = &sso.Redirect{URL: "https://idp.example/slo?SAMLResponse=x"}
	if w := f.get(target + "?SAMLRequest=a%2Bb&SigAlg=x&Signature=y"); w.Code != 303 ||
		location(w) != f.logout.URL ||
		f.slo[0] != "SAMLRequest=a%2Bb&SigAlg=x&Signature=y" {
		t.Errorf("%d %s %v", w.Code, location(w), f.slo)
	}
	if w := f.post(target, url.Values{"SAMLRequest": {"x"}}); w.Code != 303 || f.slo[1] != "" {
		t.Errorf("%d %v", w.Code, f.slo)
	}
	f.logout.Form = url.Values{"SAMLResponse": {"x"}}
	if w := f.post(target, url.Values{"SAMLRequest": {"x"}}); w.Code != 200 ||
		!strings.HasSuffix(
			w.Header().Get("Content-Security-Policy"),
			"form-action https://idp.example",
		) {
		t.Errorf("%d", w.Code)
	}
	f.logout = nil
	if w := f.get(target + "?SAMLResponse=x"); w.Code != 303 || location(w) != "/logout" {
		t.Errorf("%d %s", w.Code, location(w))
	}
	f.remote.err = &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_signature_invalid",
		Public: "Not trusted.",
	}
	if w := f.get(target + "?SAMLRequest=x"); w.Code != 403 || f.browser.ended != 0 {
		t.Errorf("%d, ended %d", w.Code, f.browser.ended)
	}
}

func TestBackchannelLogout(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	target := "/oidc/" + string(f.okta.ID) + "/backchannel-logout"
	if w := f.post(target, url.Values{"logout_token": {"jwt"}}); w.Code != 200 ||
		f.tokens[0] != "jwt" ||
		w.Header().Get("Cache-Control") != "no-store" ||
		w.Body.Len() != 0 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	f.remote.err = &sso.Error{
		Kind:   sso.Invalid,
		Code:   "logout_token_invalid",
		Public: "The token is not valid.",
	}
	if w := f.post(target, url.Values{"logout_token": {"jwt"}}); w.Code != 400 ||
		!strings.Contains(w.Body.String(), `"error":"invalid_request"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestWayBackAfterSignOut leads to the company that the browser used, and to the
// application one came from, and never to an address of no application.
func TestWayBackAfterSignOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signedIn(f.acme)
	asked := url.Values{"return_to": {wikiAt + "/a"}}
	if body := f.get("/logout?" + asked.Encode()).Body.String(); !strings.Contains(
		body, `name="return_to" value="/login/continue/wiki?to=`,
	) {
		t.Errorf("the question forgets the application:\n%s", body)
	}
	after := location(f.post("/logout", asked))
	if want := "/logout?" + (url.Values{"return_to": {wikiPath("/a")}}).Encode(); after != want {
		t.Errorf("%q, not %q", after, want)
	}
	body := f.get(after).Body.String()
	if !strings.Contains(body, `href="/login?return_to=%2Flogin%2Fcontinue%2Fwiki`) ||
		strings.Contains(body, "Another company") {
		t.Errorf("of no company:\n%s", body)
	}
	used := f.acme.Key + "." + string(f.okta.ID)
	body = f.get(after, &http.Cookie{Name: "__Host-gatehouse-last", Value: used}).Body.String()
	for _, want := range []string{
		f.acme.Name, "/login/sso?connection=" + string(f.okta.ID), "return_to=%2Flogin%2Fcontinue%2Fwiki",
		"Another company",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q:\n%s", want, body)
		}
	}
	for _, evil := range []string{
		"https://evil.example/", "//evil.example", `\\evil.example`, `/\evil.example`, "javascript:alert(1)",
		"https://wiki.example.com@evil.example/", "https://wiki.example.com.evil.example/",
		"https://wiki.example.com:8443/", "https://wiki.example.com%2f@evil.example/", "/\r\nevil.example",
		"https:evil.example", "https:///evil.example", "https://wiki.example.com\\@evil.example/",
		"https://evil.example#https://wiki.example.com/", wikiAt + "/" + strings.Repeat("evil", 2_600),
	} {
		asked := url.Values{"return_to": {evil}}
		if to := location(f.post("/logout", asked)); strings.Contains(to, "evil") || !strings.HasPrefix(to, "/logout") {
			t.Errorf("%q leads to %q", evil, to)
		}
		// The form of the language, behind main, leads back to this page as it was asked for.
		_, body, _ := strings.Cut(f.get("/logout?"+asked.Encode()).Body.String(), "<main")
		body, _, _ = strings.Cut(body, "</main>")
		if body == "" || strings.Contains(body, "evil") || strings.Contains(body, "8443") {
			t.Errorf("%q is on the page:\n%s", evil, body)
		}
	}
}

// TestSignedOutAfterTheIdentityProvider: the page knows that the identity provider was
// asked to end its session, and where the browser wanted to come back to.
func TestSignedOutAfterTheIdentityProvider(t *testing.T) {
	t.Parallel()
	long := wikiAt + "/"
	for random := rand.New(rand.NewPCG(1, 2)); len(long) < 6000; { // does not compress
		long += strconv.FormatUint(random.Uint64(), 36)
	}
	const asked, remembers = "asked your company’s own sign-in", "may still remember you"
	for name, x := range map[string]struct {
		returnTo string
		page     string
		says     string
		leads    string
	}{
		"asked":             {"", "/logout", asked, `href="/login"`},
		"with a way back":   {wikiAt + "/a,b?c=d", "/logout", asked, "continue%2Fwiki%3Fto%3Dhttps"},
		"with a long one":   {long, "/logout", asked, `href="/login"`},
		"stayed there":      {wikiAt + "/a", "/logout?stay=1", remembers, "continue%2Fwiki"},
		"of no application": {"https://evil.example/", "/logout", asked, `href="/login"`},
	} {
		f := newFixture(t)
		f.signedIn(f.acme)
		f.logout = &sso.Redirect{URL: "https://idp.example/end"}
		w := f.post("/logout", url.Values{"return_to": {x.returnTo}})
		cookies := w.Result().Cookies() //nolint:bodyclose // a recorder's
		f.browser.err = &sso.Error{Kind: sso.Unauthenticated, Code: "session_ended", Public: "Sign in."}
		body := f.get(x.page, cookies...).Body.String()
		if !strings.Contains(body, x.says) || !strings.Contains(body, x.leads) || strings.Contains(body, "evil") {
			t.Errorf("%s: cookies %v\n%s", name, cookies, body)
		}
	}
	f := newFixture(t)
	f.signedIn(f.acme)
	for _, c := range f.post("/logout", nil).Result().Cookies() {
		if c.Name == askedCookie && c.MaxAge >= 0 {
			t.Errorf("no identity provider was asked: %v", c)
		}
	}
}
