package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Allow reports how long to wait before key may act again; 0 means now, and that
// it was counted. It fails only if Local does. Losing what Redis counted never
// gives a node more than its own count allows.
func (c *Client) Allow(ctx context.Context, key string, perMinute int) (time.Duration, error) {
	return c.limit(ctx, waiting{key, perMinute}, c.Local.Allow, 1)
}

// Check reports how long Allow would make key wait, and counts nothing. It fails
// only if Local does.
func (c *Client) Check(ctx context.Context, key string, perMinute int) (time.Duration, error) {
	return c.limit(ctx, waiting{key, perMinute}, c.Local.Check, 0)
}

// limit asks what is remembered, then local, then Redis, until one of them makes the
// key wait. It counts n requests.
func (c *Client) limit(
	ctx context.Context,
	k waiting,
	local func(ctx context.Context, key string, perMinute int) (time.Duration, error),
	n int,
) (time.Duration, error) {
	if left := c.waits.left(k, c.Now()); left > 0 {
		return left, nil
	}
	wait, err := local(ctx, k.key, k.perMinute)
	if wait > 0 || err != nil {
		return wait, err
	}
	_ = c.ask(ctx, func(ctx context.Context) (err error) {
		wait, err = c.shared(ctx, k.key, k.perMinute, n)
		return err
	})
	if wait > 0 {
		c.waits.remember(k, c.Now().Add(wait))
	}
	return wait, nil // ask has said what is wrong; what Local allows is allowed
}

// shared counts n requests, or with 0 only looks.
func (c *Client) shared(ctx context.Context, key string, perMinute, n int) (wait time.Duration, err error) {
	// redis_rate panics on an answer that its script does not give.
	defer func() {
		if p := recover(); p != nil {
			wait, err = 0, fmt.Errorf("count in Redis: %v", p)
		}
	}()
	result, err := c.rates.AllowN(ctx, c.Prefix+":"+key, redis_rate.PerMinute(perMinute), n)
	if err != nil {
		return 0, fmt.Errorf("count in Redis: %w", err)
	}
	switch {
	case result.Allowed > 0, n == 0 && result.Remaining > 0:
		return 0, nil
	case n == 0: // RetryAfter is 0 for a request that counts nothing
		each := time.Minute / time.Duration(perMinute)
		wait = result.ResetAfter - time.Duration(perMinute-1)*each
	default:
		wait = result.RetryAfter
	}
	return min(max(wait, time.Millisecond), time.Minute), nil
}
