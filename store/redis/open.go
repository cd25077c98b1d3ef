package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/go-redis/redis_rate/v10"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"gatehouse/sso"
)

// defaultPatience is how long anything waits for Redis unless Options say otherwise.
const defaultPatience = 200 * time.Millisecond

// limiter counts what a key did within a minute; memory.Limiter is one.
type limiter interface {
	Allow(ctx context.Context, key string, perMinute int) (retryAfter time.Duration, err error)
	Check(ctx context.Context, key string, perMinute int) (retryAfter time.Duration, err error)
}

// Options are what a Client is made of; all of it is required unless said.
type Options struct {
	URL sso.Secret
	// Local counts for this node alone. It is asked first, and is all there is
	// while Redis does not answer.
	Local limiter
	Log   *slog.Logger
	Now   func() time.Time
	// Prefix begins every key and channel; installations that share a Redis have
	// different ones. "" means "gatehouse".
	Prefix   string
	Patience time.Duration // 0 means Patience
}

// Client is safe for concurrent use.
type Client struct {
	Options
	redis   goredis.UniversalClient
	rates   *redis_rate.Limiter
	waits   *waits
	circuit circuit
}

// Open makes a Client. It does not connect: a node starts, and goes on, without
// its Redis.
func Open(o Options) (*Client, error) {
	if o.Prefix == "" {
		o.Prefix = "gatehouse"
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	// The library writes to stderr what is returned to us as an error as well.
	goredis.SetLogger(logger{o.Log})
	redis, err := connect(o.URL, o.Patience)
	if err != nil {
		return nil, fmt.Errorf("open Redis: %w", err)
	}
	return &Client{
		Options: o,
		redis:   redis,
		rates:   redis_rate.NewLimiter(redis),
		waits:   newWaits(),
	}, nil
}

// connect opens a client for the address of a server, of sentinels or of a
// cluster. Errors do not quote the address, which may have a password.
func connect(address sso.Secret, patience time.Duration) (goredis.UniversalClient, error) {
	parsed, err := url.Parse(address.Reveal())
	if err != nil || parsed.Scheme != "redis" && parsed.Scheme != "rediss" {
		return nil, errors.New("the address is not a redis:// or rediss:// URL")
	}
	switch query := parsed.Query(); {
	case query.Has("master_name"):
		o, err := goredis.ParseFailoverURL(address.Reveal())
		if err != nil {
			return nil, err
		}
		impatient(
			patience, &o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout,
			&o.ContextTimeoutEnabled, &o.MaxRetries, &o.DialerRetries,
		)
		return goredis.NewFailoverClient(o), nil
	case query.Has("addr"):
		o, err := goredis.ParseClusterURL(address.Reveal())
		if err != nil {
			return nil, err
		}
		impatient(
			patience, &o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout,
			&o.ContextTimeoutEnabled, &o.MaxRetries, &o.DialerRetries,
		)
		o.MaintNotificationsConfig = &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled,
		}
		return goredis.NewClusterClient(o), nil
	}
	o, err := goredis.ParseURL(address.Reveal())
	if err != nil {
		return nil, err
	}
	impatient(
		patience, &o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout,
		&o.ContextTimeoutEnabled, &o.MaxRetries, &o.DialerRetries,
	)
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return goredis.NewClient(o), nil
}

// impatient sets the options that an address must not set, of any kind of
// client: no call waits for longer than patience, and failed calls are not
// repeated while a user waits.
func impatient(patience time.Duration, dial, read, write, pool *time.Duration, contextual *bool, retries, dials *int) {
	for _, timeout := range []*time.Duration{dial, read, write, pool} {
		*timeout = patience
	}
	*contextual, *retries, *dials = true, -1, 1
}

// Ping reports whether Redis answers. A node that works without it need not
// care: it is worth a warning, not a restart.
func (c *Client) Ping(ctx context.Context) error {
	return c.ask(ctx, func(ctx context.Context) error { return c.redis.Ping(ctx).Err() })
}

// Close ends what subscribers wait for, too.
func (c *Client) Close() error { return c.redis.Close() }

// ask lets f talk to Redis if that is worth trying.
func (c *Client) ask(ctx context.Context, f func(ctx context.Context) error) error {
	if !c.circuit.closed(c.Now()) {
		return errDown
	}
	limited, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	err := f(limited)
	if err != nil && ctx.Err() != nil {
		return err // who asked went away; that says nothing about Redis
	}
	switch changed := c.circuit.report(c.Now(), err == nil); {
	case changed && err != nil:
		c.Log.WarnContext(
			ctx,
			"Redis does not answer: nodes count rate limits separately and poll for revocations",
			"error", err,
		)
	case changed:
		c.Log.InfoContext(ctx, "Redis answers again")
	}
	return err
}

// logger passes on what the library says of itself.
type logger struct{ log *slog.Logger }

func (l logger) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis client", "message", fmt.Sprintf(format, v...))
}
