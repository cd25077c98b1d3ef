package engine

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// laneWidth is how many writes of one key run at once. They follow each other
	// anyway, at the lock they all take first; the second has its connection and
	// its first statements sent when the first commits. More would only take
	// connections away from other keys.
	laneWidth = 2
	// laneTimeout is how long a write waits for its turn if its context has no
	// earlier deadline.
	laneTimeout = 15 * time.Second
)

// lanes limits how many writes of each key hold a connection, in order of
// arrival. Use newLanes; nil sets no limit.
type lanes struct {
	mu   sync.Mutex
	open map[string]*lane // only those in use
}

// lane is the queue of one key.
type lane struct {
	slots   chan struct{}
	stalled chan struct{} // closed when the database did not answer a write
	users   int           // running or waiting
}

func newLanes() *lanes { return &lanes{open: map[string]*lane{}} }

// run calls write when it is its turn. If the database does not answer it, all
// writes that wait behind it fail at once instead of one after the other.
func (l *lanes) run(ctx context.Context, key string, write func() error) error {
	if l == nil {
		return write()
	}
	joined := l.join(key)
	defer l.leave(key, joined)
	if err := joined.wait(ctx); err != nil {
		return err
	}
	defer func() { <-joined.slots }()
	err := write()
	if err != nil && ctx.Err() == nil && IsUnavailable(err) {
		l.abandon(key, joined)
	}
	return err
}

// wait returns nil when it is the caller's turn.
func (l *lane) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, laneTimeout)
	defer cancel()
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-l.stalled:
		return errStalled
	case <-ctx.Done():
		return fmt.Errorf("wait for earlier writes: %w", ctx.Err())
	}
}

// errStalled is unavailable by the error it wraps.
var errStalled = fmt.Errorf("an earlier write was not answered: %w", context.DeadlineExceeded)

func (l *lanes) join(key string) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	joined := l.open[key]
	if joined == nil {
		joined = &lane{
			slots:   make(chan struct{}, laneWidth),
			stalled: make(chan struct{}),
		}
		l.open[key] = joined
	}
	joined.users++
	return joined
}

func (l *lanes) leave(key string, left *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left.users--
	if left.users == 0 && l.open[key] == left {
		delete(l.open, key)
	}
}

// abandon fails all that wait in a lane; later writes get a new one.
func (l *lanes) abandon(key string, stalled *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key] == stalled {
		delete(l.open, key)
		close(stalled.stalled)
	}
}
