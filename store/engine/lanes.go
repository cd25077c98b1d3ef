package engine

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// narrow is how many writes of one key run at once that wait for each other at
	// the lock they take first: the second has its connection and its first
	// statements sent when the first commits. More would only take connections
	// away from other keys.
	narrow = 2
	// spare is how many connections all writes of one key leave to others.
	spare = 2
	// laneTimeout is how long a write waits for its turn if its context has no
	// earlier deadline.
	laneTimeout = 15 * time.Second
)

// lanes limits how many writes of each key hold a connection, in order of
// arrival. Use newLanes; nil sets no limit.
type lanes struct {
	wide int // how many writes of one key run at once that need not wait for each other
	mu   sync.Mutex
	open map[laneKey]*lane // only those in use
}

// laneKey names a lane: a key has one for each width.
type laneKey struct {
	key   string
	width int
}

// lane is the queue of one key.
type lane struct {
	slots   chan struct{}
	stalled chan struct{} // closed when the database did not answer a write
	users   int           // running or waiting
}

// newLanes returns lanes to a pool with a number of connections.
func newLanes(connections int) *lanes {
	return &lanes{
		wide: max(connections-narrow-spare, narrow+1),
		open: map[laneKey]*lane{},
	}
}

// runNarrow calls write when it is its turn among the writes of a key that wait for
// each other anyway.
func (l *lanes) runNarrow(ctx context.Context, key string, write func() error) error {
	if l == nil {
		return write()
	}
	return l.run(ctx, laneKey{key, narrow}, write)
}

// runWide calls write when it is its turn among the other writes of a key.
func (l *lanes) runWide(ctx context.Context, key string, write func() error) error {
	if l == nil {
		return write()
	}
	return l.run(ctx, laneKey{key, l.wide}, write)
}

// run calls write when it is its turn. If the database does not answer it, all
// writes that wait behind it fail at once instead of one after the other.
func (l *lanes) run(ctx context.Context, key laneKey, write func() error) error {
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

func (l *lanes) join(key laneKey) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	joined := l.open[key]
	if joined == nil {
		joined = &lane{
			slots:   make(chan struct{}, key.width),
			stalled: make(chan struct{}),
		}
		l.open[key] = joined
	}
	joined.users++
	return joined
}

func (l *lanes) leave(key laneKey, left *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left.users--
	if left.users == 0 && l.open[key] == left {
		delete(l.open, key)
	}
}

// abandon fails all that wait in a lane; later writes get a new one.
func (l *lanes) abandon(key laneKey, stalled *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key] == stalled {
		delete(l.open, key)
		close(stalled.stalled)
	}
}
