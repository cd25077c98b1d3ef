package route

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
)

// Handler responds to a request, or returns an error and has written nothing.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Options configure a Router.
type Options struct {
	// BaseURL is the public address. Only its host is accepted (and, if that is a
	// loopback name, the other loopback names).
	BaseURL string
	// TrustedProxies are the peers whose X-Forwarded-For is trusted. Empty: none.
	TrustedProxies []netip.Prefix
	Limiter        Limiter // nil: no rate limits
	Log            *slog.Logger
	Now            func() time.Time
	// Observe is called for every response with the matched pattern ("" if none).
	// Optional.
	Observe func(pattern string, status int, took time.Duration)
	// RenderFailure writes the page of a failure, status included. Without it,
	// or if it fails before writing, the page is plain text.
	RenderFailure func(w http.ResponseWriter, r *http.Request, f Failure) error
}

// Route is a pattern and its handler.
type Route struct {
	Pattern string // "METHOD /path/{wildcard}", as net/http.ServeMux has it
	Handle  Handler
	// Why is the reason why a Callback or Machine route accepts posts from other
	// origins.
	Why     string
	MaxBody int64 // bytes; 0 means DefaultMaxBody
	// TooLarge responds to a request whose body exceeds MaxBody, in place of the
	// failure cause. It may read on. Optional.
	TooLarge func(w http.ResponseWriter, r *http.Request, most int64, cause error) error
	Files    bool   // its form may have files, whose contents become values
	Rates    []Rate // all must allow the request
	// Admit may refuse a request before its body is read. Optional.
	Admit func(r *http.Request) error
}

// DefaultMaxBody is the limit of a form, in bytes, unless its route has another.
const DefaultMaxBody = 64 << 10

// Router is an http.Handler over http.ServeMux. Routes are registered before it
// serves; registering two of the same pattern and method panics, as ServeMux
// does.
type Router struct {
	Options
	mux     *http.ServeMux
	entries map[string]*entry
	gates   []*gate
	hosts   []string
	// protocols are few, and looked through for each request.
	protocols []protocol
	https     bool
	cross     *http.CrossOriginProtection
	stray     *entry // for forms posted to an unknown path; nil: not found
}

// New returns a Router. BaseURL must be an absolute http or https URL.
func New(o Options) (*Router, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil ||
		base.Host == "" ||
		(base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("base URL %q is not an absolute http or https URL", o.BaseURL)
	}
	if o.Observe == nil {
		o.Observe = func(string, int, time.Duration) {}
	}
	rt := &Router{
		Options: o,
		mux:     http.NewServeMux(),
		entries: map[string]*entry{},
		https:   base.Scheme == "https",
		hosts:   hostsOf(base),
		cross:   http.NewCrossOriginProtection(),
	}
	if err := rt.cross.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("base URL %q: %w", o.BaseURL, err)
	}
	// everything else is a 404
	rt.mux.Handle("/", &entry{
		router:  rt,
		path:    "",
		surface: pageSurface,
	})
	return rt, nil
}

// Page registers pages: HTML, forms, cross-origin posts refused.
func (rt *Router) Page(routes ...Route) { rt.add(pageSurface, routes) }

// Callback registers endpoints to which an identity provider sends browsers. Their
// responses are pages; their posts come from another origin, so each needs a
// reason and is protected by the pending login. Duplicate parameters are refused.
func (rt *Router) Callback(routes ...Route) { rt.add(callbackSurface, routes) }

// Stray registers the handler of forms posted to unknown paths, as a Callback. Other
// requests there are not found.
func (rt *Router) Stray(route Route) {
	rt.stray = &entry{
		router:  rt,
		surface: callbackSurface,
		any:     &route,
	}
}

// Machine registers endpoints that other servers call with a form; errors are JSON
// as in RFC 6749 §5.2.
func (rt *Router) Machine(routes ...Route) { rt.add(machineSurface, routes) }

// Plain registers text for operators and probes: any host is accepted (probes
// address a container by its IP), and no form.
func (rt *Router) Plain(routes ...Route) { rt.add(plainSurface, routes) }

// API hands a pattern without a method to a handler that renders its own
// errors, such as the REST API, by Fail or on its own. Refusals of the router are
// application/problem+json (RFC 9457). The body is limited, not read.
func (rt *Router) API(pattern string, h http.Handler, maxBody int64) {
	rt.entries[pattern] = &entry{
		router:  rt,
		path:    pattern,
		surface: apiSurface,
		any: &Route{
			Pattern: pattern,
			MaxBody: maxBody,
			Handle: func(w http.ResponseWriter, r *http.Request) error {
				h.ServeHTTP(w, r)
				return nil
			},
		},
	}
	rt.mux.Handle(pattern, rt.entries[pattern])
}

// Static passes GETs under a pattern to a handler that sets its own caching
// headers, with only the router's own limits.
func (rt *Router) Static(pattern string, h http.Handler) {
	rt.add(staticSurface, []Route{{
		Pattern: "GET " + pattern,
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			h.ServeHTTP(w, r)
			return nil
		},
	}})
}

func (rt *Router) add(s *surface, routes []Route) {
	for _, route := range routes {
		method, path, ok := strings.Cut(route.Pattern, " ")
		if !ok || !strings.HasPrefix(path, "/") {
			panic("route: pattern " + route.Pattern + " has no method")
		}
		if s.foreign && method == http.MethodPost && route.Why == "" {
			panic("route: " + route.Pattern + " takes posts from other origins without saying why")
		}
		e := rt.entries[path]
		if e == nil {
			e = &entry{
				router:  rt,
				path:    path,
				surface: s,
				methods: map[string]*Route{},
			}
			rt.entries[path] = e
			rt.mux.Handle(path, e)
		}
		if e.methods[method] != nil || e.surface != s {
			panic("route: " + route.Pattern + " is registered twice, or on two surfaces")
		}
		e.methods[method] = &route
	}
}

// patterns returns the registered patterns, sorted: "GET /account".
func (rt *Router) patterns() []string {
	var all []string
	for path, e := range rt.entries {
		for method := range e.methods {
			all = append(all, method+" "+path)
		}
		if e.any != nil {
			all = append(all, path)
		}
	}
	for _, g := range rt.gates {
		all = append(all, g.pattern)
	}
	slices.Sort(all)
	return all
}

// entry is one path with its methods. It selects the method, and not the mux, so
// that the error for a wrong one has the form of the surface.
type entry struct {
	router  *Router
	path    string
	surface *surface
	methods map[string]*Route
	any     *Route
}

func (e *entry) route(method string) (*Route, error) {
	if e.any != nil {
		return e.any, nil
	}
	if e.methods == nil {
		return nil, sso.NothingHere()
	}
	if method == http.MethodHead && e.methods[method] == nil {
		method = http.MethodGet
	}
	if found := e.methods[method]; found != nil {
		return found, nil
	}
	return nil, errMethod(method)
}

// errMethod names the method if it looks like one.
func errMethod(method string) *sso.Error {
	if len(method) > 10 || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return refusal(codeMethod, "This address does not take such requests.")
	}
	e := refusal(codeMethod, "This address does not take {method} requests.")
	e.Values = sso.Values{"method": method}
	return e
}

func (e *entry) allow() string {
	var all []string
	for method := range e.methods {
		all = append(all, method)
		if method == http.MethodGet && e.methods[http.MethodHead] == nil {
			all = append(all, http.MethodHead)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// ServeHTTP implements http.Handler for the router's mux.
func (e *entry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if stray := e.router.stray; stray != nil &&
		e.path == "" &&
		e != stray &&
		r.Method == http.MethodPost &&
		isForm(r) {
		stray.ServeHTTP(w, r)
		return
	}
	state := stateOf(r.Context())
	state.pattern = e.path
	state.fail = func(w http.ResponseWriter, r *http.Request, err error) {
		e.router.fail(w, r, e.surface, err)
	}
	if err := e.serve(w, r); err != nil {
		if sso.CodeOf(err) == codeMethod {
			w.Header().Set("Allow", e.allow())
		}
		state.fail(w, r, err)
	}
}

func (e *entry) serve(w http.ResponseWriter, r *http.Request) error {
	e.surface.headers(w.Header())
	route, err := e.route(r.Method)
	if err != nil {
		return err
	}
	stateOf(r.Context()).pattern = route.Pattern
	if !e.surface.anyHost && !e.router.knows(r.Host) {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   codeHost,
			Public: "This server does not answer for that host.",
		}
	}
	if err := checkQuery(r, e.surface); err != nil {
		return err
	}
	if !e.surface.foreign {
		if err := e.router.cross.Check(r); err != nil {
			return &sso.Error{
				Kind:   sso.Forbidden,
				Code:   "csrf",
				Public: "This form was sent from another site. Open the page here and try again.",
				Err:    err,
			}
		}
	}
	for _, rate := range route.Rates {
		if err := e.router.allow(r, rate); err != nil {
			return err
		}
	}
	if route.Admit != nil {
		if err := route.Admit(r); err != nil {
			return err
		}
	}
	err = takeBody(w, r, e.surface, route)
	switch {
	case route.TooLarge != nil && sso.CodeOf(err) == codeBody:
		return route.TooLarge(w, r, route.MaxBody, err)
	case err != nil:
		return err
	}
	return route.Handle(w, r)
}

// state is what the router knows about a request.
type state struct {
	id      string
	ip      netip.Addr
	pattern string
	fail    func(w http.ResponseWriter, r *http.Request, err error) // of the surface; nil before it is routed
}

type stateKey struct{}

func stateOf(ctx context.Context) *state {
	if s, ok := ctx.Value(stateKey{}).(*state); ok {
		return s
	}
	return &state{}
}

// RequestID returns the ID of a request, as sent in X-Request-Id and logged; ""
// outside a router.
func RequestID(ctx context.Context) string { return stateOf(ctx).id }

// ClientIP returns the client's address, as far as trusted proxies tell it; ""
// outside a router.
func ClientIP(ctx context.Context) string {
	if ip := stateOf(ctx).ip; ip.IsValid() {
		return ip.String()
	}
	return ""
}
