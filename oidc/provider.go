package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// How long what an identity provider publishes is used.
const (
	discoveryAge = time.Hour
	keysAge      = 5 * time.Minute    // a key taken out of the set is refused within this time
	lastGoodAge  = 7 * 24 * time.Hour // what is remembered serves this long if it cannot be had anew
	retryEvery   = time.Minute        // between tries to replace it

	// Keys are fetched again because none fitted. Tokens that came from the
	// provider itself allow a few fetches in a row, for a provider that rotates
	// twice within seconds. Anyone can send a logout token with a made-up key ID.
	refetchBurst  = 4
	refetchEvery  = 10 * time.Second
	strangerBurst = 2
	strangerEvery = 30 * time.Second
)

const (
	maxCalls = 32              // to one connection's identity provider at a time
	maxWait  = 2 * time.Second // for one of them to end
	maxBody  = 2 << 20         // of one response: an ID token and an access token of the greatest length
)

type providerKey struct {
	connection sso.ConnectionID
	revision   int64
	issuer     string
	discovery  string // address of the document; empty: it follows from the issuer
}

// provider is one connection's identity provider as it is known now.
type provider struct {
	rp     *RelyingParty
	issuer string
	noted  sso.OIDCConfig // which keys were published before
	seen   sso.SeenKeys   // without the keys
	// document is the address of the discovery document.
	document string
	slots    chan struct{} // one for every call under way
	flight   singleflight.Group

	mu        sync.Mutex
	discovery remembered[Discovery]
	keys      remembered[keySet]
	refetches allowance // for tokens that the provider itself delivered
	strangers allowance // for tokens that anyone may have made up
}

// allowance limits how often something is done: burst times at once, and once
// more after every interval.
type allowance struct {
	burst int
	every time.Duration
	spent int
	since time.Time // since when spent is counted down
}

// take reports whether it may be done at now, and counts it if so.
func (a *allowance) take(now time.Time) bool {
	if regained := int(now.Sub(a.since) / a.every); regained >= a.spent || now.Before(a.since) {
		a.spent, a.since = 0, now
	} else if regained > 0 {
		a.spent -= regained
		a.since = a.since.Add(time.Duration(regained) * a.every)
	}
	if a.spent >= a.burst {
		return false
	}
	a.spent++
	return true
}

type remembered[T any] struct {
	value     T
	fetchedAt time.Time // zero: never
	triedAt   time.Time
}

func (r *remembered[T]) have() bool { return !r.fetchedAt.IsZero() }

// usable reports whether the value serves at now without being fetched: it is
// fresh, or it is the last good one and a try to replace it has just failed.
func (r *remembered[T]) usable(now time.Time, age time.Duration) bool {
	old := now.Sub(r.fetchedAt)
	return r.have() && (old < age || old < lastGoodAge && now.Sub(r.triedAt) < retryEvery)
}

func newProvider(rp *RelyingParty, c sso.Connection, cfg sso.OIDCConfig) *provider {
	document := cfg.DiscoveryURL
	if document == "" {
		document = documentOf(cfg.Issuer)
	}
	return &provider{
		rp:        rp,
		issuer:    cfg.Issuer,
		noted:     cfg,
		seen:      sso.SeenKeys{Enterprise: c.Enterprise, Connection: c.ID, Issuer: cfg.Issuer, DiscoveryURL: cfg.DiscoveryURL},
		document:  document,
		slots:     make(chan struct{}, maxCalls),
		refetches: allowance{burst: refetchBurst, every: refetchEvery},
		strangers: allowance{burst: strangerBurst, every: strangerEvery},
	}
}

// documentOf is the address of an issuer's discovery document (OpenID Connect
// Discovery 1.0 §4). The host is converted to be called; the issuer itself is
// compared as it is.
func documentOf(issuer string) string {
	at := strings.TrimSuffix(issuer, "/") + wellKnown
	converted, err := address.URL(at)
	if err != nil {
		return at // the client refuses it
	}
	return converted
}

// call runs one exchange with the identity provider. A provider that hangs holds
// its own connection's calls and nobody else's, and what is above the limit
// fails soon and does not pile up.
func (p *provider) call(ctx context.Context, exchange func(context.Context) error) error {
	select {
	case p.slots <- struct{}{}:
	default:
		timer := time.NewTimer(maxWait)
		defer timer.Stop()
		select {
		case p.slots <- struct{}{}:
		case <-timer.C:
			return errUpstream(fmt.Errorf("%d calls to %s are already waiting for an answer", maxCalls, p.issuer))
		case <-ctx.Done():
			return errUpstream(fmt.Errorf("wait for a call to %s: %w", p.issuer, ctx.Err()))
		}
	}
	defer func() { <-p.slots }()
	return exchange(ctx)
}

// shared runs fetch once for everybody who asks meanwhile. It goes on if one of
// them leaves: the others, and the next, want the result.
func (p *provider) shared(ctx context.Context, what string, fetch func(context.Context) error) error {
	done := p.flight.DoChan(what, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), budget)
		defer cancel()
		return nil, p.call(ctx, fetch)
	})
	select {
	case r := <-done:
		return r.Err
	case <-ctx.Done():
		return errUpstream(fmt.Errorf("wait for the %s of %s: %w", what, p.issuer, ctx.Err()))
	}
}

// metadata gives the discovery document, whose issuer is exactly the configured
// one. Any failure is Upstream: to somebody signing in there is no difference.
func (p *provider) metadata(ctx context.Context) (Discovery, error) {
	p.mu.Lock()
	d, ok := p.discovery.value, p.discovery.usable(p.rp.now(), discoveryAge)
	p.mu.Unlock()
	if ok {
		return d, nil
	}
	err := p.shared(ctx, "discovery document", p.fetchMetadata)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil || p.discovery.usable(p.rp.now(), discoveryAge) {
		return p.discovery.value, nil
	}
	return Discovery{}, errUpstream(err)
}

func (p *provider) fetchMetadata(ctx context.Context) error {
	d, err := p.rp.fetchDiscovery(ctx, p.document)
	if err == nil && d.Issuer != p.issuer {
		err = wrongIssuer(p.issuer, d.Issuer)
	}
	now := p.rp.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.discovery.triedAt = now
	if err == nil {
		p.discovery.value, p.discovery.fetchedAt = d, now
	}
	return err
}

// get fetches a document. Errors: the client's own; Upstream "idp_unavailable" or
// "idp_unusable".
func (rp *RelyingParty) get(ctx context.Context, address, bearer string) (body []byte, contentType string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", errUnusable(fmt.Errorf("make request: %w", err))
	}
	req.Header.Set("Accept", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	status, body, contentType, err := rp.do(req)
	if err == nil && status != http.StatusOK {
		err = errUpstream(&sso.StatusError{Host: req.URL.Host, Code: status})
	}
	if err != nil {
		return nil, "", err
	}
	return body, contentType, nil
}

// do sends a request and reads the whole response, of whatever status.
func (rp *RelyingParty) do(req *http.Request) (status int, body []byte, contentType string, err error) {
	resp, err := rp.client.Do(req)
	if err != nil {
		return 0, nil, "", clientError(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to the end, or given up
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil && resp.StatusCode >= http.StatusBadRequest:
		return resp.StatusCode, nil, "", nil // the status says more than what came with it
	case err != nil:
		return 0, nil, "", clientError(err)
	case len(body) > maxBody:
		return 0, nil, "", errUnusable(fmt.Errorf("%s answered with more than %d bytes", req.URL.Host, maxBody))
	}
	return resp.StatusCode, body, resp.Header.Get("Content-Type"), nil
}

func clientError(err error) error {
	if _, ok := errors.AsType[*sso.Error](err); ok {
		return err
	}
	return errUpstream(err)
}
