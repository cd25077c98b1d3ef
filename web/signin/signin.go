package signin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// authenticator carries out sign-ins and sign-outs; login.Service does.
type authenticator interface {
	Begin(ctx context.Context, start login.Start) (sso.Redirect, error)
	Complete(ctx context.Context, id sso.ConnectionID, cb sso.Callback) (login.Result, error)
	Astray(ctx context.Context, d login.Delivery, cb sso.Callback) (login.Result, error)
	TooLarge(ctx context.Context, id sso.ConnectionID, most int64, cb sso.Callback) (login.Result, error)
	Discover(ctx context.Context, text string) (login.Found, error)
	Logout(ctx context.Context, p sso.Principal) (*sso.Redirect, error)
	SingleLogout(ctx context.Context, id sso.ConnectionID, form url.Values, rawQuery string) (*sso.Redirect, error)
	BackchannelLogout(ctx context.Context, id sso.ConnectionID, token string) error
}

// Sessions binds browsers to sessions and to pending sign-ins; session.Manager
// does.
type Sessions interface {
	Start(w http.ResponseWriter, r *http.Request, token sso.Secret) error
	Principal(r *http.Request) (sso.Principal, error)
	End(w http.ResponseWriter, r *http.Request)
	Browser(w http.ResponseWriter, r *http.Request) sso.Secret
	BrowserOf(r *http.Request) sso.Secret
	// Tokens returns the tokens of all session cookies in the request.
	Tokens(r *http.Request) []sso.Secret
}

// launcher knows the ways to applications; launch.Service does.
type launcher interface {
	// Path returns the path of ours that leads to an address of an application; "" if
	// no application serves it.
	Path(ctx context.Context, address string) string
	// Landing returns the path where a person arrives who asked for nothing else.
	Landing(ctx context.Context, p sso.Principal) (string, error)
}

// Options configure the handlers; every field is required.
type Options struct {
	Login    authenticator
	Launch   launcher
	Codes    codeVerifier
	Tests    testRunner
	Sessions Sessions
	Pages    *ui.Renderer
	// Metadata returns our SAML metadata for a connection; NotFound without such a
	// SAML connection.
	Metadata func(ctx context.Context, id sso.ConnectionID) ([]byte, error)
	// Enterprise returns the enterprise of a connection, for the link on a failure
	// page.
	Enterprise func(ctx context.Context, id sso.ConnectionID) (sso.Enterprise, error)
	// Need returns what the place to return to requires of how the user authenticates.
	Need func(ctx context.Context, returnTo string) (sso.AuthnNeed, error)
	// Brands finds the pictures of brands.
	Brands pictures
	// SignInPerAddress is how many sign-ins may start per minute from one client
	// network; 0: no limit.
	SignInPerAddress int
	BaseURL          string // of Gatehouse, without a slash at the end
	// Failures limits failed messages and codes.
	Failures route.Failures
	// Secure says that the public address is https.
	Secure bool
	Now    func() time.Time
}

// Signin has the handlers.
type Signin struct {
	Options
	lane *lane
}

// New returns the handlers.
func New(o Options) *Signin { return &Signin{Options: o, lane: newLane()} }

const (
	// maxResponse is the largest form with a SAML response, in bytes: one of 2 MB,
	// in base64 and escaped.
	maxResponse = 3 << 20
	maxLogout   = 256 << 10 // the same of a logout message
)

// The reasons why a form of another site may be posted to a route.
const (
	whyPending = "the identity provider’s page posts it; the pending login binds it to the browser that began"
	whySigned  = "the identity provider’s page posts it; only signed messages count"
)

// Register adds the routes.
func (s *Signin) Register(rt *route.Router) {
	rt.Page(s.pages()...)
	rt.Static(brandPattern, http.HandlerFunc(s.brand))
	rt.Callback(s.samlCallbacks()...)
	rt.Callback(s.oidcCallbacks()...)
	stray := s.limited(byBrowser, responseFailed, s.stray)
	rt.Callback(
		s.strayResponse("POST /saml/{connection}/metadata", stray),
		s.strayResponse("POST /saml/{path...}", stray),
		s.strayResponse("POST /oidc/{path...}", stray),
		route.Route{Pattern: "GET /saml/{connection}/acs", Handle: stray},
		route.Route{Pattern: "GET /saml/{path...}", Handle: stray},
		route.Route{Pattern: "GET /oidc/{path...}", Handle: stray},
	)
	rt.Stray(s.strayResponse("POST /{path...}", stray))
	rt.Machine(route.Route{
		Pattern: "POST /oidc/{connection}/backchannel-logout",
		Handle:  s.limited(bySignature, logoutFailed, s.backchannelLogout),
		Why:     "the identity provider’s server posts it; only signed tokens count",
	})
}

func (s *Signin) pages() []route.Route {
	starts := []route.Rate{{Name: startsLimit, PerMinute: s.SignInPerAddress}}
	return []route.Route{
		{Pattern: "GET /{$}", Handle: s.home},
		{Pattern: "GET /login", Handle: s.form, Rates: starts},
		{Pattern: "POST /login", Handle: s.find, Rates: starts},
		{Pattern: "GET /login/sso", Handle: s.link, Rates: starts},
		{Pattern: "POST /login/sso", Handle: s.link, Rates: starts},
		{Pattern: "GET /login/test/{token}", Handle: s.openTest, Rates: starts},
		{
			Pattern: "GET /login/tested/{connection}/{test}",
			Handle:  s.showTestResult,
			Rates:   starts,
		},
		{Pattern: "GET " + verifyPath, Handle: s.showVerify, Rates: starts},
		{Pattern: "POST " + verifyPath, Handle: s.limited(byBrowser, codeFailed, s.verify)},
		{Pattern: "POST " + verifyPath + "/resend", Handle: s.limited(byBrowser, codeFailed, s.resend)},
		{Pattern: "GET /logout", Handle: s.confirmLogout},
		{Pattern: "POST /logout", Handle: s.logout},
		{Pattern: "POST " + languagePath, Handle: s.chooseLanguage},
	}
}

// samlCallbacks returns the endpoints of a SAML connection.
func (s *Signin) samlCallbacks() []route.Route {
	slo := s.limited(bySignature, logoutFailed, s.singleLogout)
	return []route.Route{
		{
			Pattern: "GET /saml/{connection}/metadata",
			Handle:  s.metadata,
			Rates:   []route.Rate{{Name: "metadata", PerMinute: 300}},
		},
		{
			Pattern: "POST /saml/{connection}/acs",
			// An IdP-initiated response has no proof but its signature.
			Handle:   s.limited(bySignature, responseFailed, s.answer),
			MaxBody:  maxResponse,
			TooLarge: s.tooLarge,
			Admit:    s.admitLarge,
			Why:      whyPending,
		},
		{Pattern: "GET /saml/{connection}/slo", Handle: slo},
		{
			Pattern: "POST /saml/{connection}/slo",
			Handle:  slo,
			MaxBody: maxLogout,
			Why:     whySigned,
		},
	}
}

// oidcCallbacks returns the redirect URI of an OpenID Connect connection.
func (s *Signin) oidcCallbacks() []route.Route {
	callback := s.limited(byBrowser, responseFailed, s.answer)
	return []route.Route{
		{Pattern: "GET /oidc/{connection}/callback", Handle: callback},
		{Pattern: "POST /oidc/{connection}/callback", Handle: callback, Why: whyPending},
	}
}

// strayResponse returns a route for responses sent to an address that expects
// none.
func (s *Signin) strayResponse(pattern string, handle route.Handler) route.Route {
	return route.Route{
		Pattern: pattern,
		Handle:  handle,
		MaxBody: maxResponse,
		Admit:   s.admitLarge,
		Why:     whyPending,
	}
}

// home redirects signed-in users to where people of their company arrive, and shows
// other visitors the sign-in page.
func (s *Signin) home(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Sessions.Principal(r)
	switch {
	case err == nil:
		to, err := s.Launch.Landing(r.Context(), p)
		if err != nil {
			return fmt.Errorf("find where to arrive: %w", err)
		}
		return route.SeeOther(w, to)
	case sso.KindOf(err) == sso.Unauthenticated:
		return s.showForm(w, r, http.StatusOK, signInPage{})
	}
	return fmt.Errorf("find session: %w", err)
}

// form asks for the company or, when the query names one, offers to continue to
// it.
func (s *Signin) form(w http.ResponseWriter, r *http.Request) error {
	Languages{s.Secure}.keepOfLink(w, r)
	query := r.URL.Query()
	returnTo, hint := s.target(r, query.Get("return_to")), hintOf(query)
	key := query.Get("enterprise_key")
	if key == "" {
		return s.showForm(w, r, http.StatusOK, signInPage{ReturnTo: returnTo})
	}
	found, err := s.Login.Discover(r.Context(), key)
	if err != nil {
		return s.notFound(w, r, key, returnTo, err)
	}
	if len(found.Connections) > 1 {
		return s.choose(w, r, found, returnTo, hint)
	}
	if principal, err := s.Sessions.Principal(r); err == nil && principal.Enterprise.ID != found.Enterprise.ID {
		return s.askAtLink(w, r, principal, found.Enterprise, login.Start{ReturnTo: returnTo, Hint: hint})
	}
	return s.Pages.Render(w, r, http.StatusOK, &ui.Continue{
		Base:   ui.BaseOf(found.Enterprise),
		Action: linkTo(found.Enterprise.Key, login.Start{ReturnTo: returnTo, Hint: hint}),
	})
}

// find resolves the entered address or key and shows the company.
func (s *Signin) find(w http.ResponseWriter, r *http.Request) error {
	text, returnTo := r.PostForm.Get("company"), s.target(r, r.PostForm.Get("return_to"))
	found, err := s.Login.Discover(r.Context(), text)
	if err != nil {
		return s.notFound(w, r, text, returnTo, err)
	}
	next := url.Values{"enterprise_key": {found.Enterprise.Key}}
	if returnTo != "" {
		next.Set("return_to", returnTo)
	}
	if strings.Contains(text, "@") { // of a domain that the company has proven to be its own
		setHint(next, sso.NewLoginHint(text, login.DomainOf(text)))
	}
	return route.SeeOther(w, "/login?"+next.Encode())
}

// notFound shows the form again, the same page for an unknown address, domain or
// key.
func (s *Signin) notFound(w http.ResponseWriter, r *http.Request, text, returnTo string, err error) error {
	if sso.KindOf(err) != sso.NotFoundKind {
		return fmt.Errorf("find company: %w", err)
	}
	if len(text) > sso.MaxLoginLength || !sso.Printable(text) {
		text = ""
	}
	return s.showForm(w, r, http.StatusUnprocessableEntity, signInPage{
		Value:    text,
		ReturnTo: returnTo,
		Problem:  "We do not know this company. Check the spelling, or use the sign-in link your company gave you.",
	})
}

func (s *Signin) showForm(w http.ResponseWriter, r *http.Request, status int, p signInPage) error {
	if p.Problem == "" {
		p.Last = s.lastChoice(r, p.ReturnTo)
	}
	return s.Pages.Render(w, r, status, &p)
}

// link is the enterprise sign-in link. A browser that is already signed in there
// continues, so that two tabs, the Back button and "start again" all work. One that
// is signed in at another company is asked first and confirms with a POST.
func (s *Signin) link(w http.ResponseWriter, r *http.Request) error {
	Languages{s.Secure}.keepOfLink(w, r)
	query := readMessage(r)
	returnTo, hint := s.target(r, query.Get("return_to")), hintOf(query)
	found, err := s.Login.Discover(r.Context(), keyOnly(query.Get("enterprise_key")))
	if err != nil {
		return s.notFound(w, r, query.Get("enterprise_key"), returnTo, err)
	}
	principal, err := s.Sessions.Principal(r)
	if sso.KindOf(err) == sso.Unavailable {
		return fmt.Errorf("find session: %w", err)
	}
	if err == nil &&
		principal.Enterprise.ID == found.Enterprise.ID &&
		query.Get("prompt") != "login" {
		return s.arrive(w, r, found.Enterprise, returnTo)
	}
	connection := sso.ConnectionID(query.Get("connection"))
	if connection == "" && len(found.Connections) > 1 {
		return s.choose(w, r, found, returnTo, hint)
	}
	start := login.Start{
		Enterprise: found.Enterprise.ID,
		Connection: connection,
		ReturnTo:   returnTo,
		Hint:       hint,
	}
	if err == nil && principal.Enterprise.ID != found.Enterprise.ID {
		if start.Replaces = agreedReplacement(r, query); start.Replaces == "" ||
			start.Replaces != principal.Session.ID {
			return s.askAtLink(w, r, principal, found.Enterprise, start)
		}
	}
	err = s.begin(w, r, found.Enterprise, start)
	if err != nil {
		return route.WithWay(err, route.Way{
			Href:       "/login",
			Label:      "Go to sign-in",
			Enterprise: found.Enterprise.Name,
			Of:         found.Enterprise.ID,
		})
	}
	return nil
}

// keyOnly returns key, or "" for an e-mail address: a sign-in link names a company.
func keyOnly(key string) string {
	if strings.Contains(key, "@") {
		return ""
	}
	return key
}

func (s *Signin) choose(
	w http.ResponseWriter, r *http.Request, found login.Found, returnTo string, hint sso.LoginHint,
) error {
	last := s.lastUsed(r)
	p := &chooseConnectionPage{Base: ui.BaseOf(found.Enterprise)}
	for _, c := range found.Connections {
		choice := ui.Choice{
			Name:   c.Name,
			Detail: c.Protocol.Over(c.Provider.Product()),
			Href: linkTo(found.Enterprise.Key, login.Start{
				Connection: c.ID,
				ReturnTo:   returnTo,
				Hint:       hint,
			}),
			Last: c.ID == last.connection,
		}
		if choice.Last {
			p.Choices = append([]ui.Choice{choice}, p.Choices...)
		} else {
			p.Choices = append(p.Choices, choice)
		}
	}
	return s.Pages.Render(w, r, http.StatusOK, p)
}

// begin redirects the browser to its identity provider.
func (s *Signin) begin(w http.ResponseWriter, r *http.Request, e sso.Enterprise, start login.Start) error {
	start.Browser = s.Sessions.Browser(w, r)
	need, err := s.Need(r.Context(), start.ReturnTo)
	if err != nil {
		return fmt.Errorf("read what the application requires: %w", err)
	}
	start.Need = need
	redirect, err := s.Login.Begin(r.Context(), start)
	if err != nil {
		return fmt.Errorf("begin sign-in: %w", err)
	}
	// The policy of a page of ours does not let its form redirect to other origins.
	if redirect.Form == nil && (r.Method == http.MethodGet || !fromOwnOrigin(r)) {
		return route.SeeOther(w, redirect.URL)
	}
	return s.renderContinue(w, r, e, redirect, false)
}

// renderContinue shows the page that sends the browser on.
func (s *Signin) renderContinue(
	w http.ResponseWriter, r *http.Request, e sso.Enterprise, redirect sso.Redirect, signOut bool,
) error {
	if redirect.Form != nil {
		route.AllowFormTo(w, redirect.URL)
	}
	return s.Pages.Render(w, r, http.StatusOK, ui.NewContinue(e, redirect, signOut))
}

// linkPath is the path of sign-in links.
const linkPath = "/login/sso"

// linkTo returns the sign-in link of an enterprise that begins with start: for one
// connection or for any.
func linkTo(key string, start login.Start) string {
	return linkPath + "?" + linkValues(key, start).Encode()
}

func linkValues(key string, start login.Start) url.Values {
	q := url.Values{"enterprise_key": {key}}
	if start.Connection != "" {
		q.Set("connection", string(start.Connection))
	}
	if start.ReturnTo != "" {
		q.Set("return_to", start.ReturnTo)
	}
	setHint(q, start.Hint)
	return q
}

// hintOf returns the hint of a link, by the names that OpenID Connect and Microsoft
// Entra ID give it.
func hintOf(query url.Values) sso.LoginHint {
	return sso.NewLoginHint(query.Get("login_hint"), query.Get("domain_hint"))
}

func setHint(query url.Values, hint sso.LoginHint) {
	if hint.Login != "" {
		query.Set("login_hint", hint.Login)
	}
	if hint.Domain != "" {
		query.Set("domain_hint", hint.Domain)
	}
}

// target returns the path for an address to return to that came from outside: a path of
// ours, or the one that leads to an application; "" for none.
func (s *Signin) target(r *http.Request, raw string) string {
	if local := allowedReturn(raw); local != "" {
		return local
	}
	return s.Launch.Path(r.Context(), raw)
}

// allowedReturn returns a valid return_to; "" for none.
func allowedReturn(raw string) string {
	if clean := sso.ReturnTo(raw); clean != "/" {
		return clean
	}
	return ""
}

// landing returns the address for a signed-in browser: "/" leads on.
func landing(returnTo string) string {
	if known := allowedReturn(returnTo); known != "" {
		return known
	}
	return "/"
}

// lastLifetime is how long a browser keeps its last sign-in.
const lastLifetime = 180 * 24 * time.Hour
