package route

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestClientIP(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"),
	}
	cases := []struct {
		name, peer string
		forwarded  []string
		trusted    []netip.Prefix
		want       string
	}{
		{"no one is trusted", "10.0.0.1:1", []string{"1.2.3.4"}, nil, "10.0.0.1"},
		{"peer is not trusted", "192.0.2.1:1", []string{"1.2.3.4"}, trusted, "192.0.2.1"},
		{"one proxy", "10.0.0.1:1", []string{"1.2.3.4"}, trusted, "1.2.3.4"},
		{
			"the client lies",
			"10.0.0.1:1",
			[]string{"6.6.6.6, 1.2.3.4"},
			trusted,
			"1.2.3.4",
		},
		{
			"two proxies, the client lies",
			"10.0.0.1:1",
			[]string{"10.9.9.9, 1.2.3.4, 10.0.0.2"},
			trusted,
			"1.2.3.4",
		},
		{
			"two header lines",
			"10.0.0.1:1",
			[]string{"6.6.6.6", "1.2.3.4"},
			trusted,
			"1.2.3.4",
		},
		{
			"garbage stops it",
			"10.0.0.1:1",
			[]string{"1.2.3.4, unknown, 10.0.0.2"},
			trusted,
			"10.0.0.2",
		},
		{
			"all trusted",
			"10.0.0.1:1",
			[]string{"10.0.0.3, 10.0.0.2"},
			trusted,
			"10.0.0.3",
		},
		{"no header", "10.0.0.1:1", nil, trusted, "10.0.0.1"},
		{
			"mapped, with port",
			"[::ffff:10.0.0.1]:1",
			[]string{"1.2.3.4:5678"},
			trusted,
			"1.2.3.4",
		},
		{"IPv6", "[fd00::1]:1", []string{"[2001:db8::7]:80"}, trusted, "2001:db8::7"},
		{"not an address", "@", nil, trusted, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *Options) {
				o.TrustedProxies = c.trusted
			})
			r := get("/page")
			r.RemoteAddr = c.peer
			for _, line := range c.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			if got := f.do(r).Body.String(); got != "/page||"+c.want {
				t.Errorf("want %s, got %s", c.want, got)
			}
		})
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for given, kept := range map[string]bool{
		"0af7651916cd43dd8448eb211c80319c": true,
		"abc-123.DEF_4":                    true,
		"short":                            false,
		"":                                 false,
		"a b c d e f g h":                  false,
		"evil\tline\tbreak":                false,
		"<script>alert(1)":                 false,
		strings.Repeat("a", 65):            false,
		"-leading-hyphen":                  false,
	} {
		r := get("/page")
		r.Header.Set("X-Request-Id", given)
		if got := newFixture(t, nil).do(r).Header().Get(
			"X-Request-Id",
		); (got == given) != kept || !saneID.MatchString(got) {
			t.Errorf("%q became %q", given, got)
		}
	}
}

func TestAccessLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := get("/oidc/conn-x/callback?code=kanarienvogel&state=kanarienvogel")
	r.Header.Set("Cookie", "s=kanarienvogel")
	r.Header.Set("Authorization", "Bearer kanarienvogel")
	f.do(r)
	f.do(get("/setup/kanarienvogel"))
	f.do(post("/saml/conn-x/acs", "SAMLResponse=kanarienvogel&SAMLResponse=kanarienvogel"))
	if log := f.log.String(); strings.Contains(log, "kanarienvogel") ||
		!strings.Contains(log, "/oidc/conn-x/callback") ||
		!strings.Contains(log, "/setup/{token}") {
		t.Errorf("log:\n%s", log)
	}
}

func TestPanicIsAFailureLikeAnyOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.Page(Route{
		Pattern: "GET /panic",
		Handle: func(http.ResponseWriter, *http.Request) error {
			panic("kaboom")
		},
	})
	w := f.do(get("/panic"))
	if w.Code != 500 ||
		strings.Contains(w.Body.String(), "kaboom") ||
		!strings.Contains(f.log.String(), "kaboom") {
		t.Errorf("%d %s\n%s", w.Code, w.Body, f.log)
	}
}

type limiter struct {
	mu   sync.Mutex
	seen map[string]int
	wait time.Duration
	err  error
}

func (l *limiter) Allow(_ context.Context, key string, perMinute int) (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen[key] = perMinute
	return l.wait, l.err
}

func (l *limiter) Check(_ context.Context, key string, perMinute int) (time.Duration, error) {
	return l.wait, l.err
}

func TestRates(t *testing.T) {
	t.Parallel()
	l := &limiter{seen: map[string]int{}}
	f := newFixture(t, func(o *Options) { o.Limiter = l })
	calls := 0
	f.Page(Route{
		Pattern: "GET /limited/{connection}",
		Rates: []Rate{
			{Name: "login", PerMinute: 60},
			{Name: "callback", PerMinute: 600, Path: "connection"},
		},
		Handle: func(http.ResponseWriter, *http.Request) error {
			calls++
			return nil
		},
	})
	ask := func() *httptest.ResponseRecorder {
		r := get("/limited/conn-1")
		r.RemoteAddr = "192.0.2.7:1234"
		return f.do(r)
	}
	if w := ask(); w.Code != 200 ||
		l.seen["login:ip:192.0.2.7"] != 60 ||
		l.seen["callback:connection:conn-1"] != 600 {
		t.Errorf("%d %v", w.Code, l.seen)
	}
	l.wait = 3 * time.Second
	if w := ask(); w.Code != 429 ||
		w.Header().Get("Retry-After") != "3" ||
		calls != 1 {
		t.Errorf("%d %v, %d calls", w.Code, w.Header(), calls)
	}
	l.wait, l.err = 0, errors.New("redis is gone")
	if w := ask(); w.Code != 200 || !strings.Contains(f.log.String(), "rate limit not checked") {
		t.Errorf("a broken limiter locks people out: %d", w.Code)
	}
}

// TestRatesOfANetwork: an IPv6 network has one limit for all of its
// addresses.
func TestRatesOfANetwork(t *testing.T) {
	t.Parallel()
	l := &limiter{seen: map[string]int{}}
	f := newFixture(t, func(o *Options) { o.Limiter = l })
	f.Page(Route{
		Pattern: "GET /limited",
		Rates:   []Rate{{Name: "login", PerMinute: 60}},
		Handle:  func(http.ResponseWriter, *http.Request) error { return nil },
	})
	for _, from := range []string{
		"[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff:ffff:ffff:ffff]:1",
		"[2001:db8:1:3::1]:1", "[::ffff:192.0.2.7]:1",
	} {
		r := get("/limited")
		r.RemoteAddr = from
		f.do(r)
	}
	want := map[string]int{
		"login:ip:2001:db8:1:2::/64": 60,
		"login:ip:2001:db8:1:3::/64": 60,
		"login:ip:192.0.2.7":         60,
	}
	if !maps.Equal(l.seen, want) {
		t.Errorf("counted %v, want %v", l.seen, want)
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	var seen []string
	f := newFixture(t, func(o *Options) {
		o.Observe = func(pattern string, status int, _ time.Duration) {
			seen = append(seen, pattern+" "+strconv.Itoa(status))
		}
	})
	f.do(get("/page"))
	f.do(get("/setup/abc"))
	f.do(get("/nowhere/at/all"))
	f.do(get("/a//b"))
	if got, want := strings.Join(
		seen, "; ",
	), "GET /page 200; GET /setup/{token} 200;  404;  404"; got != want {
		t.Errorf("want %q, got %q", want, got)
	}
}

func TestHeadIsGet(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := get("/page")
	r.Method = "HEAD"
	if w := f.do(r); w.Code != 200 || f.calls != 1 {
		t.Errorf("%d", w.Code)
	}
	r = get("/account")
	r.Method = "POST"
	if w := f.do(r); w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow: %s", w.Header().Get("Allow"))
	}
}

// TestServerLimits talks to a real listener: these limits are net/http's own.
func TestServerLimits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	server := Server("127.0.0.1:0", f, slog.New(slog.DiscardHandler))
	listener, err := net.Listen("tcp", server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	send := func(raw string) int {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = io.WriteString(c, raw)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	const head = "Host: sso.example\r\nConnection: close\r\n"
	for name, c := range map[string]struct {
		raw  string
		want int
	}{
		"good": {"GET /page HTTP/1.1\r\n" + head + "\r\n", 200},
		"30 KB of header": {
			"GET /page HTTP/1.1\r\n" + head + "X-A: " + strings.Repeat("a", 30<<10) +
				"\r\n\r\n",
			200,
		},
		"33 KB of header": {
			"GET /page HTTP/1.1\r\n" + head + "X-A: " + strings.Repeat("a", 33<<10) +
				"\r\n\r\n",
			431,
		},
		"two Content-Length": {
			"POST /page HTTP/1.1\r\n" + head +
				"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
			400,
		},
		"space before colon": {
			"GET /page HTTP/1.1\r\n" + head + "X-A : b\r\n\r\n",
			400,
		},
		// net/http joins the lines, one of the two ways of RFC 9112 §5.2
		"folded header": {"GET /page HTTP/1.1\r\n" + head + "X-A: b\r\n c\r\n\r\n", 200},
		"folded first header": {
			"GET /page HTTP/1.1\r\n Host: sso.example\r\n\r\n",
			400,
		},
		// net/http takes the chunks, as RFC 9112 §6.3 says
		"both ways of framing": {
			"POST /page HTTP/1.1\r\n" + head +
				"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			200,
		},
		"unknown framing": {
			"POST /page HTTP/1.1\r\n" + head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
			501,
		},
		"negative length": {
			"POST /page HTTP/1.1\r\n" + head + "Content-Length: -1\r\n\r\n",
			400,
		},
		"no Host": {"GET /page HTTP/1.1\r\nConnection: close\r\n\r\n", 400},
		"absolute-form, other": {
			"GET http://evil.example/page HTTP/1.1\r\n" + head + "\r\n",
			421,
		},
		"asterisk":              {"OPTIONS * HTTP/1.1\r\n" + head + "\r\n", 200}, // net/http answers this itself
		"target without slash":  {"GET page HTTP/1.1\r\n" + head + "\r\n", 400},
		"NUL in the target":     {"GET /page\x00 HTTP/1.1\r\n" + head + "\r\n", 400},
		"dirty path, raw bytes": {"GET /x/..%2fpage HTTP/1.1\r\n" + head + "\r\n", 404},
	} {
		if got := send(c.raw); got != c.want {
			t.Errorf("%s: want %d, got %d", name, c.want, got)
		}
	}
}

func TestRegistrationMistakesAreFoundAtOnce(t *testing.T) {
	t.Parallel()
	none := func(http.ResponseWriter, *http.Request) error { return nil }
	for name, register := range map[string]func(*fixture){
		"no method": func(f *fixture) {
			f.Page(Route{
				Pattern: "/x",
				Handle:  none,
			})
		},
		"twice": func(f *fixture) {
			f.Page(Route{
				Pattern: "GET /page",
				Handle:  none,
			})
		},
		"two surfaces": func(f *fixture) {
			f.Callback(Route{
				Pattern: "PUT /page",
				Handle:  none,
			})
		},
		"foreign without reason": func(f *fixture) {
			f.Callback(Route{
				Pattern: "POST /x",
				Handle:  none,
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			register(f)
		})
	}
	if got := newFixture(t, nil).patterns(); len(got) != 9 || got[0] != "/api/v1/" {
		t.Errorf("%d patterns: %v", len(got), got)
	}
}
