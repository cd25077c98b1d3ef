package sessions

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/sso"
)

// touchEvery returns how often the use of a session is written: every minute,
// or more often if it would soon be idle, so that what other nodes read lags by
// only a small part of its timeout.
func touchEvery(s sso.Session) time.Duration { return min(time.Minute, s.IdleTimeout/4) }

const (
	flushEvery = 10 * time.Second
	flushBatch = 1000 // sessions in one transaction, so that sign-ins get between
)

// touches are uses that are not written yet.
type touches struct {
	mu   sync.Mutex
	seen map[sso.SessionID]time.Time
}

// add keeps the later time.
func (t *touches) add(id sso.SessionID, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[sso.SessionID]time.Time{}
	}
	if at.After(t.seen[id]) {
		t.seen[id] = at
	}
}

func (t *touches) nextBatch() map[sso.SessionID]time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	batch := map[sso.SessionID]time.Time{}
	for id, at := range t.seen {
		if len(batch) == flushBatch {
			break
		}
		batch[id] = at
		delete(t.seen, id)
	}
	return batch
}

// flush writes the pending uses. Those that cannot be written are kept for the
// next time, up to as many sessions as are cached.
func (c *Cache) flush(ctx context.Context) error {
	for {
		batch := c.touches.nextBatch()
		if len(batch) == 0 {
			return nil
		}
		err := c.write(ctx, batch)
		if err == nil {
			continue
		}
		for id, at := range batch {
			c.touches.add(id, at)
		}
		if c.touches.shrink(c.Size) {
			err = errors.Join(err, errors.New("too many are waiting: some uses are lost"))
		}
		return fmt.Errorf("write when sessions were used: %w", err)
	}
}

func (c *Cache) write(ctx context.Context, batch map[sso.SessionID]time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	return c.Store.TouchSessions(ctx, batch)
}

// shrink drops uses beyond a size and reports whether there were any.
func (t *touches) shrink(size int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	dropped := false
	for id := range t.seen {
		if len(t.seen) <= size {
			break
		}
		delete(t.seen, id)
		dropped = true
	}
	return dropped
}
