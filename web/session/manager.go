package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gorilla/sessions"

	"gatehouse/sso"
)

// resolver returns the principal of a token; sessions.Cache and store.DB are
// resolvers.
type resolver interface {
	// Principal fails with Unauthenticated for an ended session, and with
	// Unavailable if the store does not answer.
	Principal(ctx context.Context, token sso.Hash) (sso.Principal, error)
}

// Options configure a Manager; every field is required unless marked optional.
type Options struct {
	BaseURL string // public address of Gatehouse
	// Keys are the secret keys of the installation, newest first. The first one
	// signs cookies, all verify them; empty ones are ignored.
	Keys         []sso.Secret
	CookieName   string // without its prefix
	CookieDomain string // "": only our own host gets the session cookie
	Resolver     resolver
}

// Manager is safe for concurrent use.
type Manager struct {
	resolver    resolver
	session     cookie
	browser     cookie
	admin       *Bearer
	setup       *Bearer
	device      *Bearer
	host        string // of BaseURL
	signInCount cookie // see countSignIn
}

// New returns a Manager. It fails without a key and for an invalid base URL.
func New(o Options) (*Manager, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil ||
		base.Host == "" ||
		base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("base URL %q is not an absolute http or https URL", o.BaseURL)
	}
	if o.CookieName == "" {
		return nil, errors.New("the session cookie has no name")
	}
	codecs, err := codecsOf(o.Keys)
	if err != nil {
		return nil, err
	}
	secure := base.Scheme == "https"
	browserSite := http.SameSiteLaxMode
	if secure {
		browserSite = http.SameSiteNoneMode
	}
	countSite := http.SameSiteLaxMode
	if secure {
		countSite = http.SameSiteNoneMode
	}
	own := func(name string) *Bearer {
		return &Bearer{c: newCookie(o.CookieName+name, codecs, sessions.Options{
			Path:     "/",
			Secure:   secure,
			HttpOnly: true,
			SameSite: http.SameSiteLaxMode,
		})}
	}
	device := own("-device")
	device.maxAge = int(deviceLifetime.Seconds())
	return &Manager{
		admin:  own("-admin"),
		setup:  own("-setup"),
		device: device,
		host:   base.Hostname(),
		signInCount: newCookie(o.CookieName+"-lately", nil, sessions.Options{
			Path:     "/",
			Secure:   secure,
			HttpOnly: true,
			SameSite: countSite,
		}),
		resolver: o.Resolver,
		session: newCookie(o.CookieName, codecs, sessions.Options{
			Path:     "/",
			Domain:   o.CookieDomain,
			Secure:   secure,
			HttpOnly: true,
			SameSite: http.SameSiteLaxMode,
		}),
		browser: newCookie(o.CookieName+"-browser", codecs, sessions.Options{
			Path:     "/",
			Secure:   secure,
			HttpOnly: true,
			SameSite: browserSite,
		}),
	}, nil
}

// Start sends the browser the token of a new session. It replaces any session
// cookie, so that no other host can have chosen it, and expires cookies of the
// same name in other scopes.
func (m *Manager) Start(w http.ResponseWriter, r *http.Request, token sso.Secret) error {
	if err := m.session.set(w, token); err != nil {
		return fmt.Errorf("make the session cookie: %w", err)
	}
	m.expireOthers(w, r)
	m.countSignIn(w, r)
	return nil
}

// Principal returns the user and session of the request. Without a valid session
// cookie it fails with Unauthenticated "session_ended"; other errors come from the
// resolver. A failure never changes the cookie, so a store that is unavailable
// signs no user out.
//
// A browser sends several cookies of the name if session.cookie_domain was
// changed, or if another host of that domain set one. Then the one with an active
// session counts. Of several the newest counts if all belong to one user; else
// none does, because another host could have chosen one.
func (m *Manager) Principal(r *http.Request) (sso.Principal, error) {
	var found sso.Principal
	var of value
	ended := error(sso.NotSignedIn())
	for _, v := range m.session.readAll(r) {
		p, err := m.resolver.Principal(r.Context(), v.secret.Hash())
		switch {
		case err == nil && of.secret == "":
			found, of = p, v
		case err == nil && p.User.ID != found.User.ID:
			return sso.Principal{}, sso.NotSignedIn().WithCause(errTwoPeople)
		case err == nil && p.Session.CreatedAt.After(found.Session.CreatedAt):
			found, of = p, v
		case err == nil:
		case sso.KindOf(err) == sso.Unauthenticated:
			ended = err
		default:
			return sso.Principal{}, err
		}
	}
	if of.secret == "" {
		return sso.Principal{}, ended
	}
	if w, ok := r.Context().Value(renewal{}).(http.ResponseWriter); ok && !of.current {
		_ = m.session.set(w, of.secret) // it was read from a cookie, so it fits into one
	}
	return found, nil
}

var errConflict = errors.New("signed in several times within a minute, and no session comes back")

var errTwoPeople = errors.New("the browser sent cookies of two people's sessions")

// Tokens returns the tokens of all session cookies in the request, valid or not:
// a sign-in ends these sessions.
func (m *Manager) Tokens(r *http.Request) []sso.Secret {
	var all []sso.Secret
	for _, v := range m.session.readAll(r) {
		all = append(all, v.secret)
	}
	return all
}

// Cookie returns the full name of the session cookie, for proxies that must hide
// it from applications.
func (m *Manager) Cookie() string { return m.session.name }

// End removes the session cookie in every scope it may have. The session itself
// does not end.
func (m *Manager) End(w http.ResponseWriter, r *http.Request) {
	m.session.clear(w)
	m.expireOthers(w, r)
	if _, err := r.Cookie(m.signInCount.name); err == nil {
		m.signInCount.clear(w)
	}
}

// Browser returns the value that binds sign-ins to this browser, and sets one if
// there is none. It stays the same over several sign-ins, so that those started
// in two tabs both succeed.
func (m *Manager) Browser(w http.ResponseWriter, r *http.Request) sso.Secret {
	value, current := m.browser.read(r)
	if current {
		return value
	}
	if value == "" {
		value = sso.NewSecret()
	}
	_ = m.browser.set(w, value) // fails only for values that NewSecret does not make
	return value
}

// BrowserOf returns the value that Browser set; "" if there is none.
func (m *Manager) BrowserOf(r *http.Request) sso.Secret {
	value, _ := m.browser.read(r)
	return value
}

// renewal is the context key of the response writer, for the renewal of cookies
// after a key rotation.
type renewal struct{}

// Renew wraps all handlers. It replaces a cookie signed with a previous key by one
// of the current key, so that the previous key can be removed once the sessions
// of its time have ended or been used.
func (m *Manager) Renew(next http.Handler) http.Handler {
	if len(m.session.codecs) == 1 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Not for forms: a late response must not replace the cookie of a sign-in
		// that finished meanwhile.
		if r.Method == http.MethodGet {
			r = r.WithContext(context.WithValue(r.Context(), renewal{}, w))
		}
		next.ServeHTTP(w, r)
	})
}
