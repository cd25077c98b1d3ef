package signin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestFailureInTheVisitorsLanguage: the page of a failure is in one language. In the
// console, and about what only admins read, that is English.
func TestFailureInTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	callback := "/oidc/" + string(f.okta.ID) + "/callback?code=x&state=y"
	for name, x := range map[string]struct {
		target, accept string
		err            *sso.Error
		lang           string
		says           []string
	}{
		"English": {callback, "", sso.LoginExpired(), "en", []string{"This sign-in took too long", "Let’s start again"}},
		"German": {
			callback, "de-AT", sso.LoginExpired(), "de",
			[]string{"Diese Anmeldung hat zu lange gedauert", "Beginnen wir noch einmal", "Referenz", "Von vorn beginnen"},
		},
		"with values": {
			callback + "&state=z", "ja", nil, "ja",
			[]string{"パラメーター「<bdi>state</bdi>」が 2 回送信されました。", "うまくいきませんでした"},
		},
		"unexpected":   {callback, "fr", &sso.Error{}, "fr", []string{"Une erreur s’est produite de notre côté."}},
		"unknown path": {"/nowhere", "es", nil, "es", []string{"No hay nada en esta dirección."}},
		"for admins": {
			callback, "de", &sso.Error{Kind: sso.Conflict, Code: "x", Public: "Of a person."}, "en",
			[]string{"Of a person."},
		},
		"at the console":     {"/admin/nowhere", "de", nil, "en", []string{"There is nothing at this address."}},
		"beside the console": {"/administration", "de", nil, "de", []string{"Unter dieser Adresse gibt es nichts."}},
	} {
		f.remote.err = nil
		if x.err != nil {
			f.remote.err = x.err
		}
		r := httptest.NewRequest("GET", x.target, nil)
		r.Header.Set("Accept-Language", x.accept)
		r.AddCookie(&http.Cookie{Name: "theme", Value: "dark"})
		w := f.do(r)
		body := w.Body.String()
		if w.Header().Get("Content-Language") != x.lang || !strings.Contains(body, `<html lang="`+x.lang+`"`) {
			t.Errorf("%s: in %q", name, w.Header().Get("Content-Language"))
		}
		for _, says := range x.says {
			if !strings.Contains(body, says) {
				t.Errorf("%s does not say %q:\n%s", name, says, body)
			}
		}
	}
}
