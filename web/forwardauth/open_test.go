package forwardauth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	"gatehouse/sso"
)

func publicPaths() []string { return []string{"/health", "/public/*"} }

// anonymous asserts a response that lets a request pass without an identity:
// every identity header is there, once and empty, so that it replaces the browser's.
func (w *world) anonymous(name string, got *httptest.ResponseRecorder) {
	w.Helper()
	if got.Code != http.StatusOK {
		w.Errorf("%s: %d", name, got.Code)
		return
	}
	for _, h := range identity {
		if values := got.Header()[h]; len(values) != 1 || values[0] != "" {
			w.Errorf("%s: tells %s %q", name, h, values)
		}
	}
}

// TestPublicPathsPass asks over every contract, without a session, as a user who
// may use the application and as one who may not.
func TestPublicPathsPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.enter("ada", "web/dev"), w.enter("bob", "web/ops")
	w.application("site", func(a *sso.Application) {
		a.Groups, a.PublicPaths = []string{"web/dev"}, publicPaths()
	})
	ask := func(contract, uri string, p person) *httptest.ResponseRecorder {
		switch contract {
		case "nginx":
			return w.nginx("site", "https://site.acme.test"+uri, p)
		case "forward":
			return w.forwarded("site", "https://site.acme.test"+uri, p)
		}
		r := request(
			http.MethodGet, "/auth/envoy/site"+uri, p, "X-Forwarded-Proto", "https",
		)
		r.Host = "site.acme.test"
		return w.send(r)
	}
	for _, contract := range []string{"nginx", "forward", "envoy"} {
		for _, uri := range []string{
			"/health", "/health?full=1", "/public/a.css", "/public/",
			"/public/a?/../admin",
		} {
			w.anonymous(contract+" "+uri, ask(contract, uri, person{}))
			w.anonymous(contract+" "+uri+", not admitted", ask(contract, uri, bob))
			forged := person{
				cookie: "__Secure-gatehouse=" + strings.Repeat("A", 103),
			}
			w.anonymous(
				contract+" "+uri+", no session of ours", ask(contract, uri, forged),
			)
			got := ask(contract, uri, ada)
			login := got.Header().Get("X-Auth-Request-User")
			token := got.Header().Get("X-Auth-Request-Jwt")
			if got.Code != http.StatusOK || login != "ada" || token == "" {
				t.Errorf("%s %s, signed in: %d, %q", contract, uri, got.Code, login)
			}
		}
		for _, uri := range []string{
			"/", "/healthy", "/public", "/Public/a", "/admin?/public/a",
			"/admin#/public/a", "/public/%2e%2e/admin",
		} {
			if got := ask(contract, uri, person{}); got.Code == http.StatusOK {
				t.Errorf("%s %s passes", contract, uri)
			}
			if got := ask(contract, uri, bob); got.Code != http.StatusForbidden {
				t.Errorf("%s %s, not admitted: %d", contract, uri, got.Code)
			}
		}
	}
	if got := w.nginx(
		"site", "https://elsewhere.acme.test/public/a", person{},
	); got.Code != http.StatusForbidden {
		t.Errorf("a public path at another origin: %d", got.Code)
	}
	if got := w.nginx("wiki", wikiAt+"/public/a", person{}); got.Code == http.StatusOK {
		t.Error("a public path of another application passes")
	}
	if w.counted("nginx public_path") == 0 {
		t.Error("what passes without a sign-in is not counted")
	}
}

// TestAddressWithoutPath: what comes before the first slash is the host. nginx hands
// on what the browser sent as one, and accepts a question mark in it.
func TestAddressWithoutPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("site", func(a *sso.Application) {
		a.PublicPaths = []string{"/", "/health"}
	})
	w.anonymous(
		"the front page", w.nginx("site", "https://site.acme.test/", person{}),
	)
	for _, address := range []string{
		"https://site.acme.test?/admin", "https://site.acme.test?a=/admin",
		"https://site.acme.test?", "https://site.acme.test",
		"https://site.acme.test#/admin",
		"https://site.acme.test?@site.acme.test/admin",
		"https://site.acme.test?/health",
	} {
		if got := w.nginx("site", address, person{}); got.Code == http.StatusOK {
			t.Errorf("%s passes", address)
		}
	}
}

// TestPublicPathsOutliveTheDatabase: while sessions cannot be read, public
// paths pass without an identity, and all others are refused.
func TestPublicPathsOutliveTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada", "web/dev")
	w.application("site", func(a *sso.Application) {
		a.PublicPaths = publicPaths()
	})
	w.anonymous("up", w.nginx("site", "https://site.acme.test/health", person{}))
	w.db.down.Store(true)
	w.anonymous("down", w.nginx("site", "https://site.acme.test/health", ada))
	if got := w.nginx("site", "https://site.acme.test/", ada); got.Code != http.StatusServiceUnavailable {
		t.Errorf("another path: %d", got.Code)
	}
}

// TestSpellingsOfPublicPaths: whatever an application may make of a path that
// passes, it is below the public one.
func TestSpellingsOfPublicPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("wikis", func(a *sso.Application) {
		a.Origins, a.PublicPaths = []string{"https://wikis.acme.test"}, publicPaths()
	})
	passed := 0
	for _, spelling := range append(pathSpellings(), "/public/a", "/health") {
		for _, c := range contractCases("wikis.acme.test", spelling) {
			r := raw(t, strings.Replace(c.path, "wiki", "wikis", 1), c.own, person{})
			if r == nil {
				continue
			}
			if got := w.send(r); got.Code == http.StatusOK {
				passed++
				if !onlyPublic(spelling) {
					t.Errorf("%s: %q passes", c.name, spelling)
				}
				w.anonymous(spelling, got)
			}
		}
	}
	if passed < 6 {
		t.Errorf("only %d passed: this test sees too little", passed)
	}
}

// onlyPublic reports whether a request target leads to a public path in every
// reading.
func onlyPublic(target string) bool {
	p, _, _ := strings.Cut(target, "?")
	p, _, _ = strings.Cut(p, "#")
	for range 3 {
		for _, q := range []string{
			p, path.Clean(p), path.Clean(strings.ReplaceAll(p, "\\", "/")),
		} {
			before, _, _ := strings.Cut(q, ";")
			before, _, _ = strings.Cut(before, "\x00")
			clean := path.Clean(before)
			if clean != "/health" &&
				clean != "/public" &&
				!strings.HasPrefix(clean, "/public/") {
				return false
			}
		}
		if once, err := url.PathUnescape(p); err == nil {
			p = once
		}
	}
	return true
}

// TestPreflightsPass: exactly what a browser sends before a script of another
// origin calls the application, and only where the application allows it.
func TestPreflightsPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("api", func(a *sso.Application) { a.AllowPreflight = true })
	ada := w.enter("ada", "web/dev")
	ask := func(app, method string, p person, header ...string) []*httptest.ResponseRecorder {
		header = append(header, "X-Forwarded-Proto", "https")
		forward := append(
			header, "X-Forwarded-Method", method, "X-Forwarded-Host",
			app+".acme.test", "X-Forwarded-Uri", "/data",
		)
		envoy := request(method, "/auth/envoy/"+app+"/data", p, header...)
		envoy.Host = app + ".acme.test"
		return []*httptest.ResponseRecorder{
			w.ask(
				"/auth/nginx/"+app,
				p,
				append(
					header, "X-Original-URL", "https://"+app+".acme.test/data",
					"X-Original-Method", method,
				)...,
			),
			w.ask("/auth/forward/"+app, p, forward...),
			w.send(envoy),
		}
	}
	preflight := []string{
		"Origin", "https://app.example", "Access-Control-Request-Method", "PUT",
	}
	for i, got := range ask("api", "OPTIONS", person{}, preflight...) {
		w.anonymous([]string{"nginx", "forward", "envoy"}[i], got)
	}
	for _, got := range ask(
		"api",
		"OPTIONS",
		person{},
		append(preflight, "Access-Control-Request-Headers", "x-a, content-type")...,
	) {
		w.anonymous("with headers", got)
	}
	for _, got := range ask(
		"api", "OPTIONS", person{}, "Origin", "null",
		"Access-Control-Request-Method", "PATCH",
	) {
		w.anonymous("of a sandboxed page", got)
	}
	as := func(origin, method string) []string {
		return []string{"Origin", origin, "Access-Control-Request-Method", method}
	}
	for name, c := range map[string]struct {
		app, method string
		p           person
		header      []string
	}{
		"not allowed":         {"wiki", "OPTIONS", person{}, preflight},
		"another method":      {"api", "GET", person{}, preflight},
		"lower case":          {"api", "options", person{}, preflight},
		"no origin":           {"api", "OPTIONS", person{}, preflight[2:]},
		"no method asked for": {"api", "OPTIONS", person{}, preflight[:2]},
		"an empty origin":     {"api", "OPTIONS", person{}, as("", "PUT")},
		"an origin that is none": {
			"api",
			"OPTIONS",
			person{},
			as("https://a.example/path", "PUT"),
		},
		"two origins": {
			"api",
			"OPTIONS",
			person{},
			as("https://a.example, https://b.example", "PUT"),
		},
		"two methods": {
			"api",
			"OPTIONS",
			person{},
			as("https://a.example", "PUT, GET"),
		},
		"a method with a line break": {
			"api",
			"OPTIONS",
			person{},
			as("https://a.example", "PUT\r\nX: y"),
		},
		"with a password": {
			"api",
			"OPTIONS",
			person{},
			append([]string{"Authorization", "Bearer x"}, preflight...),
		},
		"with a cookie": {
			"api",
			"OPTIONS",
			person{cookie: "a=b"},
			preflight,
		},
		"as another method": {
			"api",
			"OPTIONS",
			person{},
			append([]string{"X-HTTP-Method-Override", "DELETE"}, preflight...),
		},
	} {
		for i, got := range ask(c.app, c.method, c.p, c.header...) {
			if got.Code == http.StatusOK {
				t.Errorf("%s, contract %d: passes", name, i)
			}
		}
	}
	for _, got := range ask("api", "OPTIONS", ada, preflight...) {
		if got.Code != http.StatusOK ||
			got.Header().Get("X-Auth-Request-User") != "ada" {
			t.Errorf(
				"signed in: %d %q", got.Code,
				got.Header().Get("X-Auth-Request-User"),
			)
		}
	}
}
