package signin

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

// registered stands for the store of applications, one wiki, and of enterprises.
type registered struct{ home sso.ApplicationID }

const wikiAt = "https://wiki.example.com"

func (*registered) Applications(context.Context, sso.Page) ([]sso.Application, string, error) {
	return []sso.Application{{ID: "app-wiki", Key: "wiki", Name: "Wiki", Origins: []string{wikiAt}}}, "", nil
}

func (*registered) ApplicationRevision(context.Context) (int64, error) { return 1, nil }

func (r *registered) Enterprise(_ context.Context, id sso.EnterpriseID) (sso.Enterprise, error) {
	return sso.Enterprise{ID: id, DefaultApplication: r.home}, nil
}

// wikiPath is the path of ours that leads to a page of the wiki.
func wikiPath(page string) string {
	return "/login/continue/wiki?" + url.Values{"to": {wikiAt + page}}.Encode()
}

// TestReturnToAnApplication takes the address of a registered application at every place
// that takes return_to, and no other address.
func TestReturnToAnApplication(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	asked := url.QueryEscape(wikiAt + "/a?b=c")
	want := wikiPath("/a?b=c")

	f.get("/login/sso?enterprise_key=acme&return_to=" + asked)
	if len(f.remote.started) != 1 || f.remote.started[0].ReturnTo != want {
		t.Errorf("began %+v", f.remote.started)
	}
	for _, target := range []string{"/login?return_to=", "/login?enterprise_key=acme&return_to="} {
		body := f.get(target + asked).Body.String()
		if !strings.Contains(body, "/login/continue/wiki?to") && !strings.Contains(body, url.QueryEscape(want)) {
			t.Errorf("%s: the page does not lead to the wiki:\n%s", target, body)
		}
	}
	w := f.post("/login", url.Values{"company": {"acme"}, "return_to": {wikiAt + "/a?b=c"}})
	if to, err := url.Parse(location(w)); err != nil || to.Query().Get("return_to") != want {
		t.Errorf("after the form: %s", location(w))
	}
	f.signedIn(f.acme)
	if to := location(f.get("/login/sso?enterprise_key=acme&return_to=" + asked)); to != want {
		t.Errorf("someone signed in is sent to %q", to)
	}
	for _, address := range []string{
		"https://wiki.example.com:8443/", "http://wiki.example.com/", "https://a@wiki.example.com/",
		"https://wiki.example.com.evil.example/", "//wiki.example.com/",
	} {
		w := f.get("/login/sso?enterprise_key=acme&return_to=" + url.QueryEscape(address))
		if strings.Contains(location(w), "example.com") {
			t.Errorf("%q leads to %q", address, location(w))
		}
	}
}

// TestArriveAtTheDefaultApplication leads from "/", where every sign-in without an address
// ends, to the default application.
func TestArriveAtTheDefaultApplication(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signedIn(f.acme)
	if to := location(f.get("/")); to != "/account" {
		t.Errorf("without a default application: %q", to)
	}
	f.apps.home = "app-wiki"
	if to := location(f.get("/")); to != wikiPath("/") {
		t.Errorf("with one: %q", to)
	}
	f.apps.home = "app-gone"
	if to := location(f.get("/")); to != "/account" {
		t.Errorf("with one that was deleted: %q", to)
	}
}

// TestRelayStateOfATile reads the RelayState of a response as an address to return to, as
// identity providers send what an admin enters for a tile.
func TestRelayStateOfATile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for state, want := range map[string]string{
		wikiAt + "/a":                                wikiPath("/a"),
		"HTTPS://Wiki.Example.COM":                   wikiPath(""),
		"/account/tokens":                            "/account/tokens",
		"https://evil.example/":                      "",
		"//evil.example/":                            "",
		"gh0123456789abcdef0123456789abcdef01234567": "",
		"":                                  "",
		wikiAt + strings.Repeat("/a", 1024): "",
	} {
		f.post("/saml/"+string(f.okta.ID)+"/acs", url.Values{"SAMLResponse": {"m"}, "RelayState": {state}})
		if got := f.callbacks[len(f.callbacks)-1].Target; got != want {
			t.Errorf("%.60q leads to %q, not to %q", state, got, want)
		}
	}
	f.get("/oidc/" + string(f.okta.ID) + "/callback?code=c&RelayState=" + url.QueryEscape(wikiAt))
	if got := f.callbacks[len(f.callbacks)-1].Target; got != "" {
		t.Errorf("OpenID Connect leads to %q", got)
	}
}

// TestArriveAfterForm leads on by a page after a form of ours, wherever a redirect might
// end at an application: the policy of a page stops its form there. Elsewhere it
// redirects.
func TestArriveAfterForm(t *testing.T) {
	t.Parallel()
	acs := func(f *fixture) string { return "/saml/" + string(f.okta.ID) + "/acs" }
	own := []string{"Sec-Fetch-Site", "same-origin", "Origin", "https://sso.example"}
	other := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://idp.example"}
	for _, test := range []struct {
		returnTo string
		headers  []string
		home     sso.ApplicationID
		page     bool
	}{
		{returnTo: "/login/continue/wiki?to=x", headers: own, page: true},
		{returnTo: "/login/continue/wiki?to=x", headers: other},
		{returnTo: "/", headers: own, home: "app-wiki", page: true},
		{returnTo: "/?from=mail", headers: own, home: "app-wiki", page: true},
		{returnTo: "/#part", headers: own, home: "app-wiki", page: true},
		{returnTo: "/?from=mail", headers: own},
		{returnTo: "/login/sso?enterprise_key=acme", headers: own, page: true},
		{returnTo: "/login/sso?enterprise_key=acme", headers: other},
		{returnTo: "/logout", headers: own, page: true},
		{returnTo: "/account/tokens?x=/login/continue/", headers: own, home: "app-wiki"},
		{returnTo: "/admin", headers: own, home: "app-wiki"},
	} {
		f := newFixture(t)
		f.acme.DefaultApplication = test.home
		f.result = login.Result{
			Outcome:    login.SignedIn,
			Enterprise: f.acme,
			ReturnTo:   test.returnTo,
			Token:      "t",
		}
		leadsOn(t, test.returnTo, test.page, f.submit(acs(f), url.Values{"SAMLResponse": {"m"}}, test.headers...))
	}
}

// TestArriveWhenSignedIn: a form of ours may also find the browser signed in already.
func TestArriveWhenSignedIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.acme.DefaultApplication = "app-wiki"
	f.companies["acme"] = login.Found{Enterprise: f.acme}
	f.signedIn(f.acme)
	own := []string{"Sec-Fetch-Site", "same-origin", "Origin", "https://sso.example"}
	agreed := url.Values{"enterprise_key": {"acme"}, "replaces": {"ses-other"}}
	leadsOn(t, "/", true, f.submit("/login/sso", agreed, own...))
	agreed.Set("return_to", wikiAt+"/a")
	leadsOn(t, wikiPath("/a"), true, f.submit("/login/sso", agreed, own...))

	f.remote.err = &sso.Error{
		Kind: sso.Invalid,
		Code: sso.CodeReplayed,
	}
	response := url.Values{"SAMLResponse": {"m"}}
	leadsOn(t, "/", true, f.submit("/saml/"+string(f.okta.ID)+"/acs", response, own...))
}

// leadsOn checks that a response leads to an address, by a page or by a redirect.
func leadsOn(t *testing.T, to string, page bool, w *httptest.ResponseRecorder) {
	t.Helper()
	switch {
	case page && (w.Code != http.StatusOK || !strings.Contains(w.Body.String(), html.EscapeString(to))):
		t.Errorf("%s: %d, to %q, no page that leads there", to, w.Code, location(w))
	case !page && location(w) != to:
		t.Errorf("%s: %d, to %q", to, w.Code, location(w))
	}
}
