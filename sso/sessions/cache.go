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

// Store is the truth about sessions; store.DB is one.
type Store interface {
	// Principal fails with Unauthenticated "session_ended" for a session that is
	// over, and with Unavailable if it cannot know.
	Principal(ctx context.Context, token sso.Hash) (sso.Principal, error)
	TouchSessions(ctx context.Context, seen map[sso.SessionID]time.Time) error
	// LastRevocation is the sequence number up to which Revocations has
	// everything, without gaps but for what was swept.
	LastRevocation(ctx context.Context) (int64, error)
	Revocations(ctx context.Context, after int64) ([]sso.Revocation, error)
}

// Bus tells the nodes of one installation that something was revoked. It only
// makes them look sooner: the list of revocations says what it was, so a
// message that is lost, repeated or forged changes nothing but the time.
type Bus interface {
	// Publish makes every subscriber look. It takes no longer than a quarter of a
	// second, whatever became of the bus.
	Publish(ctx context.Context) error
	// Subscribe gives a value when it is time to look, also when messages may
	// have been lost, until ctx ends and the channel is closed. A bus that cannot
	// be reached gives nothing until it can.
	Subscribe(ctx context.Context) <-chan struct{}
}

// Options are what a Cache is made of; all of it is required unless said.
type Options struct {
	Store Store
	Bus   Bus // nil: this is the only node
	Log   *slog.Logger
	Now   func() time.Time
	Size  int // sessions remembered; 0 means DefaultSize
}

// defaultSize is how many sessions are remembered, at less than 600 bytes each
// and a list of groups that people in the same groups share. More than are in
// use within half a minute need not be.
const defaultSize = 20_000

const (
	lifetime    = 30 * time.Second // of what is remembered: names and e-mail addresses change without a revocation
	loadTimeout = 2 * time.Second
	shardCount  = 16
)

// Cache is safe for concurrent use. It remembers nothing until Run runs.
type Cache struct {
	Options
	start   time.Time
	shards  [shardCount]*lru.Cache[sso.Hash, *entry]
	loads   singleflight.Group
	marks   marks
	touches touches
	shared  shared
	list    *position
}

// entry is one session as the store told it. Only what is atomic changes.
type entry struct {
	compact
	loaded  time.Duration // since the cache was made, before the store was asked
	checked atomic.Uint64 // the generation of marks up to which it is known not to be revoked
	seen    atomic.Int64  // microseconds; when it was used here, to the second
	touched atomic.Int64  // microseconds; when that was last written or queued
}

// New makes a Cache.
func New(o Options) *Cache {
	if o.Size <= 0 {
		o.Size = defaultSize
	}
	c := &Cache{
		Options: o,
		start:   o.Now(),
		shared:  newShared(),
		list:    newPosition(),
	}
	for i := range c.shards {
		// fails only for sizes below 1
		c.shards[i], _ = lru.New[sso.Hash, *entry]((o.Size + shardCount - 1) / shardCount)
	}
	return c
}

// Principal returns who a bearer value speaks for, and counts it as used now. It
// fails as Store.Principal does.
func (c *Cache) Principal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	now := c.Now()
	if e, ok := c.shard(token).Get(token); ok && c.trusts(e, now) {
		if p, alive := c.use(e, token, now); alive {
			return p, nil
		}
		// Idle for too long here may have been in use on another node.
	}
	e, err := c.load(ctx, token)
	if err != nil {
		return sso.Principal{}, err
	}
	p, alive := c.use(e, token, now)
	if !alive {
		return sso.Principal{}, errEnded()
	}
	return p, nil
}

// Len is how many sessions are remembered.
func (c *Cache) Len() int {
	n := 0
	for _, s := range c.shards {
		n += s.Len()
	}
	return n
}

func errEnded() *sso.Error {
	return &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   "session_ended",
		Public: "Your session has ended. Please sign in again.",
	}
}

// shard spreads sessions by a byte of their hash, which is as good as random.
func (c *Cache) shard(token sso.Hash) *lru.Cache[sso.Hash, *entry] {
	return c.shards[token[0]%shardCount]
}

// since is the age of the cache. It is monotonic where the clock is, so that
// setting the machine's clock makes nothing older or younger.
func (c *Cache) since(now time.Time) time.Duration { return now.Sub(c.start) }

// trusts reports whether what is remembered may be used without asking.
func (c *Cache) trusts(e *entry, now time.Time) bool {
	at := c.since(now)
	return at-e.loaded < lifetime && c.list.current(at) && c.marks.pass(e)
}

// use reports the session as of now, false if it is over.
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

// load asks the store, once for all who ask at the same time. Who asks after a
// revocation never joins those who asked before it.
func (c *Cache) load(ctx context.Context, token sso.Hash) (*entry, error) {
	generation := c.marks.generation()
	v, err, _ := c.loads.Do(string(token[:])+strconv.FormatUint(generation, 36), func() (any, error) {
		// The first to ask may go away; the others still want the answer.
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
	e := &entry{loaded: c.since(c.Now())}
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
	e.compact = c.shared.compact(&p)
	seen := p.Session.LastSeenAt.UnixMicro()
	e.seen.Store(seen)
	e.touched.Store(seen)
	c.shard(token).Add(token, e)
	return e, nil
}
