package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"
)

// Bounds of what is fetched.
const (
	DefaultTimeout = 10 * time.Second
	// DefaultMaxBody is enough for any discovery document, key set, token or
	// userinfo answer.
	DefaultMaxBody = 2 << 20
	// MetadataMaxBody is what to put in Options.MaxBody of the client that
	// fetches SAML metadata, which federations publish in megabytes.
	MetadataMaxBody = 5 << 20

	maxRedirects  = 3
	maxHeader     = 64 << 10
	maxConnsHost  = 128 // of all enterprises at one provider, so that one host cannot take every descriptor
	idleConnsHost = 16
)

// Options of a client. The zero value is what production uses.
type Options struct {
	// AllowPrivate lets loopback and private networks through, on any port, and
	// plain http to loopback: for the demo, for tests, and for identity
	// providers on the premises. Cloud metadata services stay out of reach.
	AllowPrivate bool
	UserAgent    string        // empty: "Gatehouse"
	Timeout      time.Duration // for everything, redirects and body included; 0: DefaultTimeout
	MaxBody      int64         // bytes, as sent and as decompressed; 0: DefaultMaxBody
	Ports        []uint16      // reachable without AllowPrivate; nil: 443 and 8443
	Resolver     *net.Resolver // nil: the system's
	RootCAs      *x509.CertPool
}

// NewClient returns a client that is safe for concurrent use. Its errors, those
// of reading a body included, are *sso.Error: Invalid "url_not_allowed" for an
// address that may not be called, Upstream "idp_unavailable" for what may work
// later, Upstream "idp_unusable" for what will not. Callers still have to close the body.
func NewClient(o Options) *http.Client {
	if o.UserAgent == "" {
		o.UserAgent = "Gatehouse"
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	policy := newPolicy(o)
	dialer := &net.Dialer{Timeout: o.Timeout, KeepAlive: 30 * time.Second, Resolver: o.Resolver, Control: policy.control}
	return &http.Client{
		Transport: &guard{
			policy: policy, userAgent: o.UserAgent, timeout: o.Timeout, maxBody: o.MaxBody,
			transport: &http.Transport{
				Proxy:                  nil, // a proxy would resolve names itself, behind the check
				DialContext:            dialer.DialContext,
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
				ForceAttemptHTTP2:      true,
				DisableCompression:     true, // done by guard, with a cap on both sides
				MaxIdleConns:           256,
				MaxIdleConnsPerHost:    idleConnsHost,
				MaxConnsPerHost:        maxConnsHost,
				IdleConnTimeout:        30 * time.Second,
				MaxResponseHeaderBytes: maxHeader,
			},
		},
		// The guard follows redirects itself, under the one deadline.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
