package session_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/web/session"
)

// TestBearerCookies: the cookies of the console are for our own host alone, short,
// hidden from scripts, each of one kind, and read with the previous key, too.
func TestBearerCookies(t *testing.T) {
	t.Parallel()
	previous := newFixture(t, func(o *session.Options) {
		o.Keys = []sso.Secret{oldKey}
		o.CookieDomain = "example"
	})
	f := newFixture(t, func(o *session.Options) {
		o.Keys = []sso.Secret{newKey, oldKey}
		o.CookieDomain = "example"
	})
	kinds := func(f *fixture) map[string]*session.Bearer {
		return map[string]*session.Bearer{
			"__Host-gatehouse-admin": f.Admin(),
			"__Host-gatehouse-setup": f.Setup(),
		}
	}
	for name, b := range kinds(previous) {
		token := sso.NewSecret()
		w := httptest.NewRecorder()
		f.ok(b.Set(w, token))
		c := w.Result().Cookies()[0]
		if c.Name != name ||
			!c.HttpOnly ||
			!c.Secure ||
			c.SameSite != http.SameSiteLaxMode ||
			c.Path != "/" ||
			c.Domain != "" ||
			len(c.Name+c.Value) > 160 {
			t.Errorf("%s is set as %v", name, c)
		}
		if strings.Contains(c.Value, token.Reveal()) {
			t.Errorf("%s shows the token as it is", name)
		}
		for other, reader := range kinds(f) {
			want := sso.Secret("")
			if other == name {
				want = token
			}
			if got := reader.Token(request(c)); got != want {
				t.Errorf("%s reads %q from %s", other, got.Reveal(), name)
			}
			renamed := &http.Cookie{Name: other, Value: c.Value}
			if other != name && reader.Token(request(renamed)) != "" {
				t.Errorf("%s takes the value of %s", other, name)
			}
		}
		f.is("", request(&http.Cookie{
			Name:  "__Secure-gatehouse",
			Value: c.Value,
		}))
		if kinds(f)[name].Token(request(c, c)) != "" {
			t.Errorf("%s is read although there are two", name)
		}
		renewed := httptest.NewRecorder()
		f.Renew(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			kinds(f)[name].Token(r)
		})).ServeHTTP(renewed, request(c))
		again := renewed.Result().Cookies()
		if len(again) != 1 ||
			again[0].Value == c.Value ||
			kinds(f)[name].Token(request(again[0])) != token {
			t.Errorf("%s of the previous key is not renewed: %v", name, again)
		}
		cleared := httptest.NewRecorder()
		b.Clear(cleared)
		if gone := cleared.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 {
			t.Errorf("%s is cleared by %v", name, gone)
		}
	}
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}
