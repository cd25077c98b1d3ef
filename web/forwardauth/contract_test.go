package forwardauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/web/forwardauth"
)

// identity lists the headers that carry the user's identity.
var identity = [...]string{
	"X-Auth-Request-Id", "X-Auth-Request-User", "X-Auth-Request-Email",
	"X-Auth-Request-Email-Verified", "X-Auth-Request-Preferred-Username",
	"X-Auth-Request-Name", "X-Auth-Request-Groups", "X-Auth-Request-Roles", "X-Auth-Request-Attributes",
	"X-Auth-Request-Enterprise",
	"X-Auth-Request-Auth-Method", "X-Auth-Request-Acr", "X-Auth-Request-Jwt", "Remote-User", "Remote-Email", "Remote-Name",
	"Remote-Groups",
}

// wants asserts status and code, and that a refusal has no identity headers.
func (w *world) wants(name string, got *httptest.ResponseRecorder, status int, code string) {
	w.Helper()
	told := code == "" ||
		strings.Contains(got.Body.String(), code) ||
		code == "session_ended" && got.Body.Len() == 0
	if got.Code != status || !told {
		w.Errorf("%s: got %d %s; want %d %s", name, got.Code, got.Body, status, code)
	}
	for _, h := range identity {
		if _, there := got.Header()[h]; there != (got.Code == http.StatusOK) {
			w.Errorf("%s: %d with %s: %v", name, got.Code, h, there)
		}
	}
	if len(got.Result().Cookies()) > 0 {
		w.Errorf("%s: sets a cookie", name)
	}
	if got.Header().Get("Cache-Control") != "no-store" {
		w.Errorf("%s: may be kept", name)
	}
}

func TestContracts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada", "web/dev")
	back := base + "/login/continue/wiki?to=https%3A%2F%2Fwiki.acme.test%2Fa%3Fb%3Dc%26d"
	nginx := []string{
		"X-Original-URL", wikiAt + "/a?b=c&d", "X-Original-Method", "GET",
	}
	forward := func(method string) []string {
		return []string{
			"X-Forwarded-Method", method, "X-Forwarded-Proto", "https",
			"X-Forwarded-Host", "wiki.acme.test", "X-Forwarded-Uri", "/a?b=c&d",
		}
	}
	for name, c := range map[string]struct {
		path     string
		who      person
		header   []string
		status   int
		location string
	}{
		"nginx":          {"/auth/nginx/wiki", ada, nginx, 200, ""},
		"nginx, a slash": {"/auth/nginx/wiki/", ada, nginx, 200, ""},
		"nginx, by identifier": {
			"/auth/nginx/" + string(w.wiki.ID), ada, nginx, 200, "",
		},
		"nginx, no one": {"/auth/nginx/wiki", person{}, nginx, 401, back},
		"nginx, no one, a page": {
			"/auth/nginx/wiki",
			person{},
			append(asPage(), nginx...),
			401,
			back,
		},
		"forward": {
			"/auth/forward/wiki", ada, forward("GET"), 200, "",
		},
		"forward, a form": {
			"/auth/forward/wiki", ada, forward("POST"), 200, "",
		},
		"forward, the query appended": {
			"/auth/forward/wiki?b=c&d&application=other&rd=https://evil.test&b=c;x=%zz",
			ada,
			forward("GET"),
			200,
			"",
		},
		"forward, no one, a page": {
			"/auth/forward/wiki",
			person{},
			append(asPage(), forward("GET")...),
			302,
			back,
		},
		"forward, no one, HEAD": {
			"/auth/forward/wiki",
			person{},
			append(asPage(), forward("HEAD")...),
			302,
			back,
		},
		"forward, no one, a form": {
			"/auth/forward/wiki",
			person{},
			append(asPage(), forward("POST")...),
			401,
			"",
		},
		"forward, no one, a program": {
			"/auth/forward/wiki",
			person{},
			append([]string{"Accept", "application/json"}, forward("GET")...),
			401,
			"",
		},
		"forward, no one, fetch": {
			"/auth/forward/wiki",
			person{},
			append(forward("GET"), "Accept", "text/html", "Sec-Fetch-Mode", "cors"),
			401,
			"",
		},
		"forward, no one, XHR": {
			"/auth/forward/wiki",
			person{},
			append(
				append(asPage(), forward("GET")...), "X-Requested-With",
				"XMLHttpRequest",
			),
			401,
			"",
		},
		"forward, no one, old browser": {
			"/auth/forward/wiki",
			person{},
			append(forward("GET"), "Accept", "text/html"),
			302,
			back,
		},
	} {
		got := w.ask(c.path, c.who, c.header...)
		w.wants(name, got, c.status, "")
		if got.Header().Get("Location") != c.location {
			t.Errorf(
				"%s: Location %q; want %q", name, got.Header().Get("Location"),
				c.location,
			)
		}
		if (got.Code == 401) != (got.Header().Get("WWW-Authenticate") != "") {
			t.Errorf(
				"%s: %d with WWW-Authenticate %q", name, got.Code,
				got.Header().Get("WWW-Authenticate"),
			)
		}
	}
}

// TestEnvoy sends what Envoy does: the browser's own method, host and path, the
// latter behind the prefix as it came.
func TestEnvoy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	for path, uri := range map[string]string{
		"":                "/",
		"/":               "/",
		"/a?b=c":          "/a?b=c",
		"//a/../b":        "//a/../b",
		"/%2e%2e/a%2Fb;x": "/%2e%2e/a%2Fb;x",
		"?b=c":            "/",
	} {
		for _, who := range []person{ada, {}} {
			r := request(
				http.MethodGet, "/auth/envoy/wiki"+path, who,
				append(asPage(), "X-Forwarded-Proto", "https")...,
			)
			r.Host = "wiki.acme.test"
			got := w.send(r)
			if who == ada {
				w.wants(path, got, 200, "")
				continue
			}
			w.wants(path, got, 302, "")
			rec := w.follow(got.Header().Get("Location"), ada)
			if want := wikiAt + uri; rec.Header().Get("Location") != want {
				t.Errorf(
					"%q leads back to %q; want %q", path,
					rec.Header().Get("Location"), want,
				)
			}
		}
	}
	r := request(
		http.MethodPost, "/auth/envoy/wiki/a", ada, "X-Forwarded-Proto", "https",
	)
	r.Host = "other.acme.test"
	w.wants("another host", w.send(r), 403, "unknown_app")
	r = request(http.MethodPost, "/auth/envoy/wiki/a", ada)
	r.Host = "wiki.acme.test"
	w.wants("no scheme", w.send(r), 403, "original_url_invalid")
}

// TestWebSockets: a WebSocket is opened from an origin of http or https, whatever
// the proxy calls its scheme.
func TestWebSockets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	w.application("plain", func(a *sso.Application) {
		a.Origins = []string{"http://plain.acme.test"}
	})
	for _, c := range []struct {
		app, scheme string
		want        int
	}{
		{"wiki", "https", 200},
		{"wiki", "wss", 200},
		{"wiki", "WSS", 200},
		{"wiki", "Https", 200},
		{"wiki", "wss,https", 200},
		{"wiki", "wss, http", 200},
		{"wiki", "https,http", 200},
		{"plain", "ws", 200},
		{"plain", "Ws, https", 200},
		{"plain", "http", 200},
		{"wiki", "ws", 403},
		{"wiki", "http", 403},
		{"wiki", "http, wss", 403},
		{"plain", "wss", 403},
		{"wiki", "wsss", 403},
		{"wiki", ", wss", 403},
		{"wiki", "wss https", 403},
		{"wiki", "wss://evil.test", 403},
		{"wiki", "ftp", 403},
		{"wiki", "wss\u017f", 403},
	} {
		code := map[int]string{403: "unknown_app"}[c.want]
		host := c.app + ".acme.test"
		forward := []string{
			"X-Forwarded-Method", "GET", "X-Forwarded-Proto", c.scheme,
			"X-Forwarded-Host", host, "X-Forwarded-Uri", "/socket?x=y",
		}
		w.wants(
			"forward "+c.scheme, w.ask("/auth/forward/"+c.app, ada, forward...),
			c.want, code,
		)
		r := request(
			http.MethodGet, "/auth/envoy/"+c.app+"/socket", ada, "X-Forwarded-Proto",
			c.scheme, "Connection", "Upgrade", "Upgrade", "websocket",
		)
		r.Host = host
		w.wants("envoy "+c.scheme, w.send(r), c.want, code)
		if !strings.Contains(c.scheme, ",") {
			w.wants(
				"nginx "+c.scheme,
				w.nginx(c.app, c.scheme+"://"+host+"/socket", ada), c.want, code,
			)
		}
	}
	got := w.ask(
		"/auth/forward/wiki",
		person{},
		append(
			asPage(), "X-Forwarded-Method", "GET", "X-Forwarded-Proto", "wss",
			"X-Forwarded-Host", "wiki.acme.test", "X-Forwarded-Uri", "/a",
		)...,
	)
	if want := base +
		"/login/continue/wiki?to=https%3A%2F%2Fwiki.acme.test%2Fa"; got.Header().Get("Location") != want {
		t.Errorf("leads back to %q; want %q", got.Header().Get("Location"), want)
	}
}

// TestOtherHeadersAreIgnored: a contract reads its own headers alone.
func TestOtherHeadersAreIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	w.application("other", nil)
	foreign := []string{
		"X-Forwarded-Method", "GET", "X-Forwarded-Proto", "https",
		"X-Forwarded-Host", "wiki.acme.test", "X-Forwarded-Uri", "/",
		"X-Rewrite-URL", wikiAt + "/", "X-Original-URI", "/", "X-Forwarded-URL",
		wikiAt + "/", "Forwarded", "host=wiki.acme.test;proto=https",
		"X-Auth-Request-Redirect", wikiAt + "/",
	}
	w.wants(
		"nginx, others' alone", w.ask("/auth/nginx/wiki", ada, foreign...), 403,
		"original_url_invalid",
	)
	w.wants(
		"nginx, another host in its own",
		w.ask(
			"/auth/nginx/wiki",
			ada,
			append(foreign, "X-Original-URL", "https://other.acme.test/")...,
		),
		403,
		"unknown_app",
	)
	w.wants(
		"nginx, its own is right",
		w.nginx(
			"wiki", wikiAt+"/", ada, "X-Forwarded-Host", "evil.test",
			"X-Forwarded-Proto", "http",
		),
		200,
		"",
	)
	w.wants(
		"forward, others' alone",
		w.ask(
			"/auth/forward/wiki", ada, "X-Original-URL", wikiAt+"/",
			"X-Original-Method", "GET",
		),
		403,
		"original_url_invalid",
	)
	r := request(http.MethodGet, "/auth/forward/wiki", ada)
	r.Host = "wiki.acme.test"
	w.wants("forward, Host alone", w.send(r), 403, "original_url_invalid")
}

// TestHeaderTwice: of two values there is no telling which is the proxy's.
func TestHeaderTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	r := request(http.MethodGet, "/auth/nginx/wiki", ada)
	r.Header["X-Original-Url"] = []string{wikiAt + "/", wikiAt + "/"}
	w.wants("nginx", w.send(r), 403, "original_url_invalid")
	for _, name := range []string{
		"X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host",
		"X-Forwarded-Uri",
	} {
		for how, values := range map[string][]string{
			"twice": {"", ""},
			"none":  nil,
			"empty": {""},
		} {
			r := request(
				http.MethodGet, "/auth/forward/wiki", ada, "X-Forwarded-Method",
				"GET", "X-Forwarded-Proto", "https", "X-Forwarded-Host",
				"wiki.acme.test", "X-Forwarded-Uri", "/",
			)
			if how == "twice" {
				values = []string{r.Header.Get(name), r.Header.Get(name)}
			}
			r.Header[name] = values
			w.wants(name+" "+how, w.send(r), 403, "original_url_invalid")
		}
	}
}

func TestOnlyRegisteredOrigins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	w.application("docs", func(a *sso.Application) {
		a.Origins = append(
			a.Origins, "https://docs.acme.test:8443", "https://[::1]:9",
		)
	})
	for address, want := range map[string]int{
		"https://docs.acme.test":                     200,
		"https://docs.acme.test/x":                   200,
		"https://docs.acme.test?x":                   200,
		"https://DOCS.acme.test/":                    200,
		"https://docs.acme.test:443/":                200,
		"https://docs.acme.test:8443/":               200,
		"https://[::1]:9/":                           200,
		"https://docs.acme.test/\xc3\xbc\x80":        200, // what is asked for decides nothing
		"http://docs.acme.test/":                     403,
		"https://docs.acme.test:8444/":               403,
		"https://docs.acme.test.evil.test/":          403,
		"https://evil.test/docs.acme.test":           403,
		"https://docs.acme.test@evil.test/":          403,
		"https://evil.test\\docs.acme.test/":         403,
		"https://docs.acme.test\\@evil.test/":        403,
		"https://docs.acme.test#@evil.test/":         403,
		"https://evil.test#https://docs.acme.test/":  403,
		"https://wiki.acme.test/":                    403,
		"https://docs.acme.test./":                   403,
		"https://docs.acme.test:/":                   403,
		"https://docs.acme.test:0443/":               403,
		"https://d%6fcs.acme.test/":                  403,
		"https:/docs.acme.test/":                     403,
		"//docs.acme.test/":                          403,
		"/":                                          403,
		"docs.acme.test":                             403,
		"javascript://docs.acme.test/%0aalert(1)":    403,
		"https:// docs.acme.test/":                   403,
		"https://docs.acme.test, https://evil.test/": 403,
		"https://" + strings.Repeat("a", 9000) + "/": 403,
	} {
		w.wants(address, w.nginx("docs", address, ada), want, "")
	}
}

func TestUnknownApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	for _, app := range []string{
		"", "nothing", "Wiki", "wiki/x", "wiki//", ".", "wiki%00", "../nginx/wiki",
		"app-06d5x0wkj3n8p7r5t2v4y6z8ab", strings.Repeat("a", 3000),
	} {
		w.wants(app, w.nginx(app, wikiAt+"/", ada), 403, "unknown_app")
	}
}

// TestPeers: only a trusted proxy may state what a browser asked for.
func TestPeers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	for peer, want := range map[string]int{
		"10.1.2.3:1":          200,
		"[::ffff:10.1.2.3]:1": 200,
		"127.0.0.1:1":         200,
		"[::1]:1":             200,
		"10.2.0.1:1":          403,
		"192.0.2.1:1":         403,
		"[2001:db8::1]:1":     403,
		"":                    403,
		"@":                   403,
		"x:1":                 403,
	} {
		for range 3 {
			r := request(
				http.MethodGet, "/auth/nginx/wiki", ada, "X-Original-URL",
				wikiAt+"/", "X-Forwarded-For", "127.0.0.1", "X-Real-IP", "10.1.2.3",
			)
			r.RemoteAddr = peer
			w.wants(
				peer, w.send(r), want,
				map[int]string{403: "proxy_not_trusted"}[want],
			)
		}
	}
	if n := strings.Count(w.log.String(), "logged once per address"); n != 4 { // those without an address are one
		t.Errorf("logged %d times: %s", n, w.log)
	}
	none := newWorld(t, func(o *forwardauth.Options) { o.TrustedProxies = nil })
	none.wants(
		"no one is trusted", none.nginx("wiki", wikiAt+"/", none.enter("ada")), 403,
		"proxy_not_trusted",
	)
}

// follow opens an address of ours as a browser does.
func (w *world) follow(location string, p person) *httptest.ResponseRecorder {
	w.Helper()
	path, ok := strings.CutPrefix(location, base)
	if !ok {
		w.Fatalf("%s is not an address of ours", location)
	}
	r := request(http.MethodGet, path, p, asPage()...)
	r.RemoteAddr, r.Host = "192.0.2.7:1", "sso.acme.test"
	return w.send(r)
}
