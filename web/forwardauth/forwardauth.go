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
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// Applications keeps what is behind the proxies; store.DB does.
type Applications interface {
	Applications(ctx context.Context, p sso.Page) ([]sso.Application, string, error)
	// ApplicationRevision is another number after every change.
	ApplicationRevision(ctx context.Context) (int64, error)
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
}

// sessions says whose browser it is; session.Manager does.
type sessions interface {
	// Principal fails with Unauthenticated for nobody, and with Unavailable if it
	// cannot know.
	Principal(r *http.Request) (sso.Principal, error)
	// Lost says why a browser that has just signed in has no session; nil: it has
	// not signed in.
	Lost(r *http.Request) error
}

// Keys sign what applications are told, and publish what that is verified with;
// signing.Keys does.
type Keys interface {
	Sign(ctx context.Context, claims any) (string, error)
	Published(ctx context.Context) ([]byte, error)
}

// Options are what the handlers are made of; all of it is required unless said.
type Options struct {
	Applications Applications
	Sessions     sessions
	Keys         Keys
	Pages        *ui.Renderer
	BaseURL      string // where people reach us
	// CookieDomain is where the session cookie goes besides our own host; "":
	// nowhere.
	CookieDomain string
	// TrustedProxies may ask, and so may this machine.
	TrustedProxies []netip.Prefix
	// SignInPerAddress is how many browsers may come back from signing in per
	// minute and client network; 0: no limit.
	SignInPerAddress int
	Log              *slog.Logger
	Now              func() time.Time
	// Observe counts an answer: "allowed" or the code of a refusal. Optional.
	Observe func(contract, outcome string)
}

// ForwardAuth are the handlers. Safe for concurrent use.
type ForwardAuth struct {
	Options
	origin    string // of BaseURL
	reach     reach
	registry  *registry
	ready     *readies
	strangers strangers
}

// New makes the handlers. BaseURL must be an absolute http or https URL.
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
		reach:   newReach(base, o.CookieDomain),
		registry: &registry{
			store: o.Applications,
			now:   o.Now,
			log:   o.Log,
		},
	}
	f.ready = newReadies(f)
	return f, nil
}

// Register adds the routes. The answers to proxies come before everything else
// the router does.
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

// pass answers whoever may go on, and whoever is not signed in; else it returns 0.
func (f *ForwardAuth) pass(w http.ResponseWriter, r *http.Request, c *contract) (status int) {
	return f.answer(w, r, c, f.decide(r, c))
}

func (f *ForwardAuth) answer(w http.ResponseWriter, r *http.Request, c *contract, v verdict) (status int) {
	if v.err == nil {
		if v.ready == nil {
			f.Observe(c.name, v.open)
			anonymous(w.Header())
		} else {
			f.Observe(c.name, "allowed")
			v.ready.write(w.Header())
		}
		w.WriteHeader(http.StatusOK)
		return http.StatusOK
	}
	if sso.KindOf(v.err) != sso.Unauthenticated ||
		credentialsElsewhere(r, v.asked) ||
		!f.reach.from(v.origin) {
		return 0
	}
	f.Observe(c.name, sso.CodeOf(v.err))
	return f.challenge(w, r, c, v)
}

// challenge says where to sign in, in the way the asker can use.
func (f *ForwardAuth) challenge(w http.ResponseWriter, r *http.Request, c *contract, v verdict) (status int) {
	location := f.origin + way(v.application.Key, v.origin+v.asked.uri)
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
		w.WriteHeader(http.StatusUnauthorized) // the proxy throws a body away
		return http.StatusUnauthorized
	}
	h["Content-Type"] = []string{"application/problem+json"}
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(
		w,
		`{"type":"`+route.ProblemType+
			`session_ended","title":"Unauthorized","status":401,"detail":"Please sign in.","code":"session_ended"}`+
			"\n",
	)
	return http.StatusUnauthorized
}

// refuse answers every other request; it is asked again what pass was asked, so
// that it also answers what became right meanwhile.
func (f *ForwardAuth) refuse(w http.ResponseWriter, r *http.Request, c *contract) error {
	v := f.decide(r, c)
	if f.answer(w, r, c, v) != 0 {
		return nil
	}
	err := v.err
	switch {
	case sso.KindOf(err) != sso.Unauthenticated:
	case credentialsElsewhere(r, v.asked):
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

// maxLocation is the longest path that leads back, in bytes: what every proxy
// takes in a header, and a server in front of us as a request line.
const maxLocation = 8000

// credentialsElsewhere reports whether somebody without a session tried what is
// not taken here: a password, or a token where logs have it.
func credentialsElsewhere(r *http.Request, asked original) bool {
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

// render writes a failure: a page to somebody who looks at one, else a problem.
func (f *ForwardAuth) render(w http.ResponseWriter, r *http.Request, c *contract, failure route.Failure) {
	method := r.Method
	if asked, err := c.read(r); err == nil {
		method = asked.method
	}
	if !c.redirects ||
		failure.Status == http.StatusUnauthorized ||
		!route.Navigation(method, r.Header) {
		route.WriteProblem(w, failure)
		return
	}
	p := ui.NewFailure(failure.Status, failure.Code, failure.Public, failure.Reference, failure.At)
	p.Home = f.origin + "/" // the page is shown at the application's address
	if failure.Code == codeAppEnterprise || failure.Code == codeAppGroup {
		p.Href, p.Label = "/account", "Go to my account"
	}
	route.AllowAssets(w, f.origin)
	if err := f.Pages.Render(w, failure.Status, p); err != nil {
		f.Log.ErrorContext(r.Context(), "failure page not rendered", "error", err)
		route.WriteProblem(w, failure)
	}
}

// keys publishes what assertions are verified with.
func (f *ForwardAuth) keys(w http.ResponseWriter, r *http.Request) {
	doc, err := f.Keys.Published(r.Context())
	if err != nil {
		route.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(doc) // the reader went away: there is nobody to tell
}
