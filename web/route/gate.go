package route

import (
	"fmt"
	"net/http"
	"strings"
)

// Gate is a part of the tree that other servers ask on behalf of browsers. Its
// requests have the host, the method, the query and even the path of what the
// browser asked for, so none of the refusals that hold for our own pages hold
// there, no form is read, and ServeMux, which would clean the path, is passed by.
type Gate struct {
	Prefix string // of the path: "/auth/nginx/"
	// Pass answers what is asked all the time and is nothing to log, and returns
	// the status; 0 if it answered nothing. It comes before request identifier, log
	// and everything else; with log.level debug it is left out, so that every
	// request can be seen.
	Pass func(w http.ResponseWriter, r *http.Request) (status int)
	// Handle answers everything else.
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

// gateOf is the gate that a request is for; nil if it is for none.
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
	w.Header().Del("Strict-Transport-Security") // not ours to say where the application is
	if err := g.Handle(w, r); err != nil {
		s.fail(w, r, err)
	}
}

// Navigation reports whether a browser asks for a page to show, so that a
// redirect or a page is an answer it can use; scripts, images and programs are
// told in a form of their own. method is that of the browser's request.
func Navigation(method string, h http.Header) bool {
	if method != http.MethodGet && method != http.MethodHead || h.Get("X-Requested-With") != "" {
		return false
	}
	if mode := h.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	return strings.Contains(h.Get("Accept"), "text/html")
}

// WriteProblem answers with a failure as the API surface does.
func WriteProblem(w http.ResponseWriter, f Failure) { renderProblem(nil, w, nil, f) }

// AllowAssets lets this one answer, which a browser takes for one of another
// site, have the styles and scripts of an origin of ours.
func AllowAssets(w http.ResponseWriter, origin string) {
	w.Header().Set(
		"Content-Security-Policy",
		fmt.Sprintf("default-src 'none'; style-src %[1]s; img-src %[1]s data:; script-src %[1]s; "+
			"frame-ancestors 'none'; base-uri %[1]s; form-action %[1]s", origin),
	)
}
