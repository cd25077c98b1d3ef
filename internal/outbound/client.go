package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"
)

// Limits of a request.
const (
	defaultTimeout = 10 * time.Second
	// DefaultMaxBody suffices for any discovery document, key set, token or userinfo
	// response.
	DefaultMaxBody = 2 << 20
	// MetadataMaxBody is the Options.MaxBody of the client that fetches SAML
	// metadata: federations publish megabytes.
	MetadataMaxBody = 5 << 20

	maxRedirects  = 3
	maxHeader     = 64 << 10
	maxConnsHost  = 128 // for all enterprises at one provider, so that one host cannot use up all descriptors
	idleConnsHost = 16
)

// Options configures a client. Production uses the zero value.
type Options struct {
	// AllowPrivate permits loopback and private networks, on any port, and plain
	// http to loopback: for the demo, for tests, and for identity providers on the
	// premises. Cloud metadata services stay blocked.
	AllowPrivate bool
	UserAgent    string        // empty: "Gatehouse"
	Timeout      time.Duration // of the whole exchange, including redirects and body; 0: DefaultTimeout
	MaxBody      int64         // in bytes, before and after decompression; 0: DefaultMaxBody
	Ports        []uint16      // permitted without AllowPrivate; nil: 443 and 8443
	Resolver     *net.Resolver // nil: the system's
	RootCAs      *x509.CertPool
}

// NewClient returns a client that is safe for concurrent use. Its errors, including
// those of reading a body, are *sso.Error: Invalid "url_not_allowed" for a forbidden
// address, Upstream "idp_unavailable" for a failure that may pass, and Upstream
// "idp_unusable" for one that will not. Callers must close the body.
func NewClient(o Options) *http.Client {
	if o.UserAgent == "" {
		o.UserAgent = "Gatehouse"
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	policy := newPolicy(o)
	dialer := &net.Dialer{
		Timeout:   o.Timeout,
		KeepAlive: 30 * time.Second,
		Resolver:  o.Resolver,
		Control:   policy.control,
	}
	return &http.Client{
		Transport: &guard{
			policy:    policy,
			userAgent: o.UserAgent,
			timeout:   o.Timeout,
			maxBody:   o.MaxBody,
			transport: &http.Transport{
				Proxy:       nil, // a proxy would resolve names itself and bypass the check
				DialContext: dialer.DialContext,
				TLSClientConfig: &tls.Config{
					MinVersion: tls.VersionTLS12,
					RootCAs:    o.RootCAs,
				},
				ForceAttemptHTTP2:      true,
				DisableCompression:     true, // guard decompresses, with a cap on both sizes
				MaxIdleConns:           256,
				MaxIdleConnsPerHost:    idleConnsHost,
				MaxConnsPerHost:        maxConnsHost,
				IdleConnTimeout:        30 * time.Second,
				MaxResponseHeaderBytes: maxHeader,
			},
		},
		// The guard follows redirects itself, under one deadline.
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}
