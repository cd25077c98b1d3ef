package forwardauth

import (
	"net/url"
	"strings"
)

// reach is where the session cookie goes.
type reach struct {
	secure bool // over https only
	host   string
	domain string
}

func newReach(base *url.URL, domain string) reach {
	return reach{
		secure: base.Scheme == "https",
		host:   base.Hostname(),
		domain: strings.ToLower(strings.TrimPrefix(domain, ".")),
	}
}

// from reports whether a browser sends the session cookie to an origin. Without
// it, somebody who signs in is sent back and asked to sign in again, for ever.
func (c reach) from(origin string) bool {
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
