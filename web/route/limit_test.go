package route

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/memory"
)

// TestFailuresOfAClient lets requests of several clients fail: only what failed
// counts, only against the client it came from, and what works never does.
func TestFailuresOfAClient(t *testing.T) {
	t.Parallel()
	failures := Failures{
		Limiter:   memory.NewLimiter(time.Now),
		Name:      "failures",
		PerMinute: 3,
		Log:       slog.New(slog.DiscardHandler),
	}
	f := newFixture(t, func(o *Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	f.Page(Route{
		Pattern: "GET /guarded/{what}",
		Handle: failures.Guard(func(_ http.ResponseWriter, r *http.Request) error {
			switch r.PathValue("what") {
			case "good":
				return nil
			case "store":
				return &sso.Error{
					Kind: sso.Unavailable,
					Code: "temporarily_unavailable",
				}
			}
			return &sso.Error{
				Kind:   sso.Invalid,
				Code:   "bad",
				Public: "Bad.",
			}
		}, func(err error) bool { return sso.KindOf(err) == sso.Invalid }),
	})
	for _, c := range []struct {
		name, from, forwarded, what string
		times, status               int
	}{
		{"what works counts nothing", "192.0.2.1:1", "", "good", 100, 200},
		{"neither does what is our fault", "192.0.2.1:1", "", "store", 100, 503},
		{"three may fail", "192.0.2.1:1", "", "bad", 3, 422},
		{"then the client is refused", "192.0.2.1:2", "", "bad", 5, 429},
		{"whatever it sends", "192.0.2.1:2", "", "good", 1, 429},
		{"but no other client", "192.0.2.2:1", "", "good", 100, 200},
		{"an IPv6 network is one client", "[2001:db8:1:2::1]:1", "", "bad", 3, 422},
		{"all of it", "[2001:db8:1:2:ffff::9]:1", "", "good", 1, 429},
		{"and the next network another", "[2001:db8:1:3::1]:1", "", "good", 1, 200},
		{"behind a proxy the client counts", "10.0.0.1:1", "198.51.100.7", "bad", 3, 422},
		{
			"whatever it claims", "10.0.0.2:1", "203.0.113.99, 198.51.100.7", "good",
			1, 429,
		},
		{"not the proxy", "10.0.0.1:1", "198.51.100.8", "good", 1, 200},
		{
			"a stranger's header is not believed", "192.0.2.1:1", "198.51.100.8",
			"good", 1, 429,
		},
	} {
		for range c.times {
			r := get("/guarded/" + c.what)
			r.RemoteAddr = c.from
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			if w := f.do(r); w.Code != c.status {
				t.Errorf("%s: status %d, want %d", c.name, w.Code, c.status)
			}
		}
	}
}

// TestFailuresWithoutALimit: a limit of 0 and a limiter that fails refuse no
// request.
func TestFailuresWithoutALimit(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	broken := &limiter{seen: map[string]int{}, err: errors.New("redis is gone")}
	for name, failures := range map[string]Failures{
		"no limiter": {PerMinute: 1, Log: log},
		"no limit":   {Limiter: memory.NewLimiter(time.Now), Log: log},
		"broken":     {Limiter: broken, PerMinute: 1, Log: log},
	} {
		for range 10 {
			failures.Count(t.Context(), "ip:192.0.2.1")
		}
		if err := failures.Spent(t.Context(), "ip:192.0.2.1"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := newFixture(t, func(o *Options) {
		o.Limiter = memory.NewLimiter(time.Now)
	})
	f.Page(Route{
		Pattern: "GET /unlimited",
		Rates:   []Rate{{Name: "none"}},
		Handle:  func(http.ResponseWriter, *http.Request) error { return nil },
	})
	for range 10 {
		if w := f.do(get("/unlimited")); w.Code != 200 {
			t.Errorf("a rate of 0 refuses: %d", w.Code)
		}
	}
}
