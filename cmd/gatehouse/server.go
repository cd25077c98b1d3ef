package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gatehouse/web/route"
)

// shutdownTimeout bounds requests in progress once no new ones are accepted.
const shutdownTimeout = 30 * time.Second

// listener is an open listener and its handler.
type listener struct {
	net.Listener
	server *http.Server
}

func listen(ctx context.Context, setting, address string, h http.Handler, log *slog.Logger) (listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return listener{}, fmt.Errorf("%s: %s", setting, whyNotListen(address, err))
	}
	return listener{l, route.Server(address, h, log)}, nil
}

// whyNotListen returns the problem with a listen address and its remedy.
func whyNotListen(address string, err error) string {
	_, port, _ := net.SplitHostPort(address) // otherwise err is shown
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Sprintf("port %s is taken by another program; stop that program or choose another port", port)
	case errors.Is(err, syscall.EACCES):
		return fmt.Sprintf("port %s needs a privileged user; choose one above 1023 behind your reverse proxy", port)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Sprintf("%s is not an address of this machine", address)
	}
	return err.Error()
}

// serveUntil serves until ctx ends or a listener fails. It then calls drain (which
// makes /readyz fail), keeps serving for delay, stops accepting, and waits for
// requests in progress. A further signal ends the delay, the next one the waiting.
func serveUntil(ctx context.Context, all []listener, drain func(), delay time.Duration, log *slog.Logger) error {
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
	}
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(again)
	if failed == nil && delay > 0 {
		log.Info("stopping; a second signal stops at once", "shutdown_delay", delay)
		select {
		case <-time.After(delay):
		case <-again:
		}
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	go func() {
		select {
		case <-again:
			cancel()
		case <-closing.Done():
		}
	}()
	for _, l := range all {
		if err := l.server.Shutdown(closing); err != nil {
			failed = errors.Join(failed, fmt.Errorf("stop serving %s: %w", l.Addr(), err))
		}
	}
	return failed
}
