package session

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// prefixes are those a session cookie may have had under another configuration.
const (
	prefixHost   = "__Host-"
	prefixSecure = "__Secure-"
)

// scope is a cookie as browsers tell them apart, path "/" assumed.
type scope struct{ name, domain string }

// expireOthers expires what is left of session cookies with another scope than
// ours: of our name if the browser sent more than one, and of the names that
// another session.cookie_domain gives. Which scope a cookie has, a browser does
// not say, so each that our host can set is expired.
func (m *Manager) expireOthers(w http.ResponseWriter, r *http.Request) {
	var lines []string
	own := scope{m.session.name, strings.TrimPrefix(m.session.options.Domain, ".")}
	bare := strings.TrimPrefix(strings.TrimPrefix(own.name, prefixHost), prefixSecure)
	names := []string{bare}
	if m.session.options.Secure {
		names = []string{prefixHost + bare, prefixSecure + bare}
	}
	for _, name := range names {
		sent := len(r.CookiesNamed(name))
		if sent == 0 || sent == 1 && name == own.name {
			continue
		}
		for _, domain := range m.domains() {
			if (scope{name, domain}) == own || domain != "" && strings.HasPrefix(name, prefixHost) {
				continue
			}
			gone := http.Cookie{
				Name:     name,
				Path:     "/",
				Domain:   domain,
				MaxAge:   -1,
				HttpOnly: true,
				Secure:   m.session.options.Secure,
				SameSite: http.SameSiteLaxMode,
			}
			lines = append(lines, gone.String())
		}
	}
	if len(lines) > 0 { // before ours: some browsers tell scopes apart less well
		w.Header()["Set-Cookie"] = append(lines, w.Header()["Set-Cookie"]...)
	}
}

// domains are those that a cookie of our host can be set for, "" for our host
// alone. A browser ignores the ones that are public suffixes.
func (m *Manager) domains() []string {
	all := []string{""}
	if net.ParseIP(m.host) != nil {
		return all
	}
	for domain := m.host; strings.Contains(domain, "."); _, domain, _ = strings.Cut(domain, ".") {
		all = append(all, domain)
	}
	return all
}

// A browser that signs in this often and still has no session sends us another
// cookie than the one it is given.
const (
	latelyFor   = time.Minute
	tooOften    = 3
	mostSignIns = 99
)

// count notes in the browser that it has signed in. Over https the cookie comes
// with the post of an identity provider, too.
func (m *Manager) count(w http.ResponseWriter, r *http.Request) {
	m.lately.write(w, strconv.Itoa(min(m.signIns(r)+1, mostSignIns)), int(latelyFor.Seconds()))
}

// signIns is how often the browser says that it signed in lately. Anyone can
// write the cookie: it only decides which page is shown to somebody who is not
// signed in.
func (m *Manager) signIns(r *http.Request) int {
	c, err := r.Cookie(m.lately.name)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(c.Value)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Lost returns why a browser has no session although it signed in several times
// within a minute, Forbidden "cookie_conflict", and nil if it did not. The error
// names the cookies to delete; without it, an application and the sign-in page
// would send such a browser round and round.
func (m *Manager) Lost(r *http.Request) error {
	if m.signIns(r) < tooOften {
		return nil
	}
	where := m.host
	if domain := strings.TrimPrefix(m.session.options.Domain, "."); domain != "" {
		where = domain + " and every host under it"
	}
	return &sso.Error{
		Kind: sso.Forbidden,
		Code: "cookie_conflict",
		Err:  errConflict,
		Public: "You have signed in, but your browser does not send us the new session cookie. Delete the cookies named " +
			m.session.name + " of " + where + ", then sign in again.",
	}
}
