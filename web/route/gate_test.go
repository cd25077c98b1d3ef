package route_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/route"
)

// gated is a router with one gate, which passes what has the header Pass.
type gated struct {
	*route.Router
	log      bytes.Buffer
	handled  []string
	observed []int
}

func newGated(t *testing.T, level slog.Level) *gated {
	t.Helper()
	g := &gated{}
	var err error
	g.Router, err = route.New(route.Options{
		BaseURL: "https://sso.example",
		Now:     time.Now,
		Log: slog.New(slog.NewJSONHandler(&g.log, &slog.HandlerOptions{
			Level: level,
		})),
		Observe: func(pattern string, status int, _ time.Duration) {
			g.observed = append(g.observed, status)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.Gate(route.Gate{
		Prefix: "/gate/",
		Pass: func(w http.ResponseWriter, r *http.Request) int {
			if r.Header.Get("Pass") == "" {
				return 0
			}
			w.WriteHeader(http.StatusAccepted)
			return http.StatusAccepted
		},
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			g.handled = append(g.handled, r.RequestURI)
			switch r.Header.Get("Fail") {
			case "":
				return nil
			case "panic":
				panic("a secret")
			case "invalid":
				return &sso.Error{
					Kind:   sso.Invalid,
					Code:   "validation_failed",
					Public: "No.",
				}
			}
			return errors.New("a secret")
		},
		Render: func(w http.ResponseWriter, _ *http.Request, f route.Failure) {
			route.WriteProblem(w, f)
		},
	})
	return g
}

func (g *gated) ask(method, target, host string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://"+host+"/", nil)
	r.RequestURI = target
	path, query, _ := strings.Cut(target, "?")
	r.URL.Path, r.URL.RawQuery = path, query
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

// TestGate: what a proxy asks on behalf of a browser gets in whatever the browser
// asked for, and what our pages are refused for is not.
func TestGate(t *testing.T) {
	t.Parallel()
	g := newGated(t, slog.LevelInfo)
	for _, target := range []string{
		"/gate/wiki", "/gate/wiki?a=1&a=2&return_to=x&return_to=y;%zz",
		"/gate/wiki//a/../b", "/gate/wiki/" + strings.Repeat("a", 9000), "/gate/",
	} {
		for _, method := range []string{
			"GET", "HEAD", "POST", "PROPFIND", "OPTIONS",
		} {
			if w := g.ask(
				method, target, "anything.test", "Origin", "https://evil.test",
				"Sec-Fetch-Site", "cross-site",
			); w.Code != http.StatusOK ||
				w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s %.40s: %d", method, target, w.Code)
			}
		}
	}
	if len(g.handled) != 25 || g.log.Len() > 0 {
		t.Errorf("%d were handled; the log says %s", len(g.handled), &g.log)
	}
	if w := g.ask(
		"GET", "/gate/x", "anything.test", "Pass", "yes",
	); w.Code != http.StatusAccepted || len(w.Header()) > 0 {
		t.Errorf("passed: %d %v", w.Code, w.Header())
	}
	if len(g.observed) != 26 || g.observed[25] != http.StatusAccepted {
		t.Errorf("observed %v", g.observed)
	}
	for fail, want := range map[string]int{
		"panic":   500,
		"yes":     500,
		"invalid": 403,
	} {
		w := g.ask(
			"GET", "/gate/wiki/reset?token=canary", "anything.test", "Fail", fail,
		)
		if w.Code != want ||
			strings.Contains(w.Body.String(), "secret") ||
			w.Header().Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %d %s %v", fail, w.Code, w.Body, w.Header())
		}
	}
	if said := g.log.String(); strings.Contains(said, "canary") ||
		strings.Contains(said, "/reset") ||
		!strings.Contains(said, "/gate/{application}") {
		t.Errorf("the log says %s", said)
	}
	if w := g.ask("GET", "/gate", "sso.example"); w.Code != http.StatusNotFound {
		t.Errorf("beside the gate: %d", w.Code)
	}
	if w := g.ask("GET", "/elsewhere//gate/", "sso.example"); w.Code != http.StatusNotFound {
		t.Errorf("elsewhere: %d", w.Code)
	}
}

// TestGateWithDebug: with log.level debug, every request can be seen.
func TestGateWithDebug(t *testing.T) {
	t.Parallel()
	g := newGated(t, slog.LevelDebug)
	if w := g.ask("GET", "/gate/x", "anything.test", "Pass", "yes"); w.Code != http.StatusOK ||
		len(g.handled) != 1 ||
		!strings.Contains(g.log.String(), `"path":"/gate/{application}"`) {
		t.Errorf("%d, %d handled: %s", w.Code, len(g.handled), &g.log)
	}
}

func TestNavigation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method string
		header http.Header
		want   bool
	}{
		{"GET", http.Header{"Accept": {"text/html,*/*"}}, true},
		{
			"HEAD",
			http.Header{"Accept": {"text/html"}, "Sec-Fetch-Mode": {"navigate"}},
			true,
		},
		{"POST", http.Header{"Accept": {"text/html"}}, false},
		{"", http.Header{"Accept": {"text/html"}}, false},
		{"GET", http.Header{"Accept": {"*/*"}}, false},
		{"GET", http.Header{}, false},
		{"GET", http.Header{"Accept": {"text/html"}, "Sec-Fetch-Mode": {"cors"}}, false},
		{
			"GET",
			http.Header{
				"Accept":           {"text/html"},
				"X-Requested-With": {"XMLHttpRequest"},
			},
			false,
		},
	} {
		if got := route.Navigation(c.method, c.header); got != c.want {
			t.Errorf("%s %v: %v", c.method, c.header, got)
		}
	}
}
