package forwardauth_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/testkit/proxies"
	"gatehouse/sso"
)

// site is an application behind a real proxy, configured as our documents say.
type site struct {
	*world
	gateway *httptest.Server
	app     *httptest.Server
	proxy   string // host and port
	behind  sso.Application
	mu      sync.Mutex
	seen    http.Header // what the application was sent last; nil: nothing
	target  string      // and for which target
}

type starter func(testing.TB, proxies.Site) string

func eachProxy(t *testing.T, test func(t *testing.T, start starter)) {
	for name, start := range map[string]starter{
		"nginx":   proxies.Nginx,
		"caddy":   proxies.Caddy,
		"haproxy": proxies.HAProxy,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start)
		})
	}
}

func newSite(t *testing.T, start starter, without ...string) *site {
	t.Helper()
	s := &site{proxy: proxies.Free(t)}
	gateway := proxies.Free(t)
	_, port, _ := net.SplitHostPort(gateway)
	_, proxyPort, _ := net.SplitHostPort(s.proxy)
	s.world = newWorldAt(t, "http://localhost:"+port, "")
	s.behind = s.application("site", func(a *sso.Application) {
		a.Origins = []string{"http://localhost:" + proxyPort}
		a.Groups = []string{"web/dev"}
		a.Programs = true
	})
	s.gateway = serve(t, gateway, s.handler)
	s.app = serve(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen, s.target = r.Header.Clone(), r.RequestURI
		fmt.Fprint(w, "the application")
	}))
	start(t, proxies.Site{
		Document: "../../docs/integrations",
		Gateway:  gateway,
		App:      s.app.Listener.Addr().String(),
		At:       s.proxy,
		Key:      "site",
		Cookie:   "gatehouse",
		Without:  without,
	})
	return s
}

func serve(t *testing.T, addr string, h http.Handler) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(h)
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// answer is what a browser gets, and what the application was sent for it.
type answer struct {
	status   int
	header   http.Header
	body     string
	app      http.Header // nil: it was not asked
	location string
}

// raw sends lines as they are, which net/http would put right.
func (s *site) raw(method, target string, p person, lines ...string) answer {
	s.Helper()
	s.mu.Lock()
	s.seen = nil
	s.mu.Unlock()
	c, err := net.DialTimeout("tcp", s.proxy, 5*time.Second)
	s.ok(err)
	defer c.Close() //nolint:errcheck // of a test
	s.ok(c.SetDeadline(time.Now().Add(20 * time.Second)))
	_, port, _ := net.SplitHostPort(s.proxy)
	text := method + " " + target + " HTTP/1.1\r\n"
	if !slices.ContainsFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "Host:")
	}) {
		text += "Host: localhost:" + port + "\r\n"
	}
	if !slices.ContainsFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "Connection:")
	}) {
		text += "Connection: close\r\n"
	}
	if p.cookie != "" {
		text += "Cookie: theme=dark; " + p.cookie + "; lang=de\r\n"
	}
	_, err = io.WriteString(c, text+strings.Join(append(lines, "", ""), "\r\n"))
	s.ok(err)
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	s.ok(err)
	defer resp.Body.Close() //nolint:errcheck // of a test
	body, err := io.ReadAll(resp.Body)
	s.ok(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	return answer{
		resp.StatusCode, resp.Header, string(body), s.seen,
		resp.Header.Get("Location"),
	}
}

// folded is a header's name as the laxest of applications reads it.
func folded(name string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
}

// honest asserts that the application was told what the gateway said and nothing
// else.
func (s *site) honest(name string, got answer, want map[string]string) {
	s.Helper()
	if got.status != http.StatusOK || got.app == nil {
		s.Errorf("%s: %d %s", name, got.status, got.body)
		return
	}
	told := map[string]bool{}
	for header, values := range got.app {
		i := slices.IndexFunc(identity[:], func(h string) bool {
			return folded(h) == folded(header)
		})
		if i < 0 {
			continue
		}
		told[header] = true
		if header != identity[i] ||
			len(values) != 1 ||
			header != "X-Auth-Request-Jwt" && values[0] != want[header] {
			s.Errorf("%s: the application is told %s: %q", name, header, values)
		}
	}
	for header, value := range want {
		if value != "" && !told[header] {
			s.Errorf("%s: the application is not told %s", name, header)
		}
	}
	if !strings.HasPrefix(got.app.Get("X-Auth-Request-Jwt"), "eyJ") {
		s.Errorf("%s: the application has no assertion", name)
	}
}

func told(p person, login, groups string) map[string]string {
	mail := login + "@acme.test"
	return map[string]string{
		"X-Auth-Request-Id":                 string(p.user.ID),
		"X-Auth-Request-User":               login,
		"X-Auth-Request-Email":              mail,
		"X-Auth-Request-Email-Verified":     "false",
		"X-Auth-Request-Preferred-Username": login,
		"X-Auth-Request-Name":               login,
		"X-Auth-Request-Groups":             groups,
		"X-Auth-Request-Enterprise":         "acme",
		"X-Auth-Request-Auth-Method":        "oidc",
		"X-Auth-Request-Acr":                "urn:example:mfa",
		"Remote-User":                       login,
		"Remote-Email":                      mail,
		"Remote-Name":                       login,
		"Remote-Groups":                     groups,
	}
}

func TestBehindProxy(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		go s.live.Run(t.Context())
		ada, bob := s.enter(
			"ada", "web/dev", "app/Vertrieb, Süd",
		), s.enter("bob", "web/ops")
		const page = "Accept: text/html,*/*"
		got := s.raw("GET", "/a?b=c", ada, page)
		s.honest(
			"signed in", got, told(ada, "ada", "web/dev,app/Vertrieb%2C S%C3%BCd"),
		)
		if cookie := got.app.Get("Cookie"); strings.Contains(cookie, "gatehouse") ||
			!strings.Contains(cookie, "theme=dark") ||
			!strings.Contains(cookie, "lang=de") {
			t.Errorf("the application has the cookies %q", cookie)
		}
		s.honest(
			"a form",
			s.raw(
				"POST", "/", ada, "Content-Type: application/x-www-form-urlencoded",
				"Content-Length: 3", "", "a=b",
			),
			told(ada, "ada", "web/dev,app/Vertrieb%2C S%C3%BCd"),
		)
		s.honest(
			"a long query",
			s.raw("GET", "/?"+strings.Repeat("a", 3000)+"&to=x&to=y;%zz", ada),
			told(ada, "ada", "web/dev,app/Vertrieb%2C S%C3%BCd"),
		)

		got = s.raw("GET", "/a?b=c&d", person{}, page)
		_, port, _ := net.SplitHostPort(s.proxy)
		want := s.gateway.URL + "/login/continue/site?to=http%3A%2F%2Flocalhost%3A" + port + "%2Fa%3Fb%3Dc%26d"
		want = strings.Replace(want, "127.0.0.1", "localhost", 1)
		if got.status != http.StatusFound ||
			got.location != want ||
			got.app != nil {
			t.Errorf("signed out: %d to %s; want %s", got.status, got.location, want)
		}
		for name, a := range map[string]answer{
			"script": s.raw(
				"GET", "/", person{}, "Accept: */*", "Sec-Fetch-Mode: cors",
			),
			"form": s.raw("POST", "/", person{}, page, "Content-Length: 0"),
			"basic": s.raw(
				"GET", "/", person{}, page, "Authorization: Basic YWRhOmFkYQ==",
			),
			"forged": s.raw(
				"GET", "/", person{cookie: "gatehouse=" + strings.Repeat("A", 103)},
				"Sec-Fetch-Mode: cors",
			),
			"two": s.raw(
				"GET", "/", person{cookie: ada.cookie + "; " + bob.cookie},
				"Sec-Fetch-Mode: cors",
			),
			"no cookie": s.raw(
				"GET", "/", ada, "Connection: close, Cookie", "Sec-Fetch-Mode: cors",
			),
		} {
			if name == "no cookie" && a.status == http.StatusOK {
				continue // the proxy did not fall for it
			}
			if a.status != http.StatusUnauthorized || a.app != nil {
				t.Errorf(
					"%s: %d, the application asked: %v", name, a.status,
					a.app != nil,
				)
			}
		}
		if got := s.raw("GET", "/", bob, page); got.status != http.StatusForbidden || got.app != nil {
			t.Errorf("another group: %d", got.status)
		}

		s.ok(s.db.RevokeSession(t.Context(), by, s.ent.ID, ada.session))
		s.live.Revoked(t.Context())
		if got := s.raw("GET", "/", ada, page); got.status != http.StatusFound || got.app != nil {
			t.Errorf("revoked: %d", got.status)
		}
		zoe := s.enter("zoe", "web/dev")
		s.honest(
			"another person", s.raw("GET", "/", zoe), told(zoe, "zoe", "web/dev"),
		)
		s.db.down.Store(true)
		s.clock.Move(5 * time.Second)
		if got := s.raw("GET", "/", zoe, page); got.status < 500 ||
			got.app != nil ||
			got.header.Get("Set-Cookie") != "" {
			t.Errorf("store down: %d %s", got.status, got.header)
		}
		s.db.down.Store(false)
		s.clock.Move(time.Second)
		s.honest("store up", s.raw("GET", "/", zoe), told(zoe, "zoe", "web/dev"))
		s.gateway.CloseClientConnections()
		s.gateway.Close()
		if got := s.raw("GET", "/", zoe, page); got.status < 500 || got.app != nil {
			t.Errorf("gateway gone: %d", got.status)
		}
	})
}

// TestProgramsAndWebSockets: nginx sends only pages to sign in, and lets WebSockets
// through to the application.
func TestProgramsAndWebSockets(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		ada := s.enter("ada", "web/dev")
		upgrade := []string{
			"Connection: keep-alive, Upgrade", "Upgrade: websocket",
			"Sec-WebSocket-Version: 13",
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		}
		got := s.raw("GET", "/socket", ada, upgrade...)
		s.honest("a WebSocket", got, told(ada, "ada", "web/dev"))
		if got.app != nil &&
			(!strings.EqualFold(got.app.Get("Upgrade"), "websocket") ||
				!strings.EqualFold(got.app.Get("Connection"), "upgrade")) {
			t.Errorf(
				"the application is asked for Upgrade %q, Connection %q",
				got.app.Get("Upgrade"), got.app.Get("Connection"),
			)
		}
		for name, c := range map[string]struct {
			lines []string
			want  int
		}{
			"a WebSocket, signed out": {upgrade, http.StatusUnauthorized},
			"curl": {
				[]string{"Accept: */*", "User-Agent: curl/8"},
				http.StatusUnauthorized,
			},
			"a program": {
				[]string{"Accept: application/json"},
				http.StatusUnauthorized,
			},
			"no Accept": {nil, http.StatusUnauthorized},
			"fetch": {
				[]string{"Accept: text/html", "Sec-Fetch-Mode: cors"},
				http.StatusUnauthorized,
			},
			"a page": {
				[]string{"Accept: text/html,*/*", "Sec-Fetch-Mode: navigate"},
				http.StatusFound,
			},
			"a page, old browser": {
				[]string{"Accept: application/xhtml+xml,text/html;q=0.9"},
				http.StatusFound,
			},
		} {
			if got := s.raw("GET", "/", person{}, c.lines...); got.status != c.want || got.app != nil {
				t.Errorf("%s: %d; want %d", name, got.status, c.want)
			}
		}
	})
}

// TestNoOtherProtocolBehindProxies: a client that asks for another protocol than
// WebSockets, such as HTTP/2 in the clear, does not get one from the application: the
// proxy would not ask about the requests in it.
func TestNoOtherProtocolBehindProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		ada := s.enter("ada", "web/dev")
		for _, lines := range [][]string{
			{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"},
			{"Connection: Upgrade", "Upgrade: h2c"},
			{"Connection: Upgrade", "Upgrade: websocket, h2c"},
			{"Connection: Upgrade", "Upgrade: h2c, websocket"},
			{"Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c"},
			{"Connection: Upgrade", "Upgrade: h2c", "Upgrade: websocket"},
			{"Connection: Upgrade", "Upgrade: TLS/1.0"},
		} {
			got := s.raw("GET", "/", ada, lines...)
			upgrade := strings.ToLower(strings.Join(got.app.Values("Upgrade"), ","))
			tokens := strings.ToLower(strings.Join(got.app.Values("Connection"), ","))
			if strings.Contains(tokens, "upgrade") && upgrade != "websocket" {
				t.Errorf("%q: the application is asked for %q, Connection %q", lines, upgrade, tokens)
			}
		}
	})
}

// spellings are names that some application takes for a header's.
func spellings(header string) []string {
	parts := strings.Split(header, "-")
	all := []string{parts[0]}
	for _, part := range parts[1:] {
		var longer []string
		for _, begun := range all {
			for _, between := range []string{"-", "_", "."} {
				longer = append(longer, begun+between+part)
			}
		}
		all = longer
	}
	for _, name := range slices.Clone(all) {
		mixed := []byte(strings.ToLower(name))
		for i := 0; i < len(mixed); i += 2 {
			mixed[i] = strings.ToUpper(string(mixed[i]))[0]
		}
		all = append(
			all, strings.ToLower(name), strings.ToUpper(name), string(mixed),
		)
	}
	return all
}

// TestNobodySaysWhoTheyAre sends every identity header in every spelling, twice,
// and with Connection, through the proxy: the application is told what the
// gateway says. It is CVE-2025-64484, CVE-2026-54763, CVE-2026-88011 (names that
// are the same behind a proxy), CVE-2026-35051, CVE-2026-39858, CVE-2026-54764
// (one forgotten) and CVE-2024-45410, CVE-2026-29054 (Connection removes them).
func TestNobodySaysWhoTheyAre(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		ada := s.enter("ada", "web/dev")
		want := told(ada, "ada", "web/dev")
		for _, header := range identity {
			var tries [][]string
			for _, name := range spellings(header) {
				tries = append(tries, []string{name + ": eve"}, []string{
					name + ": eve", header + ": mallory", name + ": eve",
				})
			}
			for _, connection := range []string{
				header, strings.ToLower(header), "close, " + header,
				header + ", keep-alive", "Upgrade, " + header,
			} {
				tries = append(
					tries,
					[]string{"Connection: " + connection + ", close"},
					[]string{"Connection: close, " + connection, header + ": eve"},
					[]string{
						"Connection: close", "Connection: " + connection,
						header + ": eve",
					},
				)
			}
			tries = append(
				tries, []string{header + ":eve"}, []string{header + ":\teve "},
				[]string{header + ":"}, []string{header + ": eve, mallory"},
				[]string{"Proxy-Connection: " + header, header + ": eve"},
				[]string{"Keep-Alive: " + header, header + ": eve"},
				[]string{"TE: trailers, " + header},
			)
			if len(tries) < 40 {
				t.Fatalf("only %d spellings of %s", len(tries), header)
			}
			for _, lines := range tries {
				s.honest(
					strings.Join(lines, " | "), s.raw("GET", "/", ada, lines...),
					want,
				)
			}
			for _, broken := range []string{
				header + " : eve", header + "\t: eve", " " + header + ": eve",
				header + ": e\r\n ve",
			} {
				if got := s.raw("GET", "/", ada, broken); got.status != http.StatusBadRequest ||
					got.app != nil {
					s.honest(broken, got, want)
				}
			}
		}
	})
}

// TestStrippingIsNeeded makes sure that the tests above see what they are to
// see: without these lines of the document, an application is lied to.
func TestStrippingIsNeeded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		start   starter
		without string
		sent    string
	}{
		"nginx, a header that is not set": {
			proxies.Nginx,
			"proxy_set_header Remote-Groups                     $auth_groups;",
			"Remote-Groups: admins",
		},
		"caddy, underscores": {
			proxies.Caddy, "request_header -X_Auth*", "X_Auth_Request_User: eve",
		},
		"caddy, dots": {
			proxies.Caddy, "request_header -X.Auth*", "X.Auth.Request.User: eve",
		},
		"haproxy, underscores": {
			proxies.HAProxy, `:gsub("[^%w]", "-")`, "X_Auth_Request_User: eve",
		},
		"haproxy, a header without a value": {
			proxies.HAProxy, ` or remote[plain]`, "Remote_Name: eve",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, c.start, c.without)
			got := s.raw("GET", "/", s.enter("ada", "web/dev"), c.sent)
			header, value, _ := strings.Cut(c.sent, ": ")
			if got.status != http.StatusOK || got.app.Get(header) != value {
				t.Errorf("%d %v", got.status, got.app)
			}
		})
	}
}
