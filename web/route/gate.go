package route

import (
	"fmt"
	"net/http"
	"strings"
)

// Gate is a path prefix for requests of other servers on behalf of browsers. They
// have the host, method, query and even the path of the browser's request, so the
// refusals for our own pages do not apply, no form is read, and ServeMux, which
// would clean the path, is bypassed.
type Gate struct {
	Prefix string // of the path: "/auth/nginx/"
	// Pass responds to frequent requests that are not logged, and returns the
	// status; 0 if it wrote nothing. It runs before request ID, log and everything
	// else; with log.level debug it is skipped, so that every request is logged.
	Pass func(w http.ResponseWriter, r *http.Request) (status int)
	// Handle responds to all other requests.
	Handle Handler
	// Render writes a failure, status included.
	Render func(w http.ResponseWriter, r *http.Request, f Failure)
}

// Gate registers a gate.
func (rt *Router) Gate(g Gate) {
	if !strings.HasPrefix(g.Prefix, "/") || !strings.HasSuffix(g.Prefix, "/") {
		panic("route: gate " + g.Prefix + " is no directory")
	}
	rt.gates = append(rt.gates, &gate{
		Gate:    g,
		pattern: g.Prefix + "{application}",
		surface: &surface{
			name:    "gate",
			foreign: true,
			anyHost: true,
			invalid: http.StatusForbidden,
			stale:   http.StatusForbidden,
			render: func(_ *Router, w http.ResponseWriter, r *http.Request, f Failure) {
				g.Render(w, r, f)
			},
		},
	})
}

type gate struct {
	Gate
	pattern string
	surface *surface
}

// gateOf returns the gate of a request; nil if there is none.
func (rt *Router) gateOf(r *http.Request) *gate {
	for _, g := range rt.gates {
		if strings.HasPrefix(r.URL.Path, g.Prefix) {
			return g
		}
	}
	return nil
}

func (rt *Router) serveGate(w http.ResponseWriter, r *http.Request, g *gate) {
	s := stateOf(r.Context())
	s.pattern = g.pattern
	s.fail = func(w http.ResponseWriter, r *http.Request, err error) {
		rt.fail(w, r, g.surface, err)
	}
	g.surface.headers(w.Header())
	w.Header().Del("Strict-Transport-Security") // it would apply to the application's host
	if err := g.Handle(w, r); err != nil {
		s.fail(w, r, err)
	}
}

// Navigation reports whether a browser navigates to a page, so that it can use a
// redirect or a page as response; scripts, images and programs cannot. method is
// the method of the browser's request.
func Navigation(method string, h http.Header) bool {
	if method != http.MethodGet && method != http.MethodHead || h.Get("X-Requested-With") != "" {
		return false
	}
	if mode := h.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	return strings.Contains(h.Get("Accept"), "text/html")
}

// WriteProblem writes a failure as the API surface does.
func WriteProblem(w http.ResponseWriter, f Failure) { renderProblem(nil, w, nil, f) }

// AllowAssets allows this response, which a browser attributes to another site, to
// load the styles and scripts of our origin.
func AllowAssets(w http.ResponseWriter, origin string) {
	w.Header().Set(
		"Content-Security-Policy",
		fmt.Sprintf("default-src 'none'; style-src %[1]s; img-src %[1]s data:; script-src %[1]s; "+
			"frame-ancestors 'none'; base-uri %[1]s; form-action %[1]s", origin),
	)
}
