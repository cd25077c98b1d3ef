package main

import (
	"log/slog"
	"time"

	"gatehouse/config"
	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/store/memory"
	"gatehouse/store/redis"
	"gatehouse/web/route"
)

// nodes is what the nodes of an installation share besides the database. A node
// without Redis counts for itself, and learns of the others' revocations from
// the database alone.
type nodes struct {
	bus     sessions.Bus // nil without Redis
	limiter route.Limiter
	close   func() error
}

func newNodes(c config.Config, log *slog.Logger) (nodes, error) {
	local := memory.NewLimiter(time.Now)
	if c.Redis == "" {
		return nodes{limiter: local, close: func() error { return nil }}, nil
	}
	r, err := redis.Open(redis.Options{URL: sso.Secret(c.Redis.Reveal()), Local: local, Log: log, Now: time.Now})
	if err != nil {
		return nodes{}, err
	}
	return nodes{bus: r, limiter: r, close: r.Close}, nil
}
