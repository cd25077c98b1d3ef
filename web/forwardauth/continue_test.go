package forwardauth_test

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/web/forwardauth"
)

// TestBackOnlyToTheApplication: whatever is asked for, a browser that was sent
// here leaves for an origin of the application.
func TestBackOnlyToTheApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	w.application("other", nil)
	for _, to := range []string{
		"https://evil.test/",
		"//evil.test/",
		"/\\evil.test",
		"https:evil.test",
		"https:/evil.test",
		"https:\\\\evil.test",
		"javascript:alert(1)",
		"data:text/html,x",
		"https://wiki.acme.test.evil.test/",
		"https://wiki.acme.test@evil.test/",
		"https://evil.test\\@wiki.acme.test/",
		"https://evil.test#wiki.acme.test",
		"https://evil.test?https://wiki.acme.test/",
		"http://wiki.acme.test/",
		"https://wiki.acme.test:444/",
		"https://other.acme.test/",
		"https://WIKI.acme.test.:443/",
		"\thttps://evil.test/",
		"https://wiki.acme.test\t.evil.test/",
		"https://wiki.acme.test\r\nLocation: https://evil.test/",
		"https://wiki.acme.test%2f@evil.test/",
		"https://wiki\u3002acme\u3002test/",
		"https://wiki.acme.test\u2044@evil.test/",
		"",
		"wiki",
		"https://",
		"https://[::1]/",
		strings.Repeat("https://wiki.acme.test/", 500),
	} {
		got := w.follow(base+"/login/continue/wiki?to="+url.QueryEscape(to), ada)
		location := got.Header().Get("Location")
		if got.Code == http.StatusBadRequest ||
			got.Code == http.StatusRequestURITooLong {
			continue // the router has not even let it in
		}
		if got.Code != http.StatusSeeOther || location != wikiAt+"/" {
			t.Errorf("%q: %d leads to %q", to, got.Code, location)
		}
	}
	for to, want := range map[string]string{
		"https://wiki.acme.test":                             "https://wiki.acme.test",
		"https://WIKI.acme.test:443/A?b=https://evil.test#c": wikiAt + "/A?b=https://evil.test#c",
		wikiAt + "/\u00fc":                                   wikiAt + "/",
		wikiAt + "/%0d%0aSet-Cookie:x": wikiAt +
			"/%0d%0aSet-Cookie:x",
	} {
		got := w.follow(base+"/login/continue/wiki?to="+url.QueryEscape(to), ada)
		if location := got.Header().Get("Location"); location != want {
			t.Errorf("%q leads to %q; want %q", to, location, want)
		}
	}
	if got := w.follow(
		base+"/login/continue/wiki?to="+url.QueryEscape(wikiAt+"/a")+"&to="+
			url.QueryEscape("https://evil.test/"),
		ada,
	); got.Header().Get("Location") != wikiAt+"/" {
		t.Errorf("two addresses lead to %q", got.Header().Get("Location"))
	}
	if got := w.follow(base+"/login/continue/nothing?to=x", ada); got.Code != http.StatusNotFound {
		t.Errorf("an unknown application: %d", got.Code)
	}
}

// TestBackToAnInternationalizedDomain: a link with the host as people write it
// leads to the origin that is stored.
func TestBackToAnInternationalizedDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	const at = "https://wiki.xn--bcher-kva.acme.test"
	w.application("books", func(a *sso.Application) {
		a.Origins = []string{at}
	})
	for to, want := range map[string]string{
		"https://wiki.bücher.acme.test/a?b=c":       at + "/a?b=c",
		"https://WIKI.BU\u0308CHER.acme.test:443/a": at + "/a",
		at + "/a":                               at + "/a",
		"https://wiki.bucher.acme.test/a":       at + "/",
		"https://wiki.bücher.acme.test\u200b/a": at + "/",
	} {
		got := w.follow(base+"/login/continue/books?to="+url.QueryEscape(to), ada)
		if location := got.Header().Get("Location"); location != want {
			t.Errorf("%q leads to %q; want %q", to, location, want)
		}
	}
}

func TestSignInAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("direct", func(a *sso.Application) { a.SignIn = w.ent.ID })
	gone := w.enterprise("gone")
	w.application("gone", func(a *sso.Application) { a.SignIn = gone.ID })
	w.ok(w.db.DeleteEnterprise(t.Context(), by, gone.ID))
	for app, begins := range map[string]string{
		"wiki":   "/login?return_to=",
		"direct": "/login/sso?enterprise_key=acme&return_to=",
		"gone":   "/login?return_to=",
	} {
		at := "https://" + app + ".acme.test/a?b=c&d=%26#e"
		got := w.follow(
			base+"/login/continue/"+app+"?to="+url.QueryEscape(at), person{},
		)
		location := got.Header().Get("Location")
		if got.Code != http.StatusSeeOther || !strings.HasPrefix(location, begins) {
			t.Errorf("%s: %d leads to %s", app, got.Code, location)
		}
		u, err := url.Parse(location)
		w.ok(err)
		back := u.Query().Get("return_to")
		if sso.ReturnTo(back) != back {
			t.Errorf("%s: sign-in would not lead back to %q", app, back)
		}
		if got := w.follow(base+back, w.enter("ada-"+app)); got.Header().Get("Location") != at {
			t.Errorf(
				"%s: back to %q; want %q", app, got.Header().Get("Location"), at,
			)
		}
	}
}

// TestLongLinksComeBack: a link is as long as the servers of applications accept,
// and comes back as it was.
func TestLongLinksComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	random := make([]byte, 5900)
	_, _ = rand.Read(random)
	for name, uri := range map[string]string{
		"short": "/a?b=c&d=%20e",
		"1,500 bytes": "/s?q=" +
			url.QueryEscape(strings.Repeat("日本語の検索", 27)),
		"2,100 bytes": "/s?q=" +
			url.QueryEscape(strings.Repeat("日本語の検索", 38)),
		"3,800 bytes": "/s?q=" +
			url.QueryEscape(strings.Repeat("日本語の検索", 70)),
		"8 KiB of Japanese": "/s?q=" +
			url.QueryEscape(strings.Repeat("日本語の検索", 151)),
		"parameters": "/app/discover?" +
			strings.Repeat("_g=(time:(from:now-15m,to:now))&_a=(index:'logs-*',q:a+b%2Bc)&", 120),
		"a path":     "/" + strings.Repeat("dir/", 1500),
		"one letter": "/" + strings.Repeat("a", 8000),
		"what cannot be packed": "/?state=" +
			base64.RawURLEncoding.EncodeToString(random)[:7800],
		"a semicolon and a plus": "/?a;b+c=" + strings.Repeat("d;e+f&", 400),
	} {
		for proxy, got := range map[string]*httptest.ResponseRecorder{
			"nginx": w.nginx("wiki", wikiAt+uri, person{}),
			"forward": w.ask(
				"/auth/forward/wiki",
				person{},
				append(
					asPage(), "X-Forwarded-Method", "GET", "X-Forwarded-Proto",
					"https", "X-Forwarded-Host", "wiki.acme.test", "X-Forwarded-Uri",
					uri,
				)...,
			),
		} {
			next := w.follow(got.Header().Get("Location"), person{})
			u, err := url.Parse(next.Header().Get("Location"))
			w.ok(err)
			back := u.Query().Get("return_to")
			if len(u.String()) > maxRequestLine || sso.ReturnTo(back) != back {
				t.Errorf("%s, %s: a sign-in link of %d bytes, %d to return to", name, proxy, len(u.String()), len(back))
			}
			if got := w.follow(base+back, ada).Header().Get("Location"); got != wikiAt+uri {
				t.Errorf(
					"%s, %s: %d bytes came back as %d: %.100q", name, proxy,
					len(wikiAt+uri), len(got), got,
				)
			}
		}
	}
}

// maxRequestLine is what nginx accepts of an address by default, about.
const maxRequestLine = 8100

// TestLostLinksAreSaid: a user who opened a longer address is told after signing in.
func TestLostLinksAreSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	for _, n := range []int{8200, 9000, 20000} {
		got := w.nginx("wiki", wikiAt+"/"+strings.Repeat("a", n), person{})
		next := w.follow(got.Header().Get("Location"), person{})
		u, err := url.Parse(next.Header().Get("Location"))
		w.ok(err)
		rec := w.follow(base+u.Query().Get("return_to"), ada)
		if rec.Code != http.StatusUnprocessableEntity ||
			rec.Header().Get("Location") != "" {
			t.Errorf("%d bytes: %d to %s", n, rec.Code, rec.Header().Get("Location"))
		}
	}
}

// TestPackedLinks: a forged continue address leads only to the application.
func TestPackedLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enter("ada")
	pack := func(s string) string {
		var b bytes.Buffer
		f, _ := flate.NewWriter(&b, flate.BestCompression)
		_, _ = f.Write([]byte(s))
		_ = f.Close()
		return base64.RawURLEncoding.EncodeToString(b.Bytes())
	}
	if got := w.follow(
		base+"/login/continue/wiki?z="+pack(wikiAt+"/x"), ada,
	).Header().Get(
		"Location",
	); got != wikiAt+"/x" {
		t.Errorf("leads to %s", got)
	}
	for _, z := range []string{
		"",
		"AAAA",
		"====",
		"%00",
		pack("https://evil.test/"),
		pack("//evil.test/"),
		pack(wikiAt + "@evil.test/"),
		pack("javascript:alert(1)"),
		pack(wikiAt + "/\r\nSet-Cookie: a=b"),
		pack(wikiAt + "/" + strings.Repeat("a", 1<<20)),
		pack(wikiAt + "/x")[:10],
		pack("x") + "&z=" + pack(wikiAt+"/y"),
		pack(wikiAt+"/x") + "&to=https://evil.test/",
		strings.Repeat("A", 7000),
	} {
		got := w.follow(base+"/login/continue/wiki?z="+z, ada)
		if to := got.Header().Get("Location"); to != wikiAt+"/" &&
			to != wikiAt+"/x" &&
			got.Code != http.StatusBadRequest {
			t.Errorf("%.60q: %d to %q", z, got.Code, to)
		}
	}
}

// TestOutOfReach: no visitor is sent to sign in for an application that does not
// receive the session cookie.
func TestOutOfReach(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		base, domain, origin string
		reached              bool
	}{
		"the same host":         {base, "", base, true},
		"another port":          {base, "", base + ":8443", true},
		"no domain":             {base, "", wikiAt, false},
		"in the domain":         {base, "acme.test", wikiAt, true},
		"the domain itself":     {base, "acme.test", "https://acme.test", true},
		"with a dot":            {base, ".Acme.test", wikiAt, true},
		"another domain":        {base, "acme.test", "https://wiki.other.test", false},
		"only the end is equal": {base, "acme.test", "https://evilacme.test", false},
		"http":                  {base, "acme.test", "http://wiki.acme.test", false},
		"on this machine": {
			"http://localhost:8080", "", "http://localhost:3000", true,
		},
		"an address": {
			"http://localhost:8080", "", "http://[::1]:3000", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *forwardauth.Options) {
				o.BaseURL = c.base
				o.CookieDomain = c.domain
			})
			w.application("site", func(a *sso.Application) {
				a.Origins = []string{c.origin}
			})
			got := w.nginx("site", c.origin+"/", person{})
			if c.reached {
				w.wants(name, got, 401, "session_ended")
			} else {
				w.wants(name, got, 403, "app_out_of_reach")
			}
			on := w.follow(base+"/login/continue/site", person{})
			if (on.Code == http.StatusSeeOther) != c.reached {
				t.Errorf("to sign in: %d %s", on.Code, on.Header().Get("Location"))
			}
			w.wants(
				name+", signed in", w.nginx("site", c.origin+"/", w.enter("ada")),
				200, "",
			)
		})
	}
}

// TestLoop: an application whose proxy loses the cookie sends people here again
// and again; they are told, and not sent round for ever.
func TestLoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.enter("ada")
	session := p.cookie
	for n := 1; ; n++ {
		got := w.follow(base+"/login/continue/wiki", p)
		if got.Code == http.StatusForbidden &&
			strings.Contains(got.Body.String(), "app_loop") {
			if n != 5 {
				t.Errorf("after %d times", n)
			}
			break
		}
		if got.Code != http.StatusSeeOther || n > 10 {
			t.Fatalf("%d, the %dth time: %s", got.Code, n, got.Body)
		}
		c := got.Result().Cookies()
		if len(c) != 1 || c[0].MaxAge != 10 || !c[0].HttpOnly || !c[0].Secure {
			t.Fatalf("cookies %v", c)
		}
		p.cookie = session + "; " + c[0].Name + "=" + c[0].Value
	}
}

// TestNothingSkipsTheCheck: no path, query, fragment, method or program is let in
// by itself. It is CVE-2025-54576, CVE-2026-41059, CVE-2023-47106, CVE-2026-34457.
func TestNothingSkipsTheCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, uri := range []string{
		"/", "/robots.txt", "/favicon.ico", "/static/app.css", "/healthz", "/ping",
		"/.well-known/acme-challenge/x", "/oauth2/keys", "/auth/nginx/wiki",
		"/login",
		"/a?/robots.txt", "/a#/robots.txt", "/a%23/robots.txt", "//robots.txt",
		"/%2e%2e/robots.txt", "/;/robots.txt",
	} {
		for _, agent := range []string{
			"", "kube-probe/1.30", "GoogleHC/1.0", "ELB-HealthChecker/2.0",
			"Prometheus/3", "curl/8",
		} {
			for _, method := range []string{
				"GET", "HEAD", "OPTIONS", "TRACE", "POST", "CONNECT", "",
			} {
				if got := w.nginx(
					"wiki", wikiAt+uri, person{}, "X-Original-Method", method,
					"User-Agent", agent,
				); got.Code != 401 {
					t.Errorf("nginx, %s %s as %q: %d", method, uri, agent, got.Code)
				}
				if got := w.forwarded(
					"wiki", wikiAt+uri, person{}, "X-Forwarded-Method", method,
					"User-Agent", agent,
				); got.Code != 401 && (method != "" || got.Code != 403) {
					t.Errorf(
						"forward, %s %s as %q: %d", method, uri, agent, got.Code,
					)
				}
			}
		}
	}
}

// TestStaleCookieNext: a session cookie that another scope has left in the
// browser does not send its owner round and round.
func TestStaleCookieNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, old, bob := w.enter("ada"), w.enter("ada"), w.enter("bob")
	w.ok(w.db.RevokeSession(t.Context(), by, w.ent.ID, old.session))
	w.live.Revoked(t.Context())
	for name, cookies := range map[string]string{
		"first":   old.cookie + "; " + ada.cookie,
		"second":  ada.cookie + "; " + old.cookie,
		"both":    old.cookie + "; theme=dark; " + ada.cookie + "; " + old.cookie,
		"garbage": "__Secure-gatehouse=x; " + ada.cookie,
	} {
		p := person{cookie: cookies}
		w.wants(name, w.nginx("wiki", wikiAt+"/", p), 200, "")
		w.wants(name, w.forwarded("wiki", wikiAt+"/", p), 200, "")
		if got := w.follow(
			base+"/login/continue/wiki?to="+wikiAt+"/a", p,
		); got.Header().Get("Location") != wikiAt+"/a" {
			t.Errorf("%s: leads to %s", name, got.Header().Get("Location"))
		}
	}
	w.wants(
		"two people's",
		w.nginx("wiki", wikiAt+"/", person{cookie: ada.cookie + "; " + bob.cookie}),
		401,
		"session_ended",
	)

	// Signed in several times, and still only the stale one comes back.
	rec := w.follow(base+"/login/continue/wiki", person{
		cookie: old.cookie + "; __Host-gatehouse-lately=3",
	})
	if rec.Code != http.StatusForbidden || rec.Header().Get("Location") != "" {
		t.Errorf("goes on round: %d to %s", rec.Code, rec.Header().Get("Location"))
	}
	rec = w.follow(base+"/login/continue/wiki", person{
		cookie: old.cookie + "; __Host-gatehouse-lately=2",
	})
	if rec.Code != http.StatusSeeOther {
		t.Errorf("an ended session: %d", rec.Code)
	}
}
