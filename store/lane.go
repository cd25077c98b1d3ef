package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gatehouse/sso"
)

const (
	// laneWidth is how many changes of one enterprise hold a connection of the
	// pool at once. They follow each other anyway, at the lock on the head of the
	// audit chain; the second one has its connection and its first statements on
	// the way when the first commits. More would only take connections away from
	// other enterprises.
	laneWidth = 2
	// laneTimeout is how long a change waits for its turn if its context has no
	// earlier deadline: the database answers, there is just much to do.
	laneTimeout = 15 * time.Second
)

// lanes let few changes of each enterprise at the connections at once, in the
// order in which they came. The zero value is not usable; nil lets all pass.
type lanes struct {
	mu   sync.Mutex
	open map[sso.EnterpriseID]*lane // only those in use
}

// lane is what the changes of one enterprise take turns in.
type lane struct {
	slots   chan struct{}
	stalled chan struct{} // closed when the database did not answer a change
	users   int           // in the lane or waiting for it
}

func newLanes() *lanes { return &lanes{open: map[sso.EnterpriseID]*lane{}} }

// run calls change when it is its turn. A change that the database does not
// answer ends the waiting of all behind it, who would only find the same one
// after the other.
func (l *lanes) run(ctx context.Context, ent sso.EnterpriseID, change func() error) error {
	if l == nil {
		return change()
	}
	entered := l.join(ent)
	defer l.part(ent, entered)
	if err := entered.wait(ctx); err != nil {
		return err
	}
	defer func() { <-entered.slots }()
	err := change()
	if err != nil && ctx.Err() == nil && isUnavailable(err) {
		l.abandon(ent, entered)
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
		return fmt.Errorf("wait for other changes of the enterprise: %w", ctx.Err())
	}
}

// errStalled is classified as unavailable by the error in it.
var errStalled = fmt.Errorf("another change of the enterprise was not answered: %w", context.DeadlineExceeded)

func (l *lanes) join(ent sso.EnterpriseID) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	joined := l.open[ent]
	if joined == nil {
		joined = &lane{
			slots:   make(chan struct{}, laneWidth),
			stalled: make(chan struct{}),
		}
		l.open[ent] = joined
	}
	joined.users++
	return joined
}

func (l *lanes) part(ent sso.EnterpriseID, from *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from.users--; from.users == 0 && l.open[ent] == from {
		delete(l.open, ent)
	}
}

// abandon ends the waiting in a lane; those who come later get a new one.
func (l *lanes) abandon(ent sso.EnterpriseID, stalled *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[ent] == stalled {
		delete(l.open, ent)
		close(stalled.stalled)
	}
}
