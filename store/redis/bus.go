package redis

import (
	"context"
	"fmt"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// silence is after how long without a word the subscription's connection is
// tried, so that one that hangs is made anew.
const silence = time.Second

func (c *Client) channel() string { return c.Prefix + ":revoked" }

// Publish tells every subscriber to look.
func (c *Client) Publish(ctx context.Context) error {
	err := c.ask(ctx, func(ctx context.Context) error {
		return c.redis.Publish(ctx, c.channel(), "").Err()
	})
	if err != nil {
		return fmt.Errorf("publish in Redis: %w", err)
	}
	return nil
}

// Subscribe gives a value when a node published, and whenever the subscription
// was made anew, because what was published meanwhile is lost. It reconnects
// until ctx ends or the Client is closed; then the channel is closed.
func (c *Client) Subscribe(ctx context.Context) <-chan struct{} {
	nudges := make(chan struct{}, 1)
	go func() {
		defer close(nudges)
		subscription := c.redis.Subscribe(ctx, c.channel())
		defer subscription.Close() //nolint:errcheck // nothing is written to it
		messages := subscription.ChannelWithSubscriptions(
			goredis.WithChannelHealthCheckInterval(silence),
			goredis.WithChannelPingTimeout(silence), goredis.WithChannelReconnectTimeout(silence),
		)
		for {
			select {
			case <-ctx.Done():
				return
			case _, open := <-messages:
				if !open {
					return
				}
			}
			select {
			case nudges <- struct{}{}:
			default: // there is one that was not taken yet
			}
		}
	}()
	return nudges
}
