package forwardauth

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/launch"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// applicationStore lists the registered applications; store.DB is one.
type applicationStore interface {
	Applications(ctx context.Context, p sso.Page) ([]sso.Application, string, error)
	// ApplicationRevision returns a number that changes with every change of an
	// application.
	ApplicationRevision(ctx context.Context) (int64, error)
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
}

// sessions finds the session of a request; session.Manager does.
type sessions interface {
	// Principal fails with Unauthenticated without a session, and with Unavailable
	// if the store does not answer.
	Principal(r *http.Request) (sso.Principal, error)
	// Lost returns why a browser that signed in a moment ago has no session; nil
	// if it did not sign in.
	Lost(r *http.Request) error
}

// tokens finds the owner of a personal token; tokens.Service does.
type tokens interface {
	// Principal fails with Unauthenticated "invalid_token" whatever is wrong with the
	// value, and with Unavailable if the store does not answer. before is called if
	// the store has to be asked; its error is returned instead.
	Principal(ctx context.Context, value, userAgent string, before func() error) (sso.Principal, error)
}

// signer signs assertions and publishes the keys that verify them; signing.Keys
// is one.
type signer interface {
	Sign(ctx context.Context, claims any) (string, error)
	Published(ctx context.Context) ([]byte, error)
}

// Options configure the handlers; every field is required unless marked optional.
type Options struct {
	Applications applicationStore
	Sessions     sessions
	Tokens       tokens
	Keys         signer
	Pages        *ui.Renderer
	BaseURL      string // public address of Gatehouse
	// CookieDomain is the domain attribute of the session cookie; "": our host
	// alone.
	CookieDomain string
	// TrustedProxies may send requests; loopback addresses always may.
	TrustedProxies []netip.Prefix
	// SignInPerAddress limits requests to resume per minute and client network; 0:
	// no limit.
	SignInPerAddress int
	// WrongTokens limits tokens of a client network that were looked up in vain.
	WrongTokens route.Failures
	Log         *slog.Logger
	Now         func() time.Time
	// Observe counts a response: "allowed", the reason of a public request, or an
	// error code. Optional.
	Observe func(contract, outcome string)
}

// ForwardAuth has the handlers. It is safe for concurrent use.
type ForwardAuth struct {
	Options
	origin    string // of BaseURL
	cookies   launch.CookieScope
	registry  *registry
	grants    *grantCache
	untrusted untrustedPeers
}

// New returns the handlers. BaseURL must be an absolute http or https URL.
func New(o Options) (*ForwardAuth, error) {
	base, err := sso.ParseAbsolute(o.BaseURL)
	if err != nil {
		return nil, errors.New("the base URL is not an absolute http or https URL")
	}
	if o.Observe == nil {
		o.Observe = func(string, string) {}
	}
	f := &ForwardAuth{
		Options: o,
		origin:  base.Scheme + "://" + base.Host,
		cookies: launch.NewCookieScope(base, o.CookieDomain),
		registry: &registry{
			store: o.Applications,
			now:   o.Now,
			log:   o.Log,
		},
	}
	f.grants = newGrantCache(f)
	return f, nil
}

// Register adds the routes. The gates respond before the router does anything
// else.
func (f *ForwardAuth) Register(rt *route.Router) {
	for _, c := range contracts() {
		rt.Gate(route.Gate{
			Prefix: c.prefix,
			Pass: func(w http.ResponseWriter, r *http.Request) int {
				return f.pass(w, r, c)
			},
			Handle: func(w http.ResponseWriter, r *http.Request) error {
				return f.refuse(w, r, c)
			},
			Render: func(w http.ResponseWriter, r *http.Request, failure route.Failure) {
				f.render(w, r, c, failure)
			},
		})
	}
	rt.Page(route.Route{
		Pattern: "GET /login/continue/{application}",
		Handle:  f.resume,
		Rates:   []route.Rate{{Name: "continue", PerMinute: f.SignInPerAddress}},
	})
	rt.Static("/oauth2/keys", http.HandlerFunc(f.keys))
}

// pass responds to admitted requests and to those without a session, and returns
// the status; 0 if it wrote nothing.
func (f *ForwardAuth) pass(w http.ResponseWriter, r *http.Request, c *contract) (status int) {
	v := f.decide(r, c, func() error { return errNotCached })
	if errors.Is(v.refusal, errNotCached) {
		return 0 // refuse looks it up: it knows the client's address
	}
	return f.answer(w, r, c, v)
}

func (f *ForwardAuth) answer(w http.ResponseWriter, r *http.Request, c *contract, v verdict) (status int) {
	if v.err == nil {
		if v.grant == nil {
			f.Observe(c.name, v.open)
			writeAnonymousHeaders(w.Header())
		} else {
			f.Observe(c.name, "allowed")
			v.grant.writeHeaders(w.Header())
		}
		w.WriteHeader(http.StatusOK)
		return http.StatusOK
	}
	if v.program ||
		sso.KindOf(v.err) != sso.Unauthenticated ||
		hasOtherCredentials(r, v.asked) ||
		!f.cookies.Covers(v.origin) {
		return 0
	}
	f.Observe(c.name, sso.CodeOf(v.err))
	return f.challenge(w, r, c, v)
}

// challenge responds with the address to sign in at, in the form that the proxy
// or browser can use.
func (f *ForwardAuth) challenge(w http.ResponseWriter, r *http.Request, c *contract, v verdict) (status int) {
	location := f.origin + launch.Return(v.application.Key, v.origin+v.asked.uri)
	h := w.Header()
	h["Cache-Control"] = noStore()
	if c.redirects && route.Navigation(v.asked.method, r.Header) {
		h["Location"] = []string{location}
		w.WriteHeader(http.StatusFound)
		return http.StatusFound
	}
	h["Www-Authenticate"] = []string{`Cookie realm="Gatehouse"`}
	if !c.redirects {
		h["Location"] = []string{location}
		w.WriteHeader(http.StatusUnauthorized) // the proxy discards a body
		return http.StatusUnauthorized
	}
	h["Content-Type"] = []string{"application/problem+json"}
	w.WriteHeader(http.StatusUnauthorized)
	code, detail := "session_ended", "Please sign in."
	if e, ok := errors.AsType[*sso.Error](v.err); ok && (e.Code == codeAppTooOld || e.Code == codeAppInsufficient) {
		code, detail = e.Code, e.Text().String()
	}
	_, _ = io.WriteString(
		w,
		`{"type":"`+route.ProblemType+code+
			`","title":"Unauthorized","status":401,"detail":"`+detail+`","code":"`+code+`"}`+
			"\n",
	)
	return http.StatusUnauthorized
}

// refuse responds to every other request. It decides again, because the request
// may have become valid since pass.
func (f *ForwardAuth) refuse(w http.ResponseWriter, r *http.Request, c *contract) error {
	v := f.lookUp(r, c)
	if f.answer(w, r, c, v) != 0 {
		return nil
	}
	err := v.err
	switch {
	case sso.KindOf(err) != sso.Unauthenticated:
	case v.program:
		w.Header().Set("WWW-Authenticate", `Bearer realm="Gatehouse", error="invalid_token"`)
	case hasOtherCredentials(r, v.asked):
		err = &sso.Error{
			Kind:   sso.Unauthenticated,
			Code:   "token_in_query_not_allowed",
			Public: "Sign in with a browser: neither a password nor a token in the address is accepted here.",
		}
		w.Header().Set("WWW-Authenticate", `Cookie realm="Gatehouse"`)
	default:
		err = errOutOfReach(v.origin)
	}
	f.Observe(c.name, sso.CodeOf(err))
	switch sso.Refusal(sso.CodeOf(err)) {
	case sso.CodeAppEnterprise, sso.CodeAppGroup:
		err = route.WithWay(err, route.Way{Application: v.application.Name})
	}
	return err
}

func errOutOfReach(origin string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "app_out_of_reach",
		Err:    errors.New(origin),
		Public: "This application cannot see that you are signed in: its host is not one the session cookie is sent to.",
	}
}

// hasOtherCredentials reports whether a request without a session carries a
// password, or a token in the query: neither is accepted.
func hasOtherCredentials(r *http.Request, asked original) bool {
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Basic") {
		return true
	}
	_, query, _ := strings.Cut(asked.uri, "?")
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if name == "access_token" || strings.HasPrefix(value, "gw_") {
			return true
		}
	}
	return false
}

// render writes a failure: a page for navigations, else problem details.
func (f *ForwardAuth) render(w http.ResponseWriter, r *http.Request, c *contract, failure route.Failure) {
	method := r.Method
	if asked, err := c.read(r); err == nil {
		method = asked.method
	}
	_, program := presentedToken(r.Header)
	if program ||
		!c.redirects ||
		failure.Status == http.StatusUnauthorized ||
		!route.Navigation(method, r.Header) {
		route.WriteProblem(w, failure)
		return
	}
	p := ui.NewFailure(failure.Status, failure.Code, failure.Text, failure.Reference, failure.At)
	p.Enterprise, p.Of = failure.Way.Enterprise, failure.Way.Of
	p.Home = f.origin + "/" // the page is shown at the application's address
	p.Application = failure.Way.Application
	route.AllowAssets(w, f.origin)
	if err := f.Pages.Render(w, r, failure.Status, p); err != nil {
		f.Log.ErrorContext(r.Context(), "failure page not rendered", "error", err)
		route.WriteProblem(w, failure)
	}
}

// keys serves the JWK set that verifies assertions.
func (f *ForwardAuth) keys(w http.ResponseWriter, r *http.Request) {
	doc, err := f.Keys.Published(r.Context())
	if err != nil {
		route.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(doc) // fails only if the client is gone
}
