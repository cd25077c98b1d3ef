package forwardauth

import (
	"net/url"
	"strings"
)

// cookieScope is the set of origins that get the session cookie.
type cookieScope struct {
	secure bool // https only
	host   string
	domain string
}

func newCookieScope(base *url.URL, domain string) cookieScope {
	return cookieScope{
		secure: base.Scheme == "https",
		host:   base.Hostname(),
		domain: strings.ToLower(strings.TrimPrefix(domain, ".")),
	}
}

// covers reports whether a browser sends the session cookie to an origin. If it
// does not, a sign-in would lead back to the sign-in page without end.
func (c cookieScope) covers(origin string) bool {
	scheme, rest, _ := strings.Cut(origin, "://")
	if c.secure && scheme != "https" {
		return false
	}
	host := rest
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		host = rest[:i]
	}
	host = strings.Trim(host, "[]")
	return host == c.host ||
		c.domain != "" && (host == c.domain || strings.HasSuffix(host, "."+c.domain))
}
