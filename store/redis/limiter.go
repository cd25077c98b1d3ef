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
	wait, err := c.Local.Allow(ctx, key, perMinute)
	if wait > 0 || err != nil {
		return wait, err
	}
	_ = c.ask(ctx, func(ctx context.Context) (err error) {
		wait, err = c.shared(ctx, key, perMinute)
		return err
	})
	return wait, nil // ask has said what is wrong; what Local allows is allowed
}

func (c *Client) shared(ctx context.Context, key string, perMinute int) (wait time.Duration, err error) {
	// redis_rate panics on an answer that its script does not give.
	defer func() {
		if p := recover(); p != nil {
			wait, err = 0, fmt.Errorf("count in Redis: %v", p)
		}
	}()
	result, err := c.rates.Allow(ctx, c.Prefix+":"+key, redis_rate.PerMinute(perMinute))
	if err != nil {
		return 0, fmt.Errorf("count in Redis: %w", err)
	}
	if result.Allowed > 0 {
		return 0, nil
	}
	return min(max(result.RetryAfter, time.Millisecond), time.Minute), nil
}
