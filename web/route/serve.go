package route

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// ServeHTTP assigns request ID and client address, refuses ambiguous requests,
// dispatches, and writes the access log.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := rt.Now()
	gate := rt.gateOf(r)
	if gate != nil && !rt.Log.Enabled(r.Context(), slog.LevelDebug) {
		if status := gate.Pass(w, r); status != 0 {
			rt.Observe(gate.pattern, status, rt.Now().Sub(start))
			return
		}
	}
	s := &state{id: requestID(r), ip: clientIP(r, rt.TrustedProxies)}
	r = r.WithContext(context.WithValue(r.Context(), stateKey{}, s))
	rec := &recorder{ResponseWriter: w}
	rt.commonHeaders(rec.Header(), s.id)
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares the value itself
				panic(p)
			}
			err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			if s.fail != nil {
				s.fail(rec, r, err)
			} else {
				rt.fail(rec, r, rt.surfaceOf(r), err)
			}
		}
		rt.finish(r, s, rec, start)
	}()
	if gate != nil {
		rt.serveGate(rec, r, gate)
		return
	}
	_, r = rt.protocolOf(r)
	if err := checkTarget(r); err != nil {
		pageSurface.headers(rec.Header())
		rt.fail(rec, r, rt.surfaceOf(r), err)
		return
	}
	rt.mux.ServeHTTP(rec, r)
}

// surfaceOf guesses the surface of a request that is refused before routing.
func (rt *Router) surfaceOf(r *http.Request) *surface {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return apiSurface
	}
	if s, _ := rt.protocolOf(r); s != nil {
		return s
	}
	return pageSurface
}

func (rt *Router) finish(r *http.Request, s *state, rec *recorder, start time.Time) {
	took := rt.Now().Sub(start)
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	rt.Observe(s.pattern, status, took)
	level := slog.LevelInfo
	if rt.quiet(s.pattern) && status < 400 || rt.isGate(s.pattern) && status < 500 {
		level = slog.LevelDebug
	}
	// Never the query: it carries codes and messages of identity providers.
	rt.Log.LogAttrs(r.Context(), level, "request",
		slog.String("request_id", s.id), slog.String("method", r.Method),
		slog.String("path", logPath(r, s.pattern)),
		slog.Int("status", status), slog.Duration("took", took), slog.Int64("bytes", rec.bytes),
		slog.String("client_ip", ClientIP(r.Context())))
}

func (rt *Router) quiet(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	e := rt.entries[path]
	return e != nil && (e.surface == plainSurface || e.surface == staticSurface)
}

// isGate reports whether a gate handled the request: it is called for each request
// to an application, and its refusals have their own log line.
func (rt *Router) isGate(pattern string) bool {
	return slices.ContainsFunc(rt.gates, func(g *gate) bool {
		return g.pattern == pattern
	})
}

// logPath returns the path, or the pattern if the path has a bearer value or is the
// path of another site, which may have one.
func logPath(r *http.Request, pattern string) string {
	if strings.Contains(pattern, "{token}") || strings.HasSuffix(pattern, "{application}") {
		return pattern
	}
	if len(r.URL.Path) > 256 {
		return r.URL.Path[:256] + "…"
	}
	return r.URL.Path
}

// saneID matches request IDs that are accepted from a proxy: they are sent in a
// header, logged, and shown on error pages.
var saneID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$`)

func requestID(r *http.Request) string {
	if given := r.Header.Get("X-Request-Id"); saneID.MatchString(given) {
		return given
	}
	var b [10]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return "req-" + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// clientIP returns the rightmost address of peer and X-Forwarded-For that is not a
// trusted proxy's.
func clientIP(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer := hopAddr(r.RemoteAddr)
	if !peer.IsValid() || !contains(trusted, peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := hopAddr(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break // the entries before it are not trusted
		}
		peer = hop
		if !contains(trusted, hop) {
			break
		}
	}
	return peer
}

func hopAddr(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

func contains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// recorder remembers status and size of the response.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Server returns an http.Server with the limits that this package relies on: header
// blocks of at most 32 KB (431), and timeouts for slow clients.
func Server(addr string, h http.Handler, log *slog.Logger) *http.Server {
	const slop = 4096 // net/http reads this much beyond its limit
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		MaxHeaderBytes:    32<<10 - slop,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
