package forwardauth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// FuzzOriginal sends what a browser may have made a proxy say. No request
// without a session gets in, and every redirect leads to Gatehouse with an address
// of the application.
func FuzzOriginal(f *testing.F) {
	for _, seed := range []string{
		wikiAt + "/a?b=c", "https://wiki.acme.test@evil.test/",
		"https://evil.test\\@wiki.acme.test/", "https://WIKI.acme.test:443//",
		"//wiki.acme.test", "https://wiki.acme.test?x", "",
	} {
		f.Add(seed, "https", "wiki.acme.test", "/a?b=c", "GET")
		f.Add(wikiAt, "https", seed, seed, "POST")
		f.Add(wikiAt, seed, "wiki.acme.test", "/", "HEAD")
	}
	w := newWorld(f)
	go w.live.Run(f.Context())
	w.live.Revoked(f.Context())
	ada := w.enter("ada")
	f.Fuzz(func(t *testing.T, address, scheme, host, uri, method string) {
		for _, text := range []string{address, scheme, host, uri, method} {
			if strings.ContainsAny(text, "\r\n\x00") {
				return // no server would have taken it
			}
		}
		forward := append(
			asPage(), "X-Forwarded-Proto", scheme, "X-Forwarded-Host", host,
			"X-Forwarded-Uri", uri, "X-Forwarded-Method", method,
		)
		for _, r := range []*http.Request{
			request(
				http.MethodGet, "/auth/nginx/wiki", person{}, "X-Original-URL",
				address, "X-Original-Method", method,
			),
			request(http.MethodGet, "/auth/forward/wiki", person{}, forward...),
		} {
			rec := httptest.NewRecorder()
			w.handler.ServeHTTP(rec, r)
			if rec.Code != 401 && rec.Code != 302 && rec.Code != 403 {
				t.Fatalf("%d", rec.Code)
			}
			location := rec.Header().Get("Location")
			if location == "" {
				continue
			}
			to, ok := strings.CutPrefix(location, base+"/login/continue/wiki")
			if !ok || strings.ContainsFunc(location, func(c rune) bool {
				return c <= ' ' || c > '~'
			}) {
				t.Fatalf("sent to %q", location)
			}
			query, err := url.ParseQuery(strings.TrimPrefix(to, "?"))
			if err != nil ||
				to != "" && !strings.HasPrefix(query.Get("to"), wikiAt) {
				t.Fatalf("sent to %q (%v)", location, err)
			}
			back := w.followAs(rec.Header().Get("Location"), ada)
			if at, err := sso.OriginOf(back.Header().Get("Location")); back.Code == http.StatusSeeOther &&
				(err != nil || at != wikiAt) {
				t.Fatalf("sent back to %q", back.Header().Get("Location"))
			}
		}
	})
}

// followAs is follow without a test to fail.
func (w *world) followAs(location string, p person) *httptest.ResponseRecorder {
	r := request(http.MethodGet, strings.TrimPrefix(location, base), p)
	r.RemoteAddr, r.Host = "192.0.2.7:1", "sso.acme.test"
	return w.send(r)
}
