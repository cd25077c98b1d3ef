package launch

import (
	"net/url"
	"strings"
)

// CookieScope is the set of origins that get the session cookie.
type CookieScope struct {
	Secure bool // set over https; then only https origins get it
	host   string
	domain string
}

// NewCookieScope returns the scope of a cookie that the host of base sets for domain, or
// for itself if domain is "".
func NewCookieScope(base *url.URL, domain string) CookieScope {
	return CookieScope{
		Secure: base.Scheme == "https",
		host:   base.Hostname(),
		domain: strings.ToLower(strings.TrimPrefix(domain, ".")),
	}
}

// Covers reports whether a browser sends the session cookie to an origin. If it
// does not, a sign-in would lead back to the sign-in page without end.
func (c CookieScope) Covers(origin string) bool {
	scheme, rest, _ := strings.Cut(origin, "://")
	if c.Secure && scheme != "https" {
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
