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

// Resolver knows who a token speaks for; sessions.Cache does, and so does
// store.DB.
type Resolver interface {
	// Principal fails with Unauthenticated for a session that is over, and with
	// Unavailable if it cannot know.
	Principal(ctx context.Context, token sso.Hash) (sso.Principal, error)
}

// Options are what a Manager is made of; all of it is required unless said.
type Options struct {
	BaseURL string // where people reach us
	// Keys are the secret keys of the installation, newest first. The first makes
	// cookies, all of them read them; empty ones are passed over.
	Keys         []sso.Secret
	CookieName   string // without its prefix
	CookieDomain string // "": only our own host gets the session cookie
	Resolver     Resolver
}

// Manager is safe for concurrent use.
type Manager struct {
	resolver Resolver
	session  cookie
	browser  cookie
	admin    *Bearer
	setup    *Bearer
	device   *Bearer
	host     string // of BaseURL
	lately   cookie // counts sign-ins; see count
}

// New makes a Manager. It fails without a key, and for a base URL that is none.
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
	lately := http.SameSiteLaxMode
	if secure {
		lately = http.SameSiteNoneMode
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
		lately: newCookie(o.CookieName+"-lately", nil, sessions.Options{
			Path:     "/",
			Secure:   secure,
			HttpOnly: true,
			SameSite: lately,
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

// Start gives the browser the token of a new session. Whatever session cookie it
// came with is replaced, so nobody can have chosen it for them; those of the same
// name that this one would not overwrite are expired.
func (m *Manager) Start(w http.ResponseWriter, r *http.Request, token sso.Secret, _ sso.Session) error {
	if err := m.session.set(w, token); err != nil {
		return fmt.Errorf("make the session cookie: %w", err)
	}
	m.expireOthers(w, r)
	m.count(w, r)
	return nil
}

// Principal returns whose browser it is. Without a session cookie that we made
// that is Unauthenticated "session_ended"; otherwise it is what the Resolver
// says. A failure never touches the cookie, so a store that cannot answer signs
// nobody out.
//
// A browser sends several cookies of the name if session.cookie_domain was
// changed, or another host of that domain set one. Then the one whose session is
// alive counts. Of several the newest counts if all are the same user's; else
// none does, because another host could have chosen one of them.
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
			return sso.Principal{}, sso.NotSignedIn().Because(errTwoPeople)
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

// Tokens are those of all sessions that the browser sent a cookie of, alive or
// not: a sign-in ends them.
func (m *Manager) Tokens(r *http.Request) []sso.Secret {
	var all []sso.Secret
	for _, v := range m.session.readAll(r) {
		all = append(all, v.secret)
	}
	return all
}

// Cookie is the whole name of the session cookie, for whoever has to keep it from
// applications.
func (m *Manager) Cookie() string { return m.session.name }

// End takes the session cookie away, in every scope it may have. That alone ends
// no session.
func (m *Manager) End(w http.ResponseWriter, r *http.Request) {
	m.session.clear(w)
	m.expireOthers(w, r)
	if _, err := r.Cookie(m.lately.name); err == nil {
		m.lately.clear(w)
	}
}

// Browser returns the value to which sign-ins of this browser are bound, and
// gives it one if it has none. It stays the same over several sign-ins, so that
// those begun in two tabs both end well.
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

// BrowserOf returns that value, "" if the browser has none.
func (m *Manager) BrowserOf(r *http.Request) sso.Secret {
	value, _ := m.browser.read(r)
	return value
}

// renewal is the key under which a request has its answer, for the time it takes
// to replace a key.
type renewal struct{}

// Renew wraps the whole of the handlers. Whoever is signed in by a cookie of a
// previous key gets one of the current key with the next page, so that the
// previous key can go once the sessions of its time have ended or been used.
func (m *Manager) Renew(next http.Handler) http.Handler {
	if len(m.session.codecs) == 1 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Forms are left out: an answer that comes late must not replace the
		// cookie of a sign-in that ended meanwhile.
		if r.Method == http.MethodGet {
			r = r.WithContext(context.WithValue(r.Context(), renewal{}, w))
		}
		next.ServeHTTP(w, r)
	})
}
