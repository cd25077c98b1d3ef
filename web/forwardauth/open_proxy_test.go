package forwardauth_test

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// newOpenSite is a site of which some paths are public, and more of them, and which
// lets preflights pass.
func newOpenSite(t *testing.T, start starter, more ...string) *site {
	t.Helper()
	s := newSite(t, start)
	apps, _, err := s.db.Applications(t.Context(), sso.Page{Limit: 200})
	s.ok(err)
	i := slices.IndexFunc(apps, func(a sso.Application) bool {
		return a.Key == "site"
	})
	_, err = s.db.UpdateApplication(t.Context(), by, apps[i].ID, func(a sso.Application) (sso.Application, error) {
		a.PublicPaths, a.AllowPreflight = append(publicPaths(), more...), true
		return a, nil
	})
	s.ok(err)
	s.clock.Move(time.Second) // for the registry to look
	return s
}

// address is how a browser writes the host of the site.
func (s *site) address() string {
	_, port, _ := net.SplitHostPort(s.proxy)
	return "localhost:" + port
}

// nameless asserts that a request reached the application without a word of who
// sent it.
func (s *site) nameless(name string, got answer) {
	s.Helper()
	if got.status != http.StatusOK || got.app == nil {
		s.Errorf("%s: %d %s", name, got.status, got.body)
		return
	}
	for header, values := range got.app {
		if slices.ContainsFunc(identity[:], func(h string) bool {
			return folded(h) == folded(header)
		}) && !slices.Equal(values, []string{""}) {
			s.Errorf("%s: the application is told %s: %q", name, header, values)
		}
	}
}

// TestPublicPathsBehindProxies: visitors need not sign in there, signed-in users
// have their identity headers, and a client cannot set these itself.
func TestPublicPathsBehindProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newOpenSite(t, start)
		ada, bob := s.enter("ada", "web/dev"), s.enter("bob", "web/ops")
		for _, target := range []string{"/health", "/public/a.css?v=1", "/public/"} {
			s.nameless(target, s.raw("GET", target, person{}, asLine()...))
			s.nameless(
				target+", a form",
				s.raw("POST", target, person{}, "Content-Length: 0"),
			)
			s.nameless(
				target+", not admitted", s.raw("GET", target, bob, asLine()...),
			)
			s.honest(
				target+", signed in", s.raw("GET", target, ada, asLine()...),
				told(ada, "ada", "web/dev"),
			)
			for _, header := range identity {
				for _, spelled := range spellings(header) {
					s.nameless(
						target+", "+spelled,
						s.raw("GET", target, person{}, spelled+": eve"),
					)
				}
			}
			for _, path := range []string{
				"X-Original-URL: /admin", "X-Rewrite-URL: /admin",
				"X-Original-Url: /admin",
			} {
				got := s.raw("GET", target, person{}, path)
				s.nameless(path, got)
				if got.app.Get("X-Original-Url") != "" ||
					got.app.Get("X-Rewrite-Url") != "" {
					t.Errorf("the application is sent %s", path)
				}
			}
		}
		if got := s.raw("GET", "/", person{}, asLine()...); got.app != nil || got.status != http.StatusFound {
			t.Errorf("another path: %d", got.status)
		}
	})
}

// TestSpellingsBehindProxies: what reaches the application without a sign-in is
// below a public path in every reading of what the application is sent.
func TestSpellingsBehindProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newOpenSite(t, start)
		bob := s.enter("bob", "web/ops")
		for _, target := range append(pathSpellings(), "http://localhost/public/a") {
			for name, p := range map[string]person{
				"signed out":       {},
				"in another group": bob,
			} {
				got := s.raw("GET", target, p, asLine()...)
				if got.app == nil {
					if !turnedAway(got.status) {
						t.Errorf("%q, %s: %d", target, name, got.status)
					}
					continue
				}
				s.nameless(target, got)
				if !onlyPublic(s.target) {
					t.Errorf(
						"%q, %s: the application is asked for %q", target, name,
						s.target,
					)
				}
			}
		}
		s.nameless(
			"an ordinary one", s.raw("GET", "/public/a", person{}, asLine()...),
		)
	})
}

// TestHostsThatHideThePath: a host with what begins the query in an address makes
// no path of the application the public front page.
func TestHostsThatHideThePath(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newOpenSite(t, start, "/")
		s.nameless("the front page", s.raw("GET", "/", person{}, asLine()...))
		at := s.address()
		for _, target := range []string{
			"/admin", "http://" + at + "/admin", "/admin?/",
		} {
			for _, host := range []string{
				at + "?", at + "?a=", at + "#", at + "?@" + at, at + "\\", at + ";",
				at + "/?", at + "%3f",
			} {
				got := s.raw("GET", target, person{}, "Host: "+host)
				// Behind nginx, this application refuses such hosts itself, as net/http does.
				refused := strings.HasPrefix(got.header.Get("Server"), "nginx") &&
					strings.Contains(got.body, "malformed Host header")
				if got.app != nil || refused {
					t.Errorf(
						"%s with the host %q reaches the application: %d", target,
						host, got.status,
					)
				}
			}
		}
	})
}

// TestPreflightsBehindProxies: the proxies hand on what tells a preflight.
func TestPreflightsBehindProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newOpenSite(t, start)
		preflight := []string{
			"Origin: https://app.example", "Access-Control-Request-Method: PUT",
			"Access-Control-Request-Headers: x-a",
		}
		s.nameless("a preflight", s.raw("OPTIONS", "/admin", person{}, preflight...))
		claims := append(
			preflight, "X-Original-Method: OPTIONS", "X-Forwarded-Method: OPTIONS",
		)
		for name, got := range map[string]answer{
			"no preflight": s.raw(
				"OPTIONS", "/admin", person{}, preflight[0],
			),
			"no origin": s.raw(
				"OPTIONS", "/admin", person{}, preflight[1:]...,
			),
			"another method": s.raw("DELETE", "/admin", person{}, preflight...),
			"as another method": s.raw(
				"OPTIONS", "/admin", person{},
				append(preflight, "X-HTTP-Method-Override: DELETE")...,
			),
			"said to be OPTIONS": s.raw("DELETE", "/admin", person{}, claims...),
			"with a password": s.raw(
				"OPTIONS", "/admin", person{},
				append(preflight, "Authorization: Bearer x")...,
			),
			"with a cookie of it": s.raw(
				"OPTIONS", "/admin", person{cookie: "theme=dark"}, preflight...,
			),
		} {
			if got.app != nil || got.status != http.StatusUnauthorized {
				t.Errorf(
					"%s: %d, the application asked: %v", name, got.status,
					got.app != nil,
				)
			}
		}
	})
}
