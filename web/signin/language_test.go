package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// languageCookie returns the cookie of the language that a response sets; "" for none.
func languageCookie(w *httptest.ResponseRecorder) string {
	for _, c := range w.Result().Cookies() {
		if strings.HasSuffix(c.Name, "gatehouse-language") {
			return c.Value
		}
	}
	return ""
}

func TestLanguageCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, x := range map[string]struct {
		language, returnTo string
		status             int
		location, cookie   string
	}{
		"chosen":              {"de", "/login?enterprise_key=acme", 303, "/login?enterprise_key=acme", "de"},
		"with a country":      {"pt-BR", "/logout", 303, "/logout", "pt-BR"},
		"without a page":      {"ja", "", 303, "/", "ja"},
		"a foreign page":      {"fr", "https://evil.example/", 303, "/", "fr"},
		"a page of no host":   {"fr", "//evil.example/", 303, "/", "fr"},
		"unknown":             {"zh", "/login", 422, "", ""},
		"none":                {"", "/login", 422, "", ""},
		"the tests' language": {"qps", "/login", 422, "", ""},
		"another header":      {"de; Domain=example", "/login", 422, "", ""},
	} {
		w := f.post("/language", url.Values{"language": {x.language}, "return_to": {x.returnTo}})
		if w.Code != x.status || location(w) != x.location || languageCookie(w) != x.cookie {
			t.Errorf("%s: %d to %q, cookie %q", name, w.Code, location(w), languageCookie(w))
		}
	}
	w := f.post("/language", url.Values{"language": {"de"}})
	want := "__Host-gatehouse-language=de; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=None"
	if got := w.Header().Get("Set-Cookie"); got != want {
		t.Errorf("cookie %q", got)
	}
	plain := newFixtureAt(t, "http://sso.example").post("/language", url.Values{"language": {"de"}})
	if got := plain.Header().Get("Set-Cookie"); !strings.HasSuffix(got, "; HttpOnly; SameSite=Lax") {
		t.Errorf("over http: cookie %q", got)
	}
	r := httptest.NewRequest("POST", "/language", strings.NewReader("language=de"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := f.do(r); w.Code != http.StatusForbidden || languageCookie(w) != "" {
		t.Errorf("from another site: %d", w.Code)
	}
}

// TestLanguageOfALink: a link says once in which language its pages are, until the
// visitor chooses another.
func TestLanguageOfALink(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	chosen := &http.Cookie{Name: "__Host-gatehouse-language", Value: "ja"}
	for target, want := range map[string]string{
		"/login?lang=de": "de",
		"/login/sso?enterprise_key=acme&ui_locales=zh+es-MX+fr": "es",
		"/login?enterprise_key=acme&ui_locales=fr&lang=de":      "fr",
		"/login?lang=zh": "",
		"/login":         "",
	} {
		if got := languageCookie(f.get(target)); got != want {
			t.Errorf("%s keeps %q", target, got)
		}
		if got := languageCookie(f.get(target, chosen)); got != "" {
			t.Errorf("%s replaces the choice by %q", target, got)
		}
	}
}

func TestLanguageOfAVisitor(t *testing.T) {
	t.Parallel()
	german := sso.Brand{Language: "de"}
	for name, x := range map[string]struct {
		target, cookie, accept string
		brand                  sso.Brand
		want                   string
	}{
		"nothing":       {"/login", "", "", sso.Brand{}, "en"},
		"browser":       {"/login", "", "fr", german, "fr"},
		"company":       {"/login", "", "", german, "de"},
		"company first": {"/login", "", "fr", sso.Brand{Language: "de", LanguageFirst: true}, "de"},
		"link":          {"/login?lang=es", "", "fr", sso.Brand{Language: "de", LanguageFirst: true}, "es"},
		"choice":        {"/login?lang=es", "ja", "fr", german, "ja"},
		"forged choice": {"/login", "zh", "fr", german, "fr"},
	} {
		r := httptest.NewRequest("GET", x.target, nil)
		r.Header.Set("Accept-Language", x.accept)
		r.AddCookie(&http.Cookie{Name: "gatehouse-language", Value: x.cookie})
		if got := (Languages{}).Of(r, x.brand).Tag; got != x.want {
			t.Errorf("%s: want %s, got %s", name, x.want, got)
		}
	}
}

// TestPageAfterAChoice: choosing a language repeats no message and no code.
func TestPageAfterAChoice(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ method, target, form, want string }{
		{"GET", "/login?enterprise_key=acme&return_to=%2Fx", "", "/login?enterprise_key=acme&return_to=%2Fx"},
		{"GET", "/account", "", "/account"},
		{"POST", "/login", "company=x", "/login"},
		{"POST", "/login/verify", "proof=p&connection=c&code=123456", "/login/verify?connection=c&proof=p"},
		{"POST", "/login/verify/resend", "proof=p&connection=c", "/login/verify?connection=c&proof=p"},
		{"POST", "/logout", "", ""},
		{"GET", "/oidc/conn-1/callback?code=x&state=y", "", ""},
		{"POST", "/saml/conn-1/acs", "SAMLResponse=x", ""},
	} {
		r := httptest.NewRequest(x.method, x.target, strings.NewReader(x.form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		_ = r.ParseForm()
		if got := (Languages{}).Here(r); got != x.want {
			t.Errorf("%s %s: %q", x.method, x.target, got)
		}
	}
}
