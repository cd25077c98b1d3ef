package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"time"

	"gatehouse/config"
	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/store/memory"
	"gatehouse/store/redis"
	"gatehouse/web/route"
)

// nodes holds what the nodes of an installation share besides the database. Without
// Redis, a node counts rate limits for itself and learns of other nodes' revocations
// from the database.
type nodes struct {
	bus     sessions.Bus // nil without Redis
	limiter route.Limiter
	ping    func(context.Context) error // nil without Redis
	close   func() error
}

func newNodes(c config.Config, log *slog.Logger) (nodes, error) {
	local := memory.NewLimiter(time.Now)
	if c.Redis == "" {
		return nodes{limiter: local, close: func() error { return nil }}, nil
	}
	r, err := redis.Open(redis.Options{
		URL:   sso.Secret(c.Redis.Reveal()),
		Local: local,
		Log:   log,
		Now:   time.Now,
	})
	if err != nil {
		return nodes{}, err
	}
	return nodes{
		bus:     r,
		limiter: r,
		ping:    r.Ping,
		close:   r.Close,
	}, nil
}

// look pings Redis at start-up, so that the log reports a missing Redis then and not
// at the first request. The client logs the error; the node works without Redis.
func (n nodes) look(ctx context.Context) {
	if n.ping != nil {
		_ = n.ping(ctx)
	}
}

// nodeName returns the name of this node in receipts: the machine and the port, which
// differ where nodes share one of them.
func nodeName(listen string) string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "unnamed"
	}
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return host
	}
	return net.JoinHostPort(host, port)
}
