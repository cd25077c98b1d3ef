package config

import (
	"strings"

	"gatehouse/sso/address"
)

// hosts converts the host names in c to ASCII, the form that browsers, certificates
// and DNS use.
func (l *loader) hosts(c *Config) {
	for _, s := range []struct {
		name    string
		value   *string
		convert func(string) (string, error)
	}{
		{"base_url", &c.BaseURL, address.URL},
		{"directory.login_url", &c.Directory.LoginURL, address.URL},
		{"directory.graph_url", &c.Directory.GraphURL, address.URL},
		{"session.cookie_domain", &c.Session.CookieDomain, domainOfCookies},
		{"smtp.addr", &c.SMTP.Addr, mailServer},
		{"brand.support", &c.Brand.Support, supportAddress},
		{"brand.privacy", &c.Brand.Privacy, address.URL},
		{"brand.terms", &c.Brand.Terms, address.URL},
	} {
		converted, err := s.convert(*s.value)
		if err != nil {
			const wrong = "names a host that is not a domain name; check its letters, or use its ASCII form, which begins with xn--"
			l.problem(s.name, l.sourceOf(s.name), wrong)
			continue
		}
		*s.value = converted
	}
}

// domainOfCookies converts a cookie domain to ASCII. It may begin with a dot, as in
// older cookie specifications.
func domainOfCookies(domain string) (string, error) {
	name, dotted := strings.CutPrefix(domain, ".")
	converted, err := address.Host(name)
	if dotted {
		converted = "." + converted
	}
	return converted, err
}

// mailServer converts the host of a host:port to ASCII.
func mailServer(addr string) (string, error) {
	port := strings.LastIndexByte(addr, ':')
	if port < 0 {
		return addr, nil // a missing port is refused by Validate
	}
	host, err := address.Host(addr[:port])
	return host + addr[port:], err
}
