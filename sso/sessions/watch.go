package sessions

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/sso"
)

const (
	pollEvery      = 500 * time.Millisecond
	pollTimeout    = time.Second
	staleAfter     = 2 * time.Second       // without having read the list
	pauseAfterPoll = 10 * time.Millisecond // after a poll, however often the bus signals
	maxBehind      = 200_000               // revocations; with more, every entry is read again
	readAtStart    = 20_000                // numbers up to the newest, to find those that are missing
)

// position is how far the list of revocations was read, and when.
type position struct {
	reading chan struct{} // held by the reader; a channel, so that waiting for it can be cancelled
	applied int64         // the greatest number read; negative before the first poll
	gaps    []gap         // numbers below it that were not there; in ascending order
	at      atomic.Int64  // a time.Duration since the cache was created
}

func newPosition() *position {
	p := &position{reading: make(chan struct{}, 1), applied: -1}
	p.at.Store(int64(-staleAfter))
	return p
}

// isCurrent reports whether the list was read recently enough to use the cache.
func (p *position) isCurrent(at time.Duration) bool {
	return at-time.Duration(p.at.Load()) < staleAfter
}

// Run keeps the cache up to date until ctx ends: it reads revocations, and
// writes when sessions were used and which departures were applied.
func (c *Cache) Run(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() { c.watch(ctx) })
	loops.Go(func() { c.flushPeriodically(ctx) })
	if c.Node != "" {
		loops.Go(func() { c.confirmPeriodically(ctx) })
	}
	loops.Wait()
}

func (c *Cache) watch(ctx context.Context) {
	var signals <-chan struct{}
	if c.Bus != nil {
		signals = c.Bus.Subscribe(ctx)
	}
	ticks := time.NewTicker(pollEvery)
	defer ticks.Stop()
	failing := false
	for {
		err := c.poll(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			c.Log.WarnContext(ctx, "revocations not readable; sessions are not cached", "error", err)
		case err == nil && failing:
			c.Log.InfoContext(ctx, "revocations readable again; sessions are cached")
		}
		failing = err != nil
		pause(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		case _, open := <-signals:
			if !open {
				signals = nil
			}
		}
	}
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(pauseAfterPoll):
	}
}

// flushPeriodically writes pending uses at intervals, and once more when the node stops.
func (c *Cache) flushPeriodically(ctx context.Context) {
	ticks := time.NewTicker(flushEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
		case <-ticks.C:
		}
		stopping := ctx.Err() != nil
		if err := c.flush(context.WithoutCancel(ctx)); err != nil {
			c.Log.WarnContext(ctx, "the use of sessions is written later", "error", err)
		}
		if stopping {
			return
		}
	}
}

// Revoked is called by the store after a commit that added to the list of
// revocations. When it returns, this node has applied the list, and the other
// nodes were told to read it; it does not wait for them.
func (c *Cache) Revoked(ctx context.Context) {
	ctx = context.WithoutCancel(ctx) // the request that made the change may be over
	if err := c.readList(ctx, c.readAnnounced); err != nil {
		c.marks.invalidateAll()
		c.Log.WarnContext(ctx, "what was revoked cannot be read: every session is read again", "error", err)
	}
	if c.Bus == nil {
		return
	}
	if err := c.Bus.Publish(ctx); err != nil {
		c.Log.WarnContext(ctx, "revocation not published; other nodes learn of it by polling", "error", err)
	}
}

// poll applies the revocations since the last poll.
func (c *Cache) poll(ctx context.Context) error { return c.readList(ctx, c.readNewest) }

// readList calls read, which applies what is new on the list, while no other reads it.
func (c *Cache) readList(ctx context.Context, read func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	select {
	case c.list.reading <- struct{}{}:
		defer func() { <-c.list.reading }()
	case <-ctx.Done():
		return fmt.Errorf("wait for the list of revocations: %w", ctx.Err())
	}
	at := c.age(c.Now()) // before: what is committed later is not in the answer
	if err := read(ctx); err != nil {
		return err
	}
	c.list.at.Store(int64(at))
	return nil
}

func (c *Cache) readNewest(ctx context.Context) error {
	newest, err := c.Store.LastRevocation(ctx)
	if err != nil {
		return err
	}
	return c.catchUp(ctx, newest)
}

// fewAnnounced is how many revocations can be read without having asked for the newest:
// fewer than the store returns at once, so there are no more.
const fewAnnounced = 100

// readAnnounced is readNewest after a commit of this node, which saves a query: there is
// something new, usually little.
func (c *Cache) readAnnounced(ctx context.Context) error {
	p := c.list
	p.forgetGaps(c.age(c.Now()))
	if p.applied < 0 {
		return c.readNewest(ctx)
	}
	read, err := c.Store.Revocations(ctx, p.applied, p.missing()...)
	if err != nil {
		return err
	}
	if !p.follows(read) {
		return c.readNewest(ctx)
	}
	c.apply(read, true)
	if len(read) > fewAnnounced {
		return c.readNewest(ctx)
	}
	return nil
}

// apply applies revocations that follow those read before, and returns how many of
// them are new. continues is false if the node did not follow the list until now: it
// does not know then which departures it had read.
func (c *Cache) apply(read []sso.Revocation, continues bool) (added int) {
	revocations := c.list.advance(read, c.age(c.Now()))
	c.marks.add(revocations, c.age(c.Now()))
	if continues && c.Node != "" {
		c.departed.add(revocations, c.age(c.Now()))
	}
	return len(revocations)
}

// catchUp reads the list from the last number applied on. It marks everything
// stale if the list does not say what happened: before it was first read, when
// very much is missing, when some was swept, and when it goes backwards because
// the database is an older copy.
func (c *Cache) catchUp(ctx context.Context, newest int64) error {
	p := c.list
	p.forgetGaps(c.age(c.Now()))
	if newest == p.applied && len(p.gaps) == 0 {
		return nil
	}
	continues := p.applied >= 0 && newest >= p.applied && newest-p.applied <= maxBehind
	if !continues {
		c.restart(newest)
	}
	for {
		read, err := c.Store.Revocations(ctx, p.applied, p.missing()...)
		if err != nil {
			return err
		}
		if continues && !p.follows(read) {
			continues = false
			c.restart(newest)
			continue
		}
		if c.apply(read, continues) == 0 || p.applied >= newest {
			break
		}
	}
	return nil
}

// restart marks everything stale, also if the list cannot be read now: the next poll
// continues from here.
func (c *Cache) restart(newest int64) {
	c.list.restart(newest)
	c.marks.invalidateAll()
}
