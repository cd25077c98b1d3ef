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
	seen map[sso.SessionID]sso.TokenUse
}

// add keeps the later time.
func (t *touches) add(id sso.SessionID, use sso.TokenUse) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[sso.SessionID]sso.TokenUse{}
	}
	if use.At.After(t.seen[id].At) {
		t.seen[id] = use
	}
}

func (t *touches) nextBatch() map[sso.SessionID]sso.TokenUse {
	t.mu.Lock()
	defer t.mu.Unlock()
	batch := map[sso.SessionID]sso.TokenUse{}
	for id, use := range t.seen {
		if len(batch) == flushBatch {
			break
		}
		batch[id] = use
		delete(t.seen, id)
	}
	return batch
}

// flush writes the pending uses of sessions and tokens.
func (c *Cache) flush(ctx context.Context) error {
	return errors.Join(
		c.flushSource(ctx, c.bySession), c.flushSource(ctx, c.byToken), c.flushSource(ctx, c.byService),
	)
}

// flushSource writes the pending uses of one kind. Those that cannot be written are
// kept for the next time, up to as many as are cached.
func (c *Cache) flushSource(ctx context.Context, s *source) error {
	for {
		batch := s.touches.nextBatch()
		if len(batch) == 0 {
			return nil
		}
		err := s.write(ctx, batch)
		if err == nil {
			continue
		}
		for id, use := range batch {
			s.touches.add(id, use)
		}
		if s.touches.shrink(c.Size) {
			err = errors.Join(err, errors.New("too many are waiting: some uses are lost"))
		}
		return fmt.Errorf("write when sessions were used: %w", err)
	}
}

func (c *Cache) writeSessions(ctx context.Context, batch map[sso.SessionID]sso.TokenUse) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	seen := make(map[sso.SessionID]time.Time, len(batch))
	for id, use := range batch {
		seen[id] = use.At
	}
	return c.Store.TouchSessions(ctx, seen)
}

func (c *Cache) writeTokens(ctx context.Context, batch map[sso.SessionID]sso.TokenUse) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	used := make(map[sso.PersonalTokenID]sso.TokenUse, len(batch))
	for id, use := range batch {
		used[sso.PersonalTokenID(id)] = use
	}
	return c.Store.UsePersonalTokens(ctx, used)
}

func (c *Cache) writeServices(ctx context.Context, batch map[sso.SessionID]sso.TokenUse) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	used := make(map[sso.ServiceTokenID]sso.TokenUse, len(batch))
	for id, use := range batch {
		used[sso.ServiceTokenID(id)] = use
	}
	return c.Store.UseServiceTokens(ctx, used)
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
