package branding

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"gatehouse/sso"
)

const (
	fresh      = 5 * time.Second        // how long brands count as unchanged
	patience   = 300 * time.Millisecond // how long a page waits for its brand
	pause      = time.Second            // how long the store is not asked after a failure
	warnEvery  = time.Minute            // how often a failure is logged
	remembered = 1000                   // enterprises
)

// cache remembers the brands of the store. One number tells whether any was changed, so
// that unchanged ones are not read again. They are kept when they are out of date: an old
// brand is better than none while the store fails.
type cache struct {
	Options
	loads singleflight.Group

	mu       sync.Mutex
	turn     int64     // grows with every change on this node
	revision int64     // of all brands
	checked  time.Time // when revision was read
	failed   time.Time // when the store last failed
	warned   time.Time
	records  *lru.Cache[sso.EnterpriseID, remembering]
}

// remembering is a brand, and the revision of all brands that was read before it.
type remembering struct {
	sso.BrandRecord
	revision int64
}

func newCache(o Options) *cache {
	c := &cache{Options: o}
	c.records, _ = lru.New[sso.EnterpriseID, remembering](remembered) // fails only for sizes below 1
	return c
}

// record returns the brand of an enterprise, or of the installation if ent is "", until
// ctx ends as it was last known. One that does not exist has none.
func (c *cache) record(ctx context.Context, ent sso.EnterpriseID) sso.BrandRecord {
	known, turn, current := c.known(ent)
	if current {
		return known
	}
	// A load that began before a change on this node is not joined by later readers.
	key := strconv.FormatInt(turn, 10) + " " + string(ent)
	loading := c.loads.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return c.load(ctx, ent, turn)
	})
	select {
	case loaded := <-loading:
		if b, ok := loaded.Val.(sso.BrandRecord); ok && loaded.Err == nil {
			return b
		}
	case <-ctx.Done():
	}
	return known
}

// known returns a brand as it was last read, and whether the store need not be asked.
func (c *cache) known(ent sso.EnterpriseID) (b sso.BrandRecord, turn int64, current bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	r, ok := c.records.Get(ent)
	unchanged := ok && r.revision == c.revision && now.Sub(c.checked) < fresh
	return r.BrandRecord, c.turn, unchanged || now.Sub(c.failed) < pause
}

// load reads a brand from the store, unless it is unchanged.
func (c *cache) load(ctx context.Context, ent sso.EnterpriseID, turn int64) (sso.BrandRecord, error) {
	began := c.Now()
	revision, err := c.Store.BrandRevision(ctx)
	if err != nil {
		return sso.BrandRecord{}, c.fail(ctx, err)
	}
	c.mu.Lock()
	if c.turn == turn && !began.Before(c.checked) {
		c.revision, c.checked = revision, began
	}
	r, ok := c.records.Get(ent)
	c.mu.Unlock()
	if ok && r.revision == revision {
		return r.BrandRecord, nil
	}
	b, err := c.Store.Brand(ctx, ent)
	if err != nil && sso.KindOf(err) != sso.NotFoundKind {
		return sso.BrandRecord{}, c.fail(ctx, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records.Add(ent, remembering{
		BrandRecord: b,
		revision:    revision,
	})
	return b, nil
}

// fail notes that the store failed, and logs it now and then.
func (c *cache) fail(ctx context.Context, err error) error {
	c.mu.Lock()
	now := c.Now()
	c.failed = now
	warn := now.Sub(c.warned) >= warnEvery
	if warn {
		c.warned = now
	}
	c.mu.Unlock()
	if warn && !errors.Is(err, context.Canceled) {
		c.Log.WarnContext(ctx, "brands not read, pages show what was known last", "error", err)
	}
	return err
}

// forget makes the next reader ask the store, after a change on this node.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	c.checked, c.failed = time.Time{}, time.Time{}
}
