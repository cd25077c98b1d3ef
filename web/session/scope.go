package session

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// prefixes are the name prefixes of session cookies under any configuration.
const (
	prefixHost   = "__Host-"
	prefixSecure = "__Secure-"
)

// scope identifies a cookie for a browser, with path "/".
type scope struct{ name, domain string }

// expireOthers expires session cookies of other scopes: of our name if the browser
// sent more than one, and of the names under another session.cookie_domain. The
// request does not tell a cookie's scope, so every scope that our host can set is
// expired.
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
	if len(lines) > 0 { // before ours: some browsers confuse scopes
		w.Header()["Set-Cookie"] = append(lines, w.Header()["Set-Cookie"]...)
	}
}

// domains returns the domains for which our host can set a cookie, "" for our host
// alone. Browsers ignore public suffixes.
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

// A browser that signs in maxLostSignIns times within signInWindow and has no
// session sends another cookie than the one it was given.
const (
	signInWindow   = time.Minute
	maxLostSignIns = 3
	maxCounted     = 99
)

// countSignIn counts a sign-in in a cookie of the browser. Over https a post from
// an identity provider carries it, too.
func (m *Manager) countSignIn(w http.ResponseWriter, r *http.Request) {
	m.signInCount.write(
		w, strconv.Itoa(min(m.recentSignIns(r)+1, maxCounted)), int(signInWindow.Seconds()),
	)
}

// recentSignIns returns the count of recent sign-ins in the cookie. Clients can
// forge it: it only selects the page for a visitor without a session.
func (m *Manager) recentSignIns(r *http.Request) int {
	c, err := r.Cookie(m.signInCount.name)
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
// would redirect such a browser without end.
func (m *Manager) Lost(r *http.Request) error {
	if m.recentSignIns(r) < maxLostSignIns {
		return nil
	}
	const lost = "You have signed in, but your browser does not send us the new session cookie. "
	e := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "cookie_conflict",
		Err:    errConflict,
		Public: lost + "Delete the cookies named {cookie} of {host}, then sign in again.",
		Values: sso.Values{
			"cookie": m.session.name,
			"host":   m.host,
		},
	}
	if domain := strings.TrimPrefix(m.session.options.Domain, "."); domain != "" {
		e.Public = lost + "Delete the cookies named {cookie} of {host} and every host under it, then sign in again."
		e.Values["host"] = domain
	}
	return e
}
