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

// Limits in time. They are few and fixed: whoever needs others has a clock to
// set.
const (
	leeway      = 60 * time.Second // how far the identity provider's clock may be from ours
	maxTokenAge = 10 * time.Minute // an ID token is made for the sign-in it answers
	budget      = 10 * time.Second // of one sign-in, for everything asked of the identity provider
)

// maxProviders bounds how many connections' documents and keys are remembered.
const maxProviders = 4096

// Options of a RelyingParty.
type Options struct {
	BaseURL string           // of Gatehouse, without a slash at the end
	Now     func() time.Time // nil: time.Now
	Client  *http.Client     // the guarded outbound client
	// KeysSeen hears of every key set that differs from what the connection has
	// noted. nil: nobody asks.
	KeysSeen func(ctx context.Context, seen sso.SeenKeys)
}

// RelyingParty signs people in at OpenID providers. It is safe for concurrent
// use and starts nothing that outlives a call by more than its own deadline.
type RelyingParty struct {
	base      string
	now       func() time.Time
	client    *http.Client
	seen      func(ctx context.Context, seen sso.SeenKeys) // may be nil
	providers *lru.Cache[providerKey, *provider]
}

// New makes a RelyingParty. Client must not be nil: there is no default that is
// safe to fetch strangers' addresses with.
func New(o Options) *RelyingParty {
	if o.Now == nil {
		o.Now = time.Now
	}
	providers, _ := lru.New[providerKey, *provider](maxProviders) // fails only for a size below one
	return &RelyingParty{base: strings.TrimSuffix(o.BaseURL, "/"), now: o.Now, client: o.Client, seen: o.KeysSeen, providers: providers}
}

// RedirectURI is what an admin registers at the identity provider. It is one
// per connection, so that an answer of one provider cannot be delivered as that
// of another (RFC 9700 §4.4).
func (rp *RelyingParty) RedirectURI(id sso.ConnectionID) string {
	return rp.base + "/oidc/" + string(id) + "/callback"
}

// provider finds what is remembered for a connection. A changed connection is
// another key, so nothing of an earlier configuration is ever used again.
func (rp *RelyingParty) provider(c sso.Connection, cfg sso.Config) (*provider, error) {
	if cfg.OIDC == nil {
		return nil, fmt.Errorf("connection %s: %w", c.ID, errors.New("no OpenID Connect configuration"))
	}
	key := providerKey{connection: c.ID, revision: c.Revision, issuer: cfg.OIDC.Issuer, discovery: cfg.OIDC.DiscoveryURL}
	if p, ok := rp.providers.Get(key); ok {
		return p, nil
	}
	made := newProvider(rp, c, *cfg.OIDC)
	if p, ok, _ := rp.providers.PeekOrAdd(key, made); ok {
		return p, nil
	}
	return made, nil
}
