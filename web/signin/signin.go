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

// Login carries sign-ins through; login.Service does.
type Login interface {
	Begin(ctx context.Context, start login.Start) (sso.Redirect, error)
	Complete(ctx context.Context, id sso.ConnectionID, cb sso.Callback) (login.Result, error)
	Astray(ctx context.Context, d login.Delivery, cb sso.Callback) (login.Result, error)
	TooLarge(ctx context.Context, id sso.ConnectionID, most int64, cb sso.Callback) (login.Result, error)
	Discover(ctx context.Context, text string) (login.Found, error)
	Logout(ctx context.Context, p sso.Principal) (*sso.Redirect, error)
	SingleLogout(ctx context.Context, id sso.ConnectionID, form url.Values, rawQuery string) (*sso.Redirect, error)
	BackchannelLogout(ctx context.Context, id sso.ConnectionID, token string) error
}

// Sessions ties browsers to sessions and to sign-ins in progress; session.Manager
// does.
type Sessions interface {
	Start(w http.ResponseWriter, r *http.Request, token sso.Secret, s sso.Session) error
	Principal(r *http.Request) (sso.Principal, error)
	End(w http.ResponseWriter, r *http.Request)
	Browser(w http.ResponseWriter, r *http.Request) sso.Secret
	BrowserOf(r *http.Request) sso.Secret
	// Tokens are those of all sessions that the browser sent cookies of.
	Tokens(r *http.Request) []sso.Secret
}

// Options are what the handlers are made of; all of it is required.
type Options struct {
	Login    Login
	Codes    Codes
	Tests    tests
	Sessions Sessions
	Pages    *ui.Renderer
	// Metadata is our SAML metadata for a connection; NotFound for one that
	// does not exist or does not speak SAML.
	Metadata func(ctx context.Context, id sso.ConnectionID) ([]byte, error)
	// Enterprise is whose connection it is, for the way on after a failure.
	Enterprise func(ctx context.Context, id sso.ConnectionID) (sso.Enterprise, error)
	// SignInPerAddress is how many sign-ins may start per minute from one client
	// network; 0: no limit.
	SignInPerAddress int
	BaseURL          string // of Gatehouse, without a slash at the end
	// Failures are what may fail of what strangers send.
	Failures route.Failures
	// Secure says that people reach us over https.
	Secure bool
	Now    func() time.Time
}

// Signin are the handlers.
type Signin struct {
	Options
	lane *lane
}

// New makes the handlers.
func New(o Options) *Signin { return &Signin{Options: o, lane: newLane()} }

const (
	// maxResponse is what a form with a SAML response may weigh, in bytes: the
	// largest one that is read (2 MB), in base64 and escaped.
	maxResponse = 3 << 20
	maxLogout   = 256 << 10 // the same of a logout message
)

// Register adds the routes.
func (s *Signin) Register(rt *route.Router) {
	starts := []route.Rate{{Name: startsLimit, PerMinute: s.SignInPerAddress}}
	documents := []route.Rate{{Name: "metadata", PerMinute: 300}}
	answer := s.limited(bySignature, responseFailed, s.answer) // an IdP-initiated response has no other proof
	callback := s.limited(byBrowser, responseFailed, s.answer)
	stray := s.limited(byBrowser, responseFailed, s.stray)
	slo := s.limited(bySignature, logoutFailed, s.singleLogout)
	backchannel := s.limited(bySignature, logoutFailed, s.backchannelLogout)
	verify := s.limited(byBrowser, codeFailed, s.verify)
	resend := s.limited(byBrowser, codeFailed, s.resend)
	const byPending = "the identity provider's page posts it; the pending login binds it to the browser that began"
	const bySignature = "the identity provider's page posts it; only signed messages count"
	rt.Page(
		route.Route{Pattern: "GET /{$}", Handle: s.home},
		route.Route{Pattern: "GET /login", Handle: s.form, Rates: starts},
		route.Route{Pattern: "POST /login", Handle: s.find, Rates: starts},
		route.Route{Pattern: "GET /login/sso", Handle: s.link, Rates: starts},
		route.Route{Pattern: "POST /login/sso", Handle: s.link, Rates: starts},
		route.Route{Pattern: "GET /login/test/{token}", Handle: s.openTest, Rates: starts},
		route.Route{
			Pattern: "GET /login/tested/{connection}/{test}",
			Handle:  s.tested,
			Rates:   starts,
		},
		route.Route{Pattern: "GET " + verifyPath, Handle: s.showVerify, Rates: starts},
		route.Route{Pattern: "POST " + verifyPath, Handle: verify},
		route.Route{Pattern: "POST " + verifyPath + "/resend", Handle: resend},
		route.Route{Pattern: "GET /logout", Handle: s.confirmLogout},
		route.Route{Pattern: "POST /logout", Handle: s.logout},
	)
	rt.Callback(
		route.Route{
			Pattern: "GET /saml/{connection}/metadata",
			Handle:  s.metadata,
			Rates:   documents,
		},
		route.Route{
			Pattern:  "POST /saml/{connection}/acs",
			Handle:   answer,
			MaxBody:  maxResponse,
			TooLarge: s.tooLarge,
			Admit:    s.admitLarge,
			Why:      byPending,
		},
		route.Route{Pattern: "GET /saml/{connection}/slo", Handle: slo},
		route.Route{
			Pattern: "POST /saml/{connection}/slo",
			Handle:  slo,
			MaxBody: maxLogout,
			Why:     bySignature,
		},
		route.Route{Pattern: "GET /oidc/{connection}/callback", Handle: callback},
		route.Route{Pattern: "POST /oidc/{connection}/callback", Handle: callback, Why: byPending},
		route.Route{Pattern: "GET /saml/{connection}/acs", Handle: stray},
		route.Route{
			Pattern: "POST /saml/{connection}/metadata",
			Handle:  stray,
			MaxBody: maxResponse,
			Admit:   s.admitLarge,
			Why:     byPending,
		},
		route.Route{Pattern: "GET /saml/{path...}", Handle: stray},
		route.Route{
			Pattern: "POST /saml/{path...}",
			Handle:  stray,
			MaxBody: maxResponse,
			Admit:   s.admitLarge,
			Why:     byPending,
		},
		route.Route{Pattern: "GET /oidc/{path...}", Handle: stray},
		route.Route{
			Pattern: "POST /oidc/{path...}",
			Handle:  stray,
			MaxBody: maxResponse,
			Admit:   s.admitLarge,
			Why:     byPending,
		},
	)
	rt.Stray(route.Route{
		Pattern: "POST /{path...}",
		Handle:  stray,
		MaxBody: maxResponse,
		Admit:   s.admitLarge,
		Why:     byPending,
	})
	rt.Machine(route.Route{
		Pattern: "POST /oidc/{connection}/backchannel-logout",
		Handle:  backchannel,
		Why:     "the identity provider's server posts it; only signed tokens count",
	})
}

// home leads whoever is signed in to their account, and everybody else to sign
// in.
func (s *Signin) home(w http.ResponseWriter, r *http.Request) error {
	_, err := s.Sessions.Principal(r)
	switch {
	case err == nil:
		return route.SeeOther(w, "/account")
	case sso.KindOf(err) == sso.Unauthenticated:
		return s.showForm(w, r, http.StatusOK, signInPage{})
	}
	return fmt.Errorf("find session: %w", err)
}

// form asks for the company, or, when the query names one, says which it is and
// offers to go on.
func (s *Signin) form(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	returnTo := knownReturn(query.Get("return_to"))
	key := query.Get("enterprise_key")
	if key == "" {
		return s.showForm(w, r, http.StatusOK, signInPage{ReturnTo: returnTo})
	}
	found, err := s.Login.Discover(r.Context(), key)
	if err != nil {
		return s.notFound(w, r, key, returnTo, err)
	}
	if len(found.Connections) > 1 {
		return s.choose(w, r, found, returnTo)
	}
	if principal, err := s.Sessions.Principal(r); err == nil && principal.Enterprise.ID != found.Enterprise.ID {
		return s.askAtLink(w, principal, found.Enterprise, "", returnTo)
	}
	return s.Pages.Render(w, http.StatusOK, &ui.Continue{
		Base:   ui.Base{Enterprise: found.Enterprise.Name},
		Action: linkTo(found.Enterprise.Key, "", returnTo),
	})
}

// find takes what somebody typed to the page that says which company it is.
func (s *Signin) find(w http.ResponseWriter, r *http.Request) error {
	text, returnTo := r.PostForm.Get("company"), knownReturn(r.PostForm.Get("return_to"))
	found, err := s.Login.Discover(r.Context(), text)
	if err != nil {
		return s.notFound(w, r, text, returnTo, err)
	}
	next := url.Values{"enterprise_key": {found.Enterprise.Key}}
	if returnTo != "" {
		next.Set("return_to", returnTo)
	}
	return route.SeeOther(w, "/login?"+next.Encode())
}

// notFound shows the form again; for an address, a domain and a key that are
// unknown it is the same page.
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
	return s.Pages.Render(w, status, &p)
}

// link is the enterprise sign-in link. A browser that is signed in there already
// goes straight on, so that two tabs, the Back button and "start again" all end
// well. One that is signed in at another company is asked first; the answer is
// the POST.
func (s *Signin) link(w http.ResponseWriter, r *http.Request) error {
	query := delivered(r)
	returnTo := knownReturn(query.Get("return_to"))
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
		return route.SeeOther(w, landing(returnTo))
	}
	connection := sso.ConnectionID(query.Get("connection"))
	if connection == "" && len(found.Connections) > 1 {
		return s.choose(w, r, found, returnTo)
	}
	start := login.Start{
		Enterprise: found.Enterprise.ID,
		Connection: connection,
		ReturnTo:   returnTo,
	}
	if err == nil && principal.Enterprise.ID != found.Enterprise.ID {
		if start.Replaces = agreed(r, query); start.Replaces == "" || start.Replaces != principal.Session.ID {
			return s.askAtLink(w, principal, found.Enterprise, connection, returnTo)
		}
	}
	err = s.begin(w, r, found.Enterprise.Name, start)
	if err != nil {
		return route.WithWay(err, route.Way{
			Href:       "/login",
			Label:      "Go to sign-in",
			Enterprise: found.Enterprise.Name,
		})
	}
	return nil
}

// keyOnly keeps an address out of the link: it would be found, but a link is
// for a company.
func keyOnly(key string) string {
	if strings.Contains(key, "@") {
		return ""
	}
	return key
}

func (s *Signin) choose(w http.ResponseWriter, r *http.Request, found login.Found, returnTo string) error {
	last := s.lastUsed(r)
	p := &chooseConnectionPage{Base: ui.Base{Enterprise: found.Enterprise.Name}}
	for _, c := range found.Connections {
		choice := ui.Choice{
			Name:   c.Name,
			Detail: c.Protocol.Over(c.Provider.Product()),
			Href:   linkTo(found.Enterprise.Key, c.ID, returnTo),
			Last:   c.ID == last.connection,
		}
		if choice.Last {
			p.Choices = append([]ui.Choice{choice}, p.Choices...)
		} else {
			p.Choices = append(p.Choices, choice)
		}
	}
	return s.Pages.Render(w, http.StatusOK, p)
}

// begin sends the browser to its identity provider.
func (s *Signin) begin(w http.ResponseWriter, r *http.Request, enterprise string, start login.Start) error {
	start.Browser = s.Sessions.Browser(w, r)
	redirect, err := s.Login.Begin(r.Context(), start)
	if err != nil {
		return fmt.Errorf("begin sign-in: %w", err)
	}
	// After a form of ours, the policy of its page keeps redirects on our origin.
	if redirect.Form == nil && (r.Method == http.MethodGet || !fromUs(r)) {
		return route.SeeOther(w, redirect.URL)
	}
	return s.leave(w, enterprise, redirect, false)
}

// leave shows the page that carries the browser on.
func (s *Signin) leave(w http.ResponseWriter, enterprise string, redirect sso.Redirect, signOut bool) error {
	if redirect.Form != nil {
		route.AllowFormTo(w, redirect.URL)
	}
	return s.Pages.Render(w, http.StatusOK, ui.NewContinue(enterprise, redirect, signOut))
}

// linkTo is the sign-in link of an enterprise, for one of its connections or
// whichever there is.
func linkTo(key string, connection sso.ConnectionID, returnTo string) string {
	return "/login/sso?" + linkValues(key, connection, returnTo).Encode()
}

func linkValues(key string, connection sso.ConnectionID, returnTo string) url.Values {
	q := url.Values{"enterprise_key": {key}}
	if connection != "" {
		q.Set("connection", string(connection))
	}
	if returnTo != "" {
		q.Set("return_to", returnTo)
	}
	return q
}

// knownReturn is where to go afterwards, "" for nowhere in particular.
func knownReturn(raw string) string {
	if clean := sso.ReturnTo(raw); clean != "/" {
		return clean
	}
	return ""
}

// landing is where a signed-in browser goes.
func landing(returnTo string) string {
	if known := knownReturn(returnTo); known != "" {
		return known
	}
	return "/account"
}

// lastLifetime is how long a browser remembers where it signed in last.
const lastLifetime = 180 * 24 * time.Hour
