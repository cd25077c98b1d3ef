package sessions

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/sso"
)

// touchEvery is how often the use of a session is written: each minute, or
// oftener if it would be idle soon, so that what other nodes read never lags by
// much of its timeout.
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

func (t *touches) take() map[sso.SessionID]time.Time {
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

// flush writes what is there. What could not be written is kept for the next
// time, up to as many sessions as are remembered.
func (c *Cache) flush(ctx context.Context) error {
	for {
		batch := c.touches.take()
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

// shrink drops what is beyond a size and reports whether there was any.
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
