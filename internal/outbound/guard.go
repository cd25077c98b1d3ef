package outbound

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"gatehouse/sso"
)

// guard is the transport of the client: it applies one deadline to all redirects and
// the body, checks every address, and caps every body.
type guard struct {
	policy    *policy
	transport *http.Transport
	userAgent string
	timeout   time.Duration
	maxBody   int64
}

// RoundTrip implements http.RoundTripper. It follows redirects itself, because the
// deadline is of the whole exchange and a transport otherwise sees single hops.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(
		req.Context(),
		g.timeout,
		fmt.Errorf("no complete answer within %s: %w", g.timeout, context.DeadlineExceeded),
	)
	failed := func(err error) error {
		cause := explain(ctx, fmt.Errorf("%s %s: %w", req.Method, req.URL.Host, err))
		cancel() // after explain, which looks at the context
		return cause
	}
	resp, err := g.follow(ctx, req)
	if err != nil {
		return nil, failed(err)
	}
	if err := g.limit(ctx, cancel, resp); err != nil {
		return nil, failed(err)
	}
	return resp, nil
}

// CloseIdleConnections implements the interface that http.Client.CloseIdleConnections
// looks for.
func (g *guard) CloseIdleConnections() { g.transport.CloseIdleConnections() }

func (g *guard) follow(ctx context.Context, req *http.Request) (*http.Response, error) {
	hop := req.Clone(ctx)
	if hop.Header.Get("User-Agent") == "" {
		hop.Header.Set("User-Agent", g.userAgent)
	}
	hop.Header.Set("Accept-Encoding", "gzip")
	for redirects := 0; ; redirects++ {
		if err := g.policy.checkURL(hop.URL); err != nil {
			if hop.Body != nil {
				_ = hop.Body.Close() // a transport closes the body whatever happens
			}
			return nil, err
		}
		resp, err := g.transport.RoundTrip(hop)
		if err != nil {
			return nil, err
		}
		if !isRedirect(resp) {
			return resp, nil
		}
		_ = resp.Body.Close() // nothing in it is read
		if redirects == maxRedirects {
			return nil, &sso.UnusableError{Err: fmt.Errorf("more than %d redirects", maxRedirects)}
		}
		if hop, err = next(ctx, hop, resp); err != nil {
			return nil, err
		}
	}
}

func isRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}

// next returns the request that follows a redirect. Only safe methods are repeated,
// and credentials stay with their origin.
func next(ctx context.Context, from *http.Request, resp *http.Response) (*http.Request, error) {
	if from.Method != http.MethodGet && from.Method != http.MethodHead {
		return nil, &sso.UnusableError{
			Err: fmt.Errorf("a %s was answered with a redirect (%d)", from.Method, resp.StatusCode),
		}
	}
	to, err := from.URL.Parse(resp.Header.Get("Location"))
	if err != nil {
		return nil, fmt.Errorf("redirect: %w", err)
	}
	if from.URL.Scheme == "https" && to.Scheme == "http" {
		return nil, notAllowed("a redirect from https to http")
	}
	hop := from.Clone(ctx)
	hop.URL, hop.Host = to, ""
	if to.Scheme != from.URL.Scheme || !strings.EqualFold(to.Host, from.URL.Host) {
		hop.Header.Del("Authorization")
		hop.Header.Del("Cookie")
	}
	return hop, nil
}

// explain returns err as an *sso.Error with its code.
func explain(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*sso.Error](err); ok {
		return err
	}
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("%w (%w)", cause, err)
	}
	return sso.FetchError(err)
}
