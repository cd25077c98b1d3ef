package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"gatehouse/web/route"
)

// shutdownTimeout is how long answers in progress may take once nothing new is
// accepted.
const shutdownTimeout = 30 * time.Second

// listener is one address that is served.
type listener struct {
	net.Listener
	server *http.Server
}

func listen(ctx context.Context, setting, address string, h http.Handler, log *slog.Logger) (listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return listener{}, fmt.Errorf("%s: %w", setting, err)
	}
	return listener{l, route.Server(address, h, log)}, nil
}

// serveUntil serves until ctx ends or a listener breaks. Then drain is called
// (it makes /readyz say no), everybody is answered for another delay, and at
// last those who are being answered are waited for.
func serveUntil(ctx context.Context, all []listener, drain func(), delay time.Duration) error {
	broken := make(chan error, len(all))
	for _, l := range all {
		go func() {
			if err := l.server.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
				broken <- fmt.Errorf("serve %s: %w", l.Addr(), err)
			}
		}()
	}
	var failed error
	select {
	case failed = <-broken:
	case <-ctx.Done():
		drain()
		time.Sleep(delay)
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	for _, l := range all {
		if err := l.server.Shutdown(closing); err != nil {
			failed = errors.Join(failed, fmt.Errorf("stop serving %s: %w", l.Addr(), err))
		}
	}
	return failed
}
