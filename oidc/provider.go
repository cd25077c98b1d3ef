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

// How long published documents are cached.
const (
	discoveryAge = time.Hour
	keysAge      = 5 * time.Minute    // a key removed from the set is refused within this time
	lastGoodAge  = 7 * 24 * time.Hour // how long a cached document serves while it cannot be replaced
	retryEvery   = time.Minute        // between attempts to replace it

	// Keys are fetched again when none fits a token. Tokens that the provider
	// delivered itself allow a few fetches in a row, for a provider that
	// rotates twice within seconds. Any client can send a logout token with a
	// made-up key ID, so those allow fewer.
	refetchBurst     = 4
	refetchEvery     = 10 * time.Second
	unsolicitedBurst = 2
	unsolicitedEvery = 30 * time.Second
)

const (
	maxCalls = 32              // concurrent calls to one connection's identity provider
	maxWait  = 2 * time.Second // how long a call waits for a free slot
	maxBody  = 2 << 20         // of one response: an ID token and an access token of the maximum length
)

type providerKey struct {
	connection sso.ConnectionID
	revision   int64
	issuer     string
	discovery  string // address of the document; empty: derived from the issuer
}

// provider is the cached state of one connection's identity provider.
type provider struct {
	rp        *RelyingParty
	issuer    string
	config    sso.OIDCConfig // keys that were published before
	keyReport sso.SeenKeys   // template for reports, without the keys
	// discoveryURL is the address of the discovery document.
	discoveryURL string
	slots        chan struct{} // one for each running call
	flight       singleflight.Group

	mu                   sync.Mutex
	discovery            cached[Discovery]
	keys                 cached[keySet]
	refetches            allowance // for tokens that the provider delivered itself
	unsolicitedRefetches allowance // for tokens that any client may have made up
}

// allowance is a rate limit: burst times at once, and once more after every
// interval.
type allowance struct {
	burst       int
	every       time.Duration
	spent       int
	windowStart time.Time // start of the interval that spent is reduced by
}

// allow reports whether an action is allowed at now, and counts it if so.
func (a *allowance) allow(now time.Time) bool {
	if regained := int(now.Sub(a.windowStart) / a.every); regained >= a.spent || now.Before(a.windowStart) {
		a.spent, a.windowStart = 0, now
	} else if regained > 0 {
		a.spent -= regained
		a.windowStart = a.windowStart.Add(time.Duration(regained) * a.every)
	}
	if a.spent >= a.burst {
		return false
	}
	a.spent++
	return true
}

type cached[T any] struct {
	value     T
	fetchedAt time.Time // zero: never
	triedAt   time.Time
}

func (r *cached[T]) isFetched() bool { return !r.fetchedAt.IsZero() }

// isUsable reports whether the value may be used at now without a fetch: it is
// fresh, or it is the last good one and an attempt to replace it has just
// failed.
func (r *cached[T]) isUsable(now time.Time, age time.Duration) bool {
	elapsed := now.Sub(r.fetchedAt)
	return r.isFetched() &&
		(elapsed < age || elapsed < lastGoodAge && now.Sub(r.triedAt) < retryEvery)
}

func newProvider(rp *RelyingParty, c sso.Connection, cfg sso.OIDCConfig) *provider {
	discoveryURL := cfg.DiscoveryURL
	if discoveryURL == "" {
		discoveryURL = discoveryAddress(cfg.Issuer)
	}
	return &provider{
		rp:     rp,
		issuer: cfg.Issuer,
		config: cfg,
		keyReport: sso.SeenKeys{
			Enterprise:   c.Enterprise,
			Connection:   c.ID,
			Issuer:       cfg.Issuer,
			DiscoveryURL: cfg.DiscoveryURL,
		},
		discoveryURL: discoveryURL,
		slots:        make(chan struct{}, maxCalls),
		refetches: allowance{
			burst: refetchBurst,
			every: refetchEvery,
		},
		unsolicitedRefetches: allowance{
			burst: unsolicitedBurst,
			every: unsolicitedEvery,
		},
	}
}

// discoveryAddress returns the address of an issuer's discovery document (OpenID
// Connect Discovery 1.0 §4). The host is converted to ASCII for the call; the
// issuer itself is compared as it is.
func discoveryAddress(issuer string) string {
	raw := strings.TrimSuffix(issuer, "/") + wellKnown
	converted, err := address.URL(raw)
	if err != nil {
		return raw // the client refuses it
	}
	return converted
}

// call runs one exchange with the identity provider. A provider that hangs
// blocks only the calls of its own connection; calls above the limit fail soon
// instead of queueing.
func (p *provider) call(ctx context.Context, exchange func(context.Context) error) error {
	select {
	case p.slots <- struct{}{}:
	default:
		timer := time.NewTimer(maxWait)
		defer timer.Stop()
		select {
		case p.slots <- struct{}{}:
		case <-timer.C:
			return errUpstream(fmt.Errorf(
				"%d calls to %s are already waiting for a response", maxCalls, p.issuer,
			))
		case <-ctx.Done():
			return errUpstream(fmt.Errorf("wait for a call to %s: %w", p.issuer, ctx.Err()))
		}
	}
	defer func() { <-p.slots }()
	return exchange(ctx)
}

// fetchShared runs fetch once for all concurrent callers. The fetch continues if the
// first caller leaves, because the others and later callers want the result.
func (p *provider) fetchShared(ctx context.Context, what string, fetch func(context.Context) error) error {
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

// metadata returns the discovery document, whose issuer is exactly the
// configured one. Every failure is Upstream: for the user signing in there is
// no difference.
func (p *provider) metadata(ctx context.Context) (Discovery, error) {
	p.mu.Lock()
	d, ok := p.discovery.value, p.discovery.isUsable(p.rp.now(), discoveryAge)
	p.mu.Unlock()
	if ok {
		return d, nil
	}
	err := p.fetchShared(ctx, "discovery document", p.fetchMetadata)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil || p.discovery.isUsable(p.rp.now(), discoveryAge) {
		return p.discovery.value, nil
	}
	return Discovery{}, errUpstream(err)
}

func (p *provider) fetchMetadata(ctx context.Context) error {
	d, err := p.rp.fetchDiscovery(ctx, p.discoveryURL)
	if err == nil && d.Issuer != p.issuer {
		err = errWrongIssuer(p.issuer, d.Issuer)
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

// get fetches a document. Errors: those of the HTTP client; Upstream
// "idp_unavailable" or "idp_unusable".
func (rp *RelyingParty) get(ctx context.Context, rawURL, bearer string) (body []byte, contentType string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rawURL, nil)
	if err != nil {
		return nil, "", errUnusable(fmt.Errorf("make request: %w", err))
	}
	req.Header.Set("Accept", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := rp.do(req)
	if err == nil && resp.status != http.StatusOK {
		err = errUpstream(&sso.StatusError{Host: req.URL.Host, Code: resp.status})
	}
	if err != nil {
		return nil, "", err
	}
	return resp.body, resp.contentType, nil
}

// response is an HTTP response with its whole body. An error status comes without
// the body if that could not be read.
type response struct {
	status      int
	body        []byte
	contentType string
}

// do sends a request and reads the whole response, whatever its status.
func (rp *RelyingParty) do(req *http.Request) (response, error) {
	resp, err := rp.client.Do(req)
	if err != nil {
		return response{}, clientError(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to the end, or given up
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil && resp.StatusCode >= http.StatusBadRequest:
		return response{status: resp.StatusCode}, nil // the status says more than the body
	case err != nil:
		return response{}, clientError(err)
	case len(body) > maxBody:
		return response{}, errUnusable(fmt.Errorf(
			"%s answered with more than %d bytes", req.URL.Host, maxBody,
		))
	}
	return response{
		status:      resp.StatusCode,
		body:        body,
		contentType: resp.Header.Get("Content-Type"),
	}, nil
}

func clientError(err error) error {
	if _, ok := errors.AsType[*sso.Error](err); ok {
		return err
	}
	return errUpstream(err)
}
