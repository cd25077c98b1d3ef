package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// Time limits. They are fixed: an installation that would need others has a
// clock to correct.
const (
	leeway      = 60 * time.Second // allowed clock difference to the identity provider
	maxTokenAge = 10 * time.Minute // an ID token is issued for the sign-in it belongs to
	budget      = 10 * time.Second // of one sign-in, for all requests to the identity provider
)

// maxProviders limits the connections whose documents and keys are cached.
const maxProviders = 4096

// Options configure a RelyingParty.
type Options struct {
	BaseURL string           // of Gatehouse, without a trailing slash
	Now     func() time.Time // nil: time.Now
	Client  *http.Client     // the guarded outbound client
	// KeysSeen, if not nil, is called with every key set that differs from the
	// one noted for the connection.
	KeysSeen func(ctx context.Context, seen sso.SeenKeys)
}

// RelyingParty signs users in at OpenID providers. It is safe for concurrent
// use and starts nothing that outlives a call by more than its own deadline.
type RelyingParty struct {
	baseURL   string
	now       func() time.Time
	client    *http.Client
	keysSeen  func(ctx context.Context, seen sso.SeenKeys) // may be nil
	providers *lru.Cache[providerKey, *provider]
}

// New returns a RelyingParty. Client must not be nil: no default client is safe
// for fetching addresses entered by strangers.
func New(o Options) *RelyingParty {
	if o.Now == nil {
		o.Now = time.Now
	}
	providers, _ := lru.New[providerKey, *provider](maxProviders) // fails only for a size below one
	return &RelyingParty{
		baseURL:   strings.TrimSuffix(o.BaseURL, "/"),
		now:       o.Now,
		client:    o.Client,
		keysSeen:  o.KeysSeen,
		providers: providers,
	}
}

// RedirectURI returns the redirect URI that an admin registers at the identity
// provider. Each connection has its own, so that a response of one provider
// cannot be delivered as another's (RFC 9700 §4.4).
func (rp *RelyingParty) RedirectURI(id sso.ConnectionID) string {
	return rp.baseURL + "/oidc/" + string(id) + "/callback"
}

// provider returns the cached state of a connection. A changed connection has
// another cache key, so nothing of an earlier configuration is used again.
func (rp *RelyingParty) provider(c sso.Connection, cfg sso.Config) (*provider, error) {
	if cfg.OIDC == nil {
		return nil, fmt.Errorf(
			"connection %s: %w", c.ID, errors.New("no OpenID Connect configuration"),
		)
	}
	cacheKey := providerKey{
		connection: c.ID,
		revision:   c.Revision,
		issuer:     cfg.OIDC.Issuer,
		discovery:  cfg.OIDC.DiscoveryURL,
	}
	if p, ok := rp.providers.Get(cacheKey); ok {
		return p, nil
	}
	created := newProvider(rp, c, *cfg.OIDC)
	if p, ok, _ := rp.providers.PeekOrAdd(cacheKey, created); ok {
		return p, nil
	}
	return created, nil
}
