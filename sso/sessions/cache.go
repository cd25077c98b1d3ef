package sessions

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"gatehouse/sso"
)

// Store is the source of truth about sessions; store.DB implements it.
type Store interface {
	// Principal fails with Unauthenticated "session_ended" for a session that
	// has ended, and with Unavailable if the store cannot tell.
	Principal(ctx context.Context, token sso.Hash) (sso.Principal, error)
	TouchSessions(ctx context.Context, seen map[sso.SessionID]time.Time) error
	// LastRevocation returns the greatest number of a revocation that is
	// committed. One with a smaller number may be committed later.
	LastRevocation(ctx context.Context) (int64, error)
	// Revocations returns revocations in ascending order: those from a number on,
	// and those within gaps. If there are more than it returns at a time, it
	// returns those with the smallest numbers.
	Revocations(ctx context.Context, from int64, gaps ...sso.RevocationGap) ([]sso.Revocation, error)
	// ConfirmDepartures records that the node has forgotten users whom an identity
	// provider took away.
	ConfirmDepartures(ctx context.Context, node string, all []sso.Departure) error
}

// Bus tells the nodes of one installation that something was revoked. It only
// makes them poll sooner: the list of revocations says what it was, so a lost,
// repeated or forged message changes nothing but the time.
type Bus interface {
	// Publish makes every subscriber poll. It takes no longer than a quarter of
	// a second, even if the bus is down.
	Publish(ctx context.Context) error
	// Subscribe sends a value when it is time to poll, also when messages may
	// have been lost, until ctx ends and the channel is closed. While the bus
	// is unreachable it sends nothing.
	Subscribe(ctx context.Context) <-chan struct{}
}

// Options configure a Cache; all are required unless noted.
type Options struct {
	Store Store
	Bus   Bus // nil: this is the only node
	Log   *slog.Logger
	Now   func() time.Time
	Size  int // maximum number of cached sessions; 0 means DefaultSize
	// Node is the name under which the node confirms departures; "" confirms none.
	Node string
}

// defaultSize is the default number of cached sessions, at less than 600 bytes
// each and a list of groups that users in the same groups share. Larger than
// the number of sessions used within 30 s gains nothing.
const defaultSize = 20_000

const (
	lifetime    = 30 * time.Second // of an entry: names and e-mail addresses change without a revocation
	loadTimeout = 2 * time.Second
	shardCount  = 16
)

// Cache caches sessions. It is safe for concurrent use, and caches nothing
// until Run runs.
type Cache struct {
	Options
	start   time.Time
	shards  [shardCount]*lru.Cache[sso.Hash, *entry]
	loads   singleflight.Group
	marks   marks
	touches touches
	dedup   deduplicator
	list    *position
	// departed are confirmed beside everything else.
	departed departed
}

// entry is one session as read from the store. Only its atomic fields change.
type entry struct {
	compact
	loaded  time.Duration // since the cache was created, before the store was asked
	checked atomic.Uint64 // the generation of marks up to which it is known not to be revoked
	seen    atomic.Int64  // microseconds; its last use on this node, to the second
	touched atomic.Int64  // microseconds; when its last use was written or queued
}

// New returns a Cache.
func New(o Options) *Cache {
	if o.Size <= 0 {
		o.Size = defaultSize
	}
	c := &Cache{
		Options: o,
		start:   o.Now(),
		dedup:   newDeduplicator(),
		list:    newPosition(),
	}
	for i := range c.shards {
		// fails only for sizes below 1
		c.shards[i], _ = lru.New[sso.Hash, *entry]((o.Size + shardCount - 1) / shardCount)
	}
	return c
}

// Principal returns the principal of a bearer value, and records its use. It
// fails as Store.Principal does.
func (c *Cache) Principal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	now := c.Now()
	if e, ok := c.shard(token).Get(token); ok && c.isFresh(e, now) {
		if p, alive := c.use(e, token, now); alive {
			return p, nil
		}
		// Too long idle on this node, but possibly in use on another.
	}
	e, err := c.load(ctx, token)
	if err != nil {
		return sso.Principal{}, err
	}
	p, alive := c.use(e, token, now)
	if !alive {
		return sso.Principal{}, sso.SessionEnded()
	}
	return p, nil
}

// Len returns the number of cached sessions.
func (c *Cache) Len() int {
	n := 0
	for _, s := range c.shards {
		n += s.Len()
	}
	return n
}

// shard distributes sessions by a byte of their hash, which is as good as
// random.
func (c *Cache) shard(token sso.Hash) *lru.Cache[sso.Hash, *entry] {
	return c.shards[token[0]%shardCount]
}

// age returns the age of the cache. It is monotonic if the clock is, so that
// setting the machine's clock makes no entry older or younger.
func (c *Cache) age(now time.Time) time.Duration { return now.Sub(c.start) }

// isFresh reports whether an entry may be used without asking the store.
func (c *Cache) isFresh(e *entry, now time.Time) bool {
	at := c.age(now)
	return at-e.loaded < lifetime && c.list.isCurrent(at) && c.marks.covers(e)
}

// use returns the session as of now, or false if it has ended.
func (c *Cache) use(e *entry, token sso.Hash, now time.Time) (sso.Principal, bool) {
	seen, at := e.seen.Load(), now.UnixMicro()
	p := e.principal(token, seen)
	if !p.Session.Alive(now) {
		return sso.Principal{}, false
	}
	if at-seen >= time.Second.Microseconds() {
		e.seen.Store(at)
	}
	if last := e.touched.Load(); at-last >= touchEvery(p.Session).Microseconds() && e.touched.CompareAndSwap(last, at) {
		c.touches.add(p.Session.ID, now)
	}
	return p, true
}

// load asks the store, once for concurrent callers. A caller after a revocation
// never joins those before it.
func (c *Cache) load(ctx context.Context, token sso.Hash) (*entry, error) {
	generation := c.marks.generation()
	v, err, _ := c.loads.Do(string(token[:])+strconv.FormatUint(generation, 36), func() (any, error) {
		// The first caller may leave; the others still want the result.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		return c.fetch(ctx, token, generation)
	})
	if err != nil {
		return nil, err
	}
	return v.(*entry), nil
}

func (c *Cache) fetch(ctx context.Context, token sso.Hash, generation uint64) (*entry, error) {
	e := &entry{loaded: c.age(c.Now())}
	e.checked.Store(generation)
	p, err := c.Store.Principal(ctx, token)
	if sso.KindOf(err) == sso.Unauthenticated {
		c.shard(token).Remove(token)
	}
	if err != nil {
		return nil, err
	}
	if p.Session.Token != token {
		return nil, errors.New("the store answered for another session")
	}
	e.compact = c.dedup.compact(&p)
	seen := p.Session.LastSeenAt.UnixMicro()
	e.seen.Store(seen)
	e.touched.Store(seen)
	c.shard(token).Add(token, e)
	return e, nil
}
