package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/web/route"
)

type fixture struct {
	*Ops
	rt  *route.Router
	err error
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{}
	b := ReadBuild()
	m := NewMetrics(b)
	f.Ops = New(Options{
		Build:   b,
		Metrics: m,
		Ready:   func(context.Context) error { return f.err },
	})
	var err error
	f.rt, err = route.New(route.Options{
		BaseURL: "https://sso.example",
		Log:     slog.New(slog.DiscardHandler),
		Now:     time.Now,
		Observe: m.Request,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Register(f.rt)
	return f
}

func (f *fixture) get(path, from string, header ...string) (int, string) {
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	r.RemoteAddr = from
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.rt.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Body)
	return w.Code, string(body)
}

const probe = "10.0.0.3:1234"

func TestProbes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	want := func(path string, status int) {
		t.Helper()
		if got, body := f.get(path, probe); got != status || strings.Contains(body, "secret detail") {
			t.Errorf("%s: %d %s, want %d", path, got, body, status)
		}
	}
	want("/healthz", 200)
	want("/readyz", 200)
	f.err = errors.New("secret detail")
	want("/healthz", 200)
	want("/readyz", 503)
	f.err = nil
	want("/readyz", 200)
	f.Drain()
	want("/readyz", 503)
	want("/healthz", 200)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	_, body := newFixture(t).get("/version", probe)
	var b Build
	if err := json.Unmarshal([]byte(body), &b); err != nil ||
		b.Go == "" ||
		b.Version == "" {
		t.Errorf("%s: %v", body, err)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.get("/healthz", probe)
	f.get("/no/such/page", probe)
	f.Metrics.Login(sso.SAML, "")
	f.Metrics.Login(sso.OIDC, "id_token_invalid")
	f.Metrics.Synced(3, 1)
	status, body := f.get("/metrics", "127.0.0.1:1234")
	if status != 200 {
		t.Fatal(status)
	}
	for _, want := range []string{
		`gatehouse_http_requests_total{route="GET /healthz",status="200"} 1`,
		`gatehouse_http_requests_total{route="none",status="404"} 1`,
		`gatehouse_logins_total{protocol="saml",reason="",result="success"} 1`,
		`gatehouse_logins_total{protocol="oidc",reason="id_token_invalid",result="failure"} 1`,
		`gatehouse_group_sync_changes_total{op="added"} 3`,
		`gatehouse_group_sync_changes_total{op="removed"} 1`,
		`gatehouse_build_info{`, `go_goroutines`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if strings.Contains(body, "/no/such/page") {
		t.Error("a stranger chooses a label")
	}
	for _, far := range [][]string{
		{probe},
		{"[2001:db8::1]:1"},
		{"127.0.0.1:1", "X-Forwarded-For", "127.0.0.1"},
		{"127.0.0.1:1", "Forwarded", "for=1.2.3.4"},
	} {
		if status, body := f.get("/metrics", far[0], far[1:]...); status != 404 ||
			strings.Contains(body, "go_goroutines") {
			t.Errorf("%v: %d", far, status)
		}
	}
}

// TestMetricOfDrift: a group has a series while people are missing or extra who should
// not be, and a connection at most 50.
func TestMetricOfDrift(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	line := func(group string, n drift.Count) drift.Line {
		return drift.Line{
			Group: sso.Group{ID: sso.GroupID(group)},
			Count: n,
		}
	}
	report := drift.Report{
		Connection: sso.Connection{ID: "conn-1"},
		Lines: []drift.Line{
			line("group-1", drift.Count{Missing: 248, Excused: 8, Extra: 3, Kept: 1}),
			line("group-2", drift.Count{Missing: 5, Excused: 5, Extra: 2, Kept: 2}),
			line("", drift.Count{Missing: 7}),
		},
	}
	for i := range 60 {
		report.Lines = append(report.Lines, line(fmt.Sprintf("more-%d", i), drift.Count{Missing: 1}))
	}
	f.Metrics.Drift(report)
	f.Metrics.Drift(drift.Report{
		Connection: sso.Connection{ID: "conn-2"},
		Lines:      []drift.Line{line("group-3", drift.Count{Extra: 1})},
	})
	const name = "gatehouse_scim_group_drift{"
	_, body := f.get("/metrics", "127.0.0.1:1234")
	for _, want := range []string{
		name + `connection="conn-1",group="group-1",kind="missing"} 240`,
		name + `connection="conn-1",group="group-1",kind="extra"} 2`,
		name + `connection="conn-1",group="more-48",kind="missing"} 1`,
		name + `connection="conn-2",group="group-3",kind="missing"} 0`,
		name + `connection="conn-2",group="group-3",kind="extra"} 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("lacks %s", want)
		}
	}
	if n := strings.Count(body, name); n != 2*51 {
		t.Errorf("%d series, want two of 51 groups", n)
	}
	report.Lines = nil
	f.Metrics.Drift(report)
	if _, body := f.get("/metrics", "127.0.0.1:1234"); strings.Count(body, name) != 2 {
		t.Errorf("a connection that does not differ any more has series:\n%s", body)
	}
}

// TestMetricsAreForThisMachine: a client behind a proxy on this machine is
// refused, by the host it asked for or by a header the proxy adds.
func TestMetricsAreForThisMachine(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ask := func(peer, host string, header ...string) int {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr, r.Host = peer, host
		for i := 0; i+1 < len(header); i += 2 {
			r.Header[header[i]] = []string{header[i+1]}
		}
		w := httptest.NewRecorder()
		f.rt.ServeHTTP(w, r)
		return w.Code
	}
	for _, host := range []string{
		"localhost", "localhost:8080", "LOCALHOST.", "127.0.0.1:8080", "[::1]:8080",
		"[::1]", "127.8.9.1", "sso.localhost:80",
	} {
		if got := ask("127.0.0.1:5000", host); got != http.StatusOK {
			t.Errorf("host %s: %d", host, got)
		}
	}
	for _, host := range []string{
		"sso.example", "sso.example:443", "localhost.example", "127.0.0.1.example",
		"10.0.0.1", "", "[::ffff:10.0.0.1]",
	} {
		if got := ask("127.0.0.1:5000", host); got != http.StatusNotFound {
			t.Errorf("host %q: %d", host, got)
		}
	}
	for _, header := range []string{
		"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded",
		"X_forwarded_for", "Forwarded", "Via", "X-Real-Ip",
		"X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "X-Original-Url",
		"X-Envoy-External-Address", "X-Cluster-Client-Ip", "Fastly-Client-Ip",
	} {
		for _, value := range []string{"203.0.113.9", ""} {
			if got := ask("127.0.0.1:5000", "localhost", header, value); got != http.StatusNotFound {
				t.Errorf("%s: %q: %d", header, value, got)
			}
		}
	}
	if got := ask("203.0.113.9:5000", "localhost"); got != http.StatusNotFound {
		t.Errorf("another machine: %d", got)
	}
}
