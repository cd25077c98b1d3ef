package ops

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/sso"
	"gatehouse/web/route"
)

// Build identifies the running binary.
type Build struct {
	Version  string `json:"version"` // of the module; "devel" for a build from a work tree
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"` // of the revision, RFC 3339
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
}

// ReadBuild asks the binary itself.
func ReadBuild() Build {
	b := Build{Version: "devel", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// Options configure the handlers; every field is required.
type Options struct {
	Build   Build
	Metrics *Metrics
	// Ready asks whatever a request needs whether it is there.
	Ready func(ctx context.Context) error
}

// Ops are the handlers.
type Ops struct {
	Options
	draining atomic.Bool
}

// New makes the handlers.
func New(o Options) *Ops { return &Ops{Options: o} }

// Drain makes /readyz fail, so that load balancers send no more requests.
func (o *Ops) Drain() { o.draining.Store(true) }

// readyTimeout bounds how long a probe waits for the store.
const readyTimeout = 2 * time.Second

// Register adds the routes.
func (o *Ops) Register(rt *route.Router) {
	rt.Plain(
		route.Route{Pattern: "GET /healthz", Handle: o.health},
		route.Route{Pattern: "GET /readyz", Handle: o.ready},
		route.Route{Pattern: "GET /version", Handle: o.version},
		route.Route{Pattern: "GET /metrics", Handle: o.metrics},
	)
}

// health reports that the process runs: a restart would not help while the
// database is away.
func (o *Ops) health(w http.ResponseWriter, _ *http.Request) error {
	return text(w, "ok\n")
}

func (o *Ops) ready(w http.ResponseWriter, r *http.Request) error {
	if o.draining.Load() {
		return &sso.Error{
			Kind:   sso.Unavailable,
			Code:   "shutting_down",
			Public: "This node is shutting down.",
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := o.Ready(ctx); err != nil {
		return &sso.Error{
			Kind:   sso.Unavailable,
			Code:   "temporarily_unavailable",
			Public: "The database does not answer.",
			Err:    err,
		}
	}
	return text(w, "ok\n")
}

func (o *Ops) version(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(o.Build)
}

// metrics are for this machine.
func (o *Ops) metrics(w http.ResponseWriter, r *http.Request) error {
	if !fromThisMachine(r) {
		return sso.NothingHere()
	}
	o.Metrics.Handler().ServeHTTP(w, r)
	return nil
}

// fromThisMachine reports whether a program on this machine made the request
// itself. A reverse proxy on this machine is such a peer as well, so the request
// must also name this machine as its host, and carry no header that proxies add.
func fromThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || !localHost(r.Host) {
		return false
	}
	for name := range r.Header {
		if forwarded(name) {
			return false
		}
	}
	return true
}

// localHost reports whether a Host header names this machine, with or without a
// port.
func localHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// forwarded reports whether proxies and content delivery networks use a header
// to tell where a request came from. name is in canonical form; some servers let
// "_" and "." stand for "-".
func forwarded(name string) bool {
	name = strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name))
	for _, prefix := range [...]string{
		"x-forwarded", "x-original-", "x-envoy-", "cf-", "x-amzn-", "x-rewrite-",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "forwarded", "via", "true-client-ip", "cdn-loop", "proxy-connection", "x-real-ip",
		"x-client-ip",
		"x-cluster-client-ip", "x-proxyuser-ip", "fastly-client-ip", "x-appengine-user-ip",
		"x-request-start":
		return true
	}
	return false
}

func text(w http.ResponseWriter, s string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(s)) // fails only if the probe is gone
	return nil
}
