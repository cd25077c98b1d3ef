package route

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"gatehouse/sso"
)

// Limiter counts events of a key per minute. A limit is positive.
type Limiter interface {
	// Allow returns how long key must wait; 0 if the event is allowed, and then
	// counts it.
	Allow(ctx context.Context, key string, perMinute int) (retryAfter time.Duration, err error)
	// Check reports how long Allow would make key wait, and counts nothing.
	Check(ctx context.Context, key string, perMinute int) (retryAfter time.Duration, err error)
}

// Rate limits requests, successful or not. Where other clients could use up the
// limit of genuine requests, use Failures.
type Rate struct {
	Name      string // begins the limiter's key
	PerMinute int    // 0: no limit
	// Path counts per value of this wildcard of the pattern; "" counts per
	// client network.
	Path string
}

// Network names the network of the client that sent the request, as a subject
// to limit: an IPv4 address, or the 2^64 addresses of an IPv6 network, of which
// one subscriber can take another one for each request.
func Network(ctx context.Context) string { return "ip:" + sso.NetworkOf(stateOf(ctx).ip.String()) }

// allow asks the limiter. If the limiter fails, the request is allowed: a limit
// protects from load, and losing it must not lock out all users.
func (rt *Router) allow(r *http.Request, rate Rate) error {
	if rt.Limiter == nil || rate.PerMinute == 0 {
		return nil
	}
	subject := Network(r.Context())
	if rate.Path != "" {
		subject = rate.Path + ":" + r.PathValue(rate.Path)
		if len(subject) > 80 {
			return nil // it does not exist; the handler responds
		}
	}
	wait, err := rt.Limiter.Allow(r.Context(), rate.Name+":"+subject, rate.PerMinute)
	if err != nil {
		rt.Log.WarnContext(r.Context(), "rate limit not checked", "limit", rate.Name, "error", err)
		return nil
	}
	return refused(wait)
}

func refused(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	return &sso.Error{
		Kind:       sso.TooMany,
		Code:       "rate_limited",
		Public:     "Too many requests at once. Wait a moment, then try again.",
		RetryAfter: wait,
	}
}

// Failures limits failed requests only. Subjects are networks (see Network), or
// other names that a handler knows before it trusts the request. All Failures of a Limiter with the same
// Name count together.
type Failures struct {
	Limiter   Limiter // nil: no limit
	Name      string  // begins the limiter's key
	PerMinute int     // per subject; 0: no limit
	Log       *slog.Logger
}

// Spent returns TooMany "rate_limited" once a subject has used up its failures.
// If the limiter fails, it returns nil.
func (f Failures) Spent(ctx context.Context, subject string) error {
	if f.Limiter == nil || f.PerMinute == 0 {
		return nil
	}
	wait, err := f.Limiter.Check(ctx, f.key(subject), f.PerMinute)
	if err != nil {
		f.Log.WarnContext(ctx, "rate limit not checked", "limit", f.Name, "error", err)
		return nil
	}
	return refused(wait)
}

// Count counts one failure of a subject.
func (f Failures) Count(ctx context.Context, subject string) {
	if f.Limiter == nil || f.PerMinute == 0 {
		return
	}
	if _, err := f.Limiter.Allow(ctx, f.key(subject), f.PerMinute); err != nil {
		f.Log.WarnContext(ctx, "failure not counted", "limit", f.Name, "error", err)
	}
}

func (f Failures) key(subject string) string { return f.Name + ":" + subject }

// Guard wraps a handler that any client can make fail: an error that failed accepts
// counts against the client's network, and a network with no failures left is
// refused before the handler looks at the request. It suits handlers whose
// genuine callers do not fail; a handler that can recognize a genuine request
// at little cost calls Spent and Count itself.
func (f Failures) Guard(h Handler, failed func(error) bool) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := f.Spent(r.Context(), Network(r.Context())); err != nil {
			return err
		}
		err := h(w, r)
		if err != nil && failed(err) {
			f.Count(r.Context(), Network(r.Context()))
		}
		return err
	}
}
