package route

import (
	"net/http/httptest"
	"testing"
)

// TestForwardedHostsDecideNothing (CVE-2026-55430): the host is the one that
// requests are addressed to. No header of a proxy, and none that pretends to be
// one, replaces it, adds to it or makes a strange one known.
func TestForwardedHostsDecideNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	headers := []string{
		"X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server",
		"X-HTTP-Host-Override", "Forwarded", "X-Envoy-Original-Host",
		"X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Proto", "X-Forwarded-Port",
		"X-Forwarded-Prefix", "X-HTTP-Method-Override",
	}
	values := []string{
		"evil.example", "evil.example, sso.example", "sso.example",
		"host=evil.example", "https://evil.example/", "/api/v1/x", "http", "81",
		"POST",
	}
	plain, strange := httptest.NewRecorder(), httptest.NewRecorder()
	f.ServeHTTP(plain, get("/page"))
	r := get("/page")
	r.Host = "evil.example"
	f.ServeHTTP(strange, r)
	if plain.Code != 200 || strange.Code < 400 {
		t.Fatalf("%d for us, %d for another host", plain.Code, strange.Code)
	}
	for _, header := range headers {
		for _, value := range values {
			ours := httptest.NewRecorder()
			r := get("/page")
			r.Header.Set(header, value)
			f.ServeHTTP(ours, r)
			if ours.Code != plain.Code ||
				ours.Body.String() != plain.Body.String() ||
				ours.Header().Get("Location") != "" {
				t.Errorf(
					"%s: %s changes the answer: %d %s", header, value, ours.Code,
					ours.Body,
				)
			}
			theirs := httptest.NewRecorder()
			r = get("/page")
			r.Host = "evil.example"
			r.Header.Set(header, value)
			f.ServeHTTP(theirs, r)
			if theirs.Code != strange.Code {
				t.Errorf(
					"%s: %s makes another host known: %d", header, value,
					theirs.Code,
				)
			}
		}
	}
}
