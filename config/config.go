package config

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"gatehouse/sso"
)

// Config holds every setting. The tags env and envPrefix make the names; help is the
// text in --help and in the documentation.
type Config struct {
	BaseURL  string  `env:"BASE_URL" yaml:"base_url" help:"where people reach Gatehouse, such as https://sso.example.com"`
	Listen   string  `env:"LISTEN" yaml:"listen" help:"address and port to listen on"`
	DataDir  string  `env:"DATA_DIR" yaml:"data_dir" help:"directory of the SQLite database and of the secret key made for it"`
	Database Address `env:"DATABASE" yaml:"database" help:"sqlite:PATH or postgres://…"`
	Redis    Address `env:"REDIS" yaml:"redis" help:"redis://… for several nodes; empty: none"`

	SecretKey         sso.Secret `env:"SECRET_KEY" yaml:"secret_key" help:"32 bytes in base64 that secrets at rest are sealed with; made in data_dir with SQLite, required with PostgreSQL"`
	SecretKeyPrevious sso.Secret `env:"SECRET_KEY_PREVIOUS" yaml:"secret_key_previous" help:"the key before, while it is being rotated"`

	TrustedProxies           []netip.Prefix `env:"TRUSTED_PROXIES" yaml:"trusted_proxies" help:"networks whose X-Forwarded-For is believed and whose proxies may ask who is signed in, separated by commas"`
	AllowPrivateIDPAddresses bool           `env:"ALLOW_PRIVATE_IDP_ADDRESSES" yaml:"allow_private_idp_addresses" help:"let identity providers be on private and loopback addresses"`

	Directory Directory `envPrefix:"DIRECTORY_" yaml:"directory"`
	DNS       DNS       `envPrefix:"DNS_" yaml:"dns"`
	SMTP      SMTP      `envPrefix:"SMTP_" yaml:"smtp"`
	Session   Session   `envPrefix:"SESSION_" yaml:"session"`
	Log       Log       `envPrefix:"LOG_" yaml:"log"`
	Metrics   Metrics   `envPrefix:"METRICS_" yaml:"metrics"`
	Retention Retention `envPrefix:"RETENTION_" yaml:"retention"`

	RateLimits RateLimits `envPrefix:"RATE_LIMITS_" yaml:"rate_limits"`
	SCIM       SCIM       `envPrefix:"SCIM_" yaml:"scim"`
	Brand      Brand      `envPrefix:"BRAND_" yaml:"brand"`

	ShutdownDelay time.Duration `env:"SHUTDOWN_DELAY" yaml:"shutdown_delay" help:"how long to answer on after /readyz said no, for load balancers to notice"`
}

// Directory configures the requests for groups that a response had no room for.
type Directory struct {
	LoginURL string `env:"LOGIN_URL" yaml:"login_url" help:"origin of Microsoft's token endpoint; another one for national clouds"`
	GraphURL string `env:"GRAPH_URL" yaml:"graph_url" help:"origin of Microsoft Graph; another one for national clouds"`
}

// DNS configures the lookup of the records that prove domains.
type DNS struct {
	Resolver string `env:"RESOLVER" yaml:"resolver" help:"IP address and port of the DNS server that the records of domains are looked up at; empty: the system's"`
}

// Session configures the lifetime of sessions and their cookie.
type Session struct {
	Idle         time.Duration `env:"IDLE" yaml:"idle" help:"a session ends when it was not used for this long"`
	Max          time.Duration `env:"MAX" yaml:"max" help:"a session ends after this long, used or not"`
	CookieName   string        `env:"COOKIE_NAME" yaml:"cookie_name" help:"name of the session cookie, without its __Host- prefix"`
	CookieDomain string        `env:"COOKIE_DOMAIN" yaml:"cookie_domain" help:"domain the session cookie is sent to; empty: this host only"`
}

// SMTP configures the mail server.
type SMTP struct {
	Addr     string     `env:"ADDR" yaml:"addr" help:"host:port of the mail server; empty: no mail, so no codes"`
	Username string     `env:"USERNAME" yaml:"username" help:"name to sign in to the mail server with; empty: without"`
	Password sso.Secret `env:"PASSWORD" yaml:"password" help:"its password"`
	From     string     `env:"FROM" yaml:"from" help:"whom mail is from, such as Sign-in <sso@example.com>"`
	TLS      string     `env:"TLS" yaml:"tls" help:"starttls, tls, or none: only for a server on this machine"`
}

// Log configures the level and the format of the log.
type Log struct {
	Level  string `env:"LEVEL" yaml:"level" help:"debug, info, warn or error"`
	Format string `env:"FORMAT" yaml:"format" help:"json, text, or auto: text on a terminal"`
}

// Metrics configures the listener of the metrics.
type Metrics struct {
	Listen string `env:"LISTEN" yaml:"listen" help:"address and port of a listener of its own for /metrics; empty: on listen, for loopback only"`
}

// Retention configures how long records are kept; 0 keeps them without limit.
type Retention struct {
	Attempts     time.Duration `env:"ATTEMPTS" yaml:"attempts" help:"how long sign-in attempts are kept; 0: for ever"`
	Sync         time.Duration `env:"SYNC" yaml:"sync" help:"how long sync records are kept; 0: for ever"`
	Provisioning time.Duration `env:"PROVISIONING" yaml:"provisioning" help:"how long provisioning events, refusals and receipts are kept; 0: for ever"`
}

// RateLimits configures limits per minute; 0 means no limit. The defaults suit an
// office of 5,000 users behind one address.
type RateLimits struct {
	SignInPerAddress      int `env:"SIGN_IN_PER_ADDRESS" yaml:"sign_in_per_address" help:"sign-ins that may start per minute from one client address; 0: no limit"`
	FailuresPerAddress    int `env:"FAILURES_PER_ADDRESS" yaml:"failures_per_address" help:"requests that may fail per minute from one client address before more are refused unseen; 0: no limit"`
	TokensPerAddress      int `env:"TOKENS_PER_ADDRESS" yaml:"tokens_per_address" help:"expired or revoked tokens looked up per minute from one client address before more are refused unseen; 0: no limit"`
	FailuresPerConnection int `env:"FAILURES_PER_CONNECTION" yaml:"failures_per_connection" help:"unverified failures recorded one by one per minute and connection, more are summed up; 0: no limit"`
	CodesPerRecipient     int `env:"CODES_PER_RECIPIENT" yaml:"codes_per_recipient" help:"codes mailed per minute to one address; 0: no limit"`
	SCIMPerConnection     int `env:"SCIM_PER_CONNECTION" yaml:"scim_per_connection" help:"provisioning requests per minute and connection; 0: no limit"`
}

// SCIM bounds what identity providers push.
//
//nolint:lll // a tag is one line
type SCIM struct {
	MaxResources int `env:"MAX_RESOURCES" yaml:"max_resources" help:"users and groups that one connection may have pushed, deleted ones included; 0: no limit"`
}

// Default returns the default settings.
func Default() Config {
	const day = 24 * time.Hour
	return Config{
		BaseURL: "http://localhost:8080",
		Listen:  ":8080",
		DataDir: "./var",
		Directory: Directory{
			LoginURL: "https://login.microsoftonline.com",
			GraphURL: "https://graph.microsoft.com",
		},
		SMTP: SMTP{TLS: "starttls"},
		Session: Session{
			Idle:       8 * time.Hour,
			Max:        day,
			CookieName: "gatehouse",
		},
		Log:       Log{Level: "info", Format: "auto"},
		Retention: Retention{Attempts: 90 * day, Provisioning: 30 * day},
		RateLimits: RateLimits{
			SignInPerAddress:      6000,
			FailuresPerAddress:    300,
			TokensPerAddress:      300,
			FailuresPerConnection: 600,
			CodesPerRecipient:     5,
			SCIMPerConnection:     6000,
		},
		SCIM:          SCIM{MaxResources: 1_000_000},
		ShutdownDelay: 5 * time.Second,
	}
}

// sqLite reports whether the database is SQLite, a file on this machine.
func (c Config) sqLite() bool { return strings.HasPrefix(string(c.Database), "sqlite:") }

// Secure reports whether browsers reach Gatehouse over https.
func (c Config) Secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Address is an address that may contain a password; String leaves the password out.
type Address string

// Reveal returns the address including its password.
func (a Address) Reveal() string { return string(a) }

// String returns the address without possible passwords: without that of the user
// part, and without the values of parameters not known to be harmless. An address
// that is not a URL, such as PostgreSQL's "host=db password=secret", is hidden whole.
func (a Address) String() string {
	if a == "" || strings.HasPrefix(string(a), "sqlite:") {
		return string(a)
	}
	hidden := sso.Secret(a).String()
	u, err := url.Parse(string(a))
	if err != nil ||
		!addressSchemes[u.Scheme] ||
		u.Opaque != "" ||
		u.Fragment != "" {
		return hidden
	}
	if u.User == nil && strings.Contains(string(a), "@") {
		return hidden // the password contains a character that ends the user part
	}
	if _, ok := u.User.Password(); u.User != nil &&
		!ok &&
		strings.HasPrefix(u.Scheme, "redis") {
		u.User = url.User(redacted) // some operators write the password in place of the name
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return hidden
	}
	for name := range query {
		if !harmlessParameters[strings.ToLower(name)] {
			query[name] = []string{redacted}
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}

// redacted replaces a password, as in url.URL.Redacted.
const redacted = "xxxxx"

var addressSchemes = map[string]bool{
	"postgres":   true,
	"postgresql": true,
	"redis":      true,
	"rediss":     true,
}

// harmlessParameters lists parameters of PostgreSQL and Redis addresses that hold no
// secret and that an operator needs to see.
var harmlessParameters = map[string]bool{
	"addr":                 true,
	"application_name":     true,
	"connect_timeout":      true,
	"dbname":               true,
	"host":                 true,
	"master_name":          true,
	"pool_max_conns":       true,
	"pool_min_conns":       true,
	"port":                 true,
	"protocol":             true,
	"search_path":          true,
	"sslmode":              true,
	"sslrootcert":          true,
	"target_session_attrs": true,
	"user":                 true,
}

// MarshalText returns String, for encoders.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText stores b unchanged.
func (a *Address) UnmarshalText(b []byte) error {
	*a = Address(b)
	return nil
}
