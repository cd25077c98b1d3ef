package config

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// Validate returns all problems with the settings.
func (c Config) Validate() []Problem {
	v := validator{}
	v.baseURL(c.BaseURL)
	v.listen("listen", c.Listen)
	if c.Metrics.Listen != "" {
		v.listen("metrics.listen", c.Metrics.Listen)
	}
	v.stores(c)
	v.key("secret_key", c.SecretKey.Reveal())
	v.key("secret_key_previous", c.SecretKeyPrevious.Reveal())
	for _, p := range c.TrustedProxies {
		v.that(p.Bits() > 0, "trusted_proxies", "%s is every address: name the networks of your proxies", p)
	}
	v.origin("directory.login_url", c.Directory.LoginURL)
	v.origin("directory.graph_url", c.Directory.GraphURL)
	v.resolver(c.DNS.Resolver)
	v.session(c)
	v.smtp(c.SMTP)
	v.brand(c.Brand)
	v.that(
		c.Retention.Attempts >= 0, "retention.attempts", "is negative; use 0 to keep them for ever",
	)
	v.that(
		c.Retention.Provisioning >= 0, "retention.provisioning",
		"is negative; use 0 to keep them for ever",
	)
	v.that(c.Retention.Sync >= 0, "retention.sync", "is negative; use 0 to keep them for ever")
	v.rateLimits(c.RateLimits)
	v.that(c.SCIM.MaxResources >= 0, "scim.max_resources", "is negative; use 0 for no limit")
	v.that(
		c.ShutdownDelay >= 0 && c.ShutdownDelay <= time.Minute, "shutdown_delay",
		"is %s; use 0s to 1m", c.ShutdownDelay,
	)
	v.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	v.oneOf("log.format", c.Log.Format, "auto", "json", "text")
	return v
}

// mostPerMinute is the largest rate limit; 0 means no limit.
const mostPerMinute = 1_000_000

func (v *validator) rateLimits(r RateLimits) {
	check := func(setting string, n int) {
		v.that(
			n >= 0 && n <= mostPerMinute, "rate_limits."+setting,
			"is %d; use 1 to %d per minute, or 0 for no limit", n, mostPerMinute,
		)
	}
	check("sign_in_per_address", r.SignInPerAddress)
	check("failures_per_address", r.FailuresPerAddress)
	check("tokens_per_address", r.TokensPerAddress)
	check("failures_per_connection", r.FailuresPerConnection)
	check("codes_per_recipient", r.CodesPerRecipient)
	check("scim_per_connection", r.SCIMPerConnection)
}

type validator []Problem

func (v *validator) that(ok bool, setting, format string, args ...any) {
	if !ok {
		*v = append(*v, Problem{
			Setting: setting,
			Message: fmt.Sprintf(format, args...),
		})
	}
}

func (v *validator) oneOf(setting, got string, allowed ...string) {
	for _, a := range allowed {
		if got == a {
			return
		}
	}
	v.that(false, setting, "is %q; use %s", got, strings.Join(allowed, ", "))
}

// baseURL requires an origin: our paths begin at its root, and cookies are for a whole
// host. Plain http is allowed on the loopback interface only.
func (v *validator) baseURL(s string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		v.that(false, "base_url", "is %q; use an address such as https://sso.example.com", s)
		return
	}
	v.that(
		u.Path == "" &&
			u.RawQuery == "" &&
			u.Fragment == "" &&
			u.User == nil,
		"base_url",
		"has more than a scheme and a host; Gatehouse needs a host of its own",
	)
	v.that(
		u.Scheme == "https" || loopback(u.Hostname()), "base_url",
		"is plain http, which only localhost may be; put TLS in front and use https://%s",
		u.Host,
	)
}

func loopback(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// origin requires the origin of another server. Client secrets are sent there, so
// plain http is allowed on the loopback interface only.
func (v *validator) origin(setting, s string) {
	u, err := url.Parse(s)
	ok := err == nil &&
		u.Host != "" &&
		u.User == nil &&
		strings.Trim(u.Path, "/") == "" &&
		u.RawQuery == "" &&
		u.Fragment == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
	v.that(ok, setting, "is not an origin; use one such as https://graph.microsoft.com, without a path")
}

func (v *validator) listen(setting, s string) {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	v.that(err == nil, setting, "is %q; use an address and a port such as 127.0.0.1:8080 or :8080", s)
}

// resolver requires an IP address and a port: a name would itself need a lookup.
func (v *validator) resolver(s string) {
	if s == "" {
		return
	}
	at, err := netip.ParseAddrPort(s)
	v.that(err == nil && at.Port() > 0, "dns.resolver", "is %q; use an IP address and a port such as 192.0.2.53:53", s)
}

func (v *validator) stores(c Config) {
	db := c.Database.Reveal()
	postgres := strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://")
	v.that(c.sqLite() || postgres, "database", "begins neither with sqlite: nor with postgres://")
	v.that(
		!postgres || c.SecretKey != "", "secret_key",
		"is needed with PostgreSQL, the same on every node; make one with: openssl rand -base64 32",
	)
	if r := c.Redis.Reveal(); r != "" {
		scheme, _, _ := strings.Cut(r, "://")
		v.that(
			scheme == "redis" || scheme == "rediss", "redis",
			"begins neither with redis:// nor with rediss://",
		)
		v.that(!c.sqLite(), "redis", "needs PostgreSQL; SQLite runs on a single node")
	}
}

func (v *validator) key(setting, s string) {
	if s == "" {
		return
	}
	b, err := base64.StdEncoding.DecodeString(s)
	v.that(err == nil && len(b) == 32, setting, "is not 32 bytes in base64; make one with: openssl rand -base64 32")
}

var cookieName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)

func (v *validator) session(c Config) {
	s := c.Session
	v.that(s.Idle >= time.Minute, "session.idle", "is %s; use at least 1m", s.Idle)
	v.that(s.Max >= s.Idle, "session.max", "is %s, less than session.idle (%s)", s.Max, s.Idle)
	v.that(s.Max <= 400*24*time.Hour, "session.max", "is %s; use at most 9600h", s.Max)
	v.that(
		cookieName.MatchString(s.CookieName), "session.cookie_name",
		"is %q; use up to 32 letters, digits, dots, hyphens and underscores",
		s.CookieName,
	)
	if s.CookieDomain == "" {
		return
	}
	u, err := url.Parse(c.BaseURL)
	domain := strings.TrimPrefix(s.CookieDomain, ".")
	inside := err == nil && (u.Hostname() == domain || strings.HasSuffix(u.Hostname(), "."+domain))
	v.that(
		inside && strings.Contains(domain, "."), "session.cookie_domain",
		"is %q, which the host of base_url is not in", s.CookieDomain,
	)
}

// smtp checks the mail settings as far as possible without package mail, which checks
// them in full.
func (v *validator) smtp(s SMTP) {
	v.oneOf("smtp.tls", s.TLS, "starttls", "tls", "none")
	if s.Addr == "" {
		v.that(
			s.Username == "" && s.From == "", "smtp.addr",
			"is needed for mail; use host and port such as mail.example.com:587",
		)
		return
	}
	host, service, err := net.SplitHostPort(s.Addr)
	port, portErr := strconv.ParseUint(service, 10, 16)
	v.that(
		err == nil &&
			portErr == nil &&
			port > 0 &&
			host != "", "smtp.addr",
		"is %q; use host and port such as mail.example.com:587",
		s.Addr,
	)
	from, err := mail.ParseAddress(s.From)
	if err == nil {
		_, err = address.Email(from.Address)
	}
	v.that(
		err == nil && sso.Printable(from.Name), "smtp.from",
		"is %q; use an address such as Sign-in <sso@example.com>",
		s.From,
	)
	v.that(
		(s.Username == "") == (s.Password == ""), "smtp.password", "and smtp.username go together",
	)
	v.that(s.TLS != "none" || loopback(host), "smtp.tls", "is none, which only a mail server on this machine may be")
}

// Warnings returns remarks about valid settings that may not be intended.
func (c Config) Warnings() []Problem {
	if c.SMTP.Addr != "" {
		return nil
	}
	return []Problem{{
		Setting: "smtp.addr",
		Message: "is not set. E-mail codes are disabled; connections that require one refuse the sign-in",
	}}
}
