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

// Store is the source of truth about sessions and tokens; store.DB implements it.
type Store interface {
	// Principal fails with Unauthenticated "session_ended" for a session that
	// has ended, and with Unavailable if the store cannot tell.
	Principal(ctx context.Context, token sso.Hash) (sso.Principal, error)
	TouchSessions(ctx context.Context, seen map[sso.SessionID]time.Time) error
	tokenStore
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

// tokenStore is Principal and TouchSessions for tokens: a token that opens nothing is
// Unauthenticated "invalid_token".
type tokenStore interface {
	TokenPrincipal(ctx context.Context, token sso.Hash) (sso.Principal, error)
	UsePersonalTokens(ctx context.Context, used map[sso.PersonalTokenID]sso.TokenUse) error
	ServicePrincipal(ctx context.Context, token sso.Hash) (sso.Principal, error)
	UseServiceTokens(ctx context.Context, used map[sso.ServiceTokenID]sso.TokenUse) error
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
	// Size is the maximum number of cached sessions, and of cached tokens; 0: 20,000.
	Size int
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
	start     time.Time
	bySession *source
	byToken   *source
	byService *source
	marks     marks
	dedup     deduplicator
	list      *position
	// departed are confirmed beside everything else.
	departed departed
}

// source caches what bearer values of one kind open. Each kind has its own: a value
// that opens something as one kind opens nothing as another.
type source struct {
	shards [shardCount]*lru.Cache[sso.Hash, *entry]
	loads  singleflight.Group
	ask    func(context.Context, sso.Hash) (sso.Principal, error) // the store
	ended  func() *sso.Error                                      // of a value that opens nothing any more
	// touches are uses that are not written yet; write writes some of them.
	touches touches
	write   func(context.Context, map[sso.SessionID]sso.TokenUse) error
}

// entry is one session or token as read from the store. Only its atomic fields change.
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
	c.bySession = newSource(o.Size)
	c.bySession.ended = sso.SessionEnded
	c.bySession.write = c.writeSessions
	c.byToken = newSource(o.Size)
	c.byToken.ended = sso.InvalidToken
	c.byToken.write = c.writeTokens
	c.byService = newSource(o.Size)
	c.byService.ended = sso.InvalidToken
	c.byService.write = c.writeServices
	if o.Store != nil {
		c.bySession.ask = o.Store.Principal
		c.byToken.ask = o.Store.TokenPrincipal
		c.byService.ask = o.Store.ServicePrincipal
	}
	return c
}

func newSource(size int) *source {
	s := &source{}
	for i := range s.shards {
		// fails only for sizes below 1
		s.shards[i], _ = lru.New[sso.Hash, *entry]((size + shardCount - 1) / shardCount)
	}
	return s
}

// Principal returns the principal of a session's bearer value, and records its use. It
// fails as Store.Principal does.
func (c *Cache) Principal(ctx context.Context, token sso.Hash) (sso.Principal, error) {
	return c.find(ctx, c.bySession, token, "", nil)
}

// TokenPrincipal returns the principal of a token that a client used, and records the
// use. It fails as Store.TokenPrincipal does. before is called if the store has to be
// asked; its error is returned instead.
func (c *Cache) TokenPrincipal(
	ctx context.Context, token sso.Hash, client string, before func() error,
) (sso.Principal, error) {
	return c.find(ctx, c.byToken, token, client, before)
}

// ServicePrincipal is TokenPrincipal for the tokens of services.
func (c *Cache) ServicePrincipal(
	ctx context.Context, token sso.Hash, client string, before func() error,
) (sso.Principal, error) {
	return c.find(ctx, c.byService, token, client, before)
}

// find returns what a value opens. before is called before the store is asked; it may
// be nil.
func (c *Cache) find(
	ctx context.Context, s *source, token sso.Hash, client string, before func() error,
) (sso.Principal, error) {
	now := c.Now()
	if e, ok := s.shard(token).Get(token); ok && c.isFresh(e, now) {
		if p, alive := s.use(e, token, client, now); alive {
			return p, nil
		}
		// Too long idle on this node, but possibly in use on another.
	}
	if before != nil {
		if err := before(); err != nil {
			return sso.Principal{}, err
		}
	}
	e, err := c.load(ctx, s, token)
	if err != nil {
		return sso.Principal{}, err
	}
	p, alive := s.use(e, token, client, now)
	if !alive {
		return sso.Principal{}, s.ended()
	}
	return p, nil
}

// Len returns the number of cached sessions.
func (c *Cache) Len() int {
	n := 0
	for _, s := range c.bySession.shards {
		n += s.Len()
	}
	return n
}

// shard distributes values by a byte of their hash, which is as good as random.
func (s *source) shard(token sso.Hash) *lru.Cache[sso.Hash, *entry] {
	return s.shards[token[0]%shardCount]
}

// age returns the age of the cache. It is monotonic if the clock is, so that
// setting the machine's clock makes no entry older or younger.
func (c *Cache) age(now time.Time) time.Duration { return now.Sub(c.start) }

// isFresh reports whether an entry may be used without asking the store.
func (c *Cache) isFresh(e *entry, now time.Time) bool {
	at := c.age(now)
	return at-e.loaded < lifetime && c.list.isCurrent(at) && c.marks.covers(e)
}

// use returns the principal as of now, or false if the session or token has ended.
func (s *source) use(e *entry, token sso.Hash, client string, now time.Time) (sso.Principal, bool) {
	seen, at := e.seen.Load(), now.UnixMicro()
	p := e.principal(token, seen)
	if !p.Session.Alive(now) {
		return sso.Principal{}, false
	}
	if at-seen >= time.Second.Microseconds() {
		e.seen.Store(at)
	}
	if last := e.touched.Load(); at-last >= touchEvery(p.Session).Microseconds() && e.touched.CompareAndSwap(last, at) {
		s.touches.add(p.Session.ID, sso.TokenUse{
			At:     now,
			Client: client,
		})
	}
	return p, true
}

// load asks the store, once for concurrent callers. A caller after a revocation
// never joins those before it.
func (c *Cache) load(ctx context.Context, s *source, token sso.Hash) (*entry, error) {
	generation := c.marks.generation()
	v, err, _ := s.loads.Do(string(token[:])+strconv.FormatUint(generation, 36), func() (any, error) {
		// The first caller may leave; the others still want the result.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		return c.fetch(ctx, s, token, generation)
	})
	if err != nil {
		return nil, err
	}
	return v.(*entry), nil
}

func (c *Cache) fetch(ctx context.Context, s *source, token sso.Hash, generation uint64) (*entry, error) {
	e := &entry{loaded: c.age(c.Now())}
	e.checked.Store(generation)
	p, err := s.ask(ctx, token)
	if sso.KindOf(err) == sso.Unauthenticated {
		s.shard(token).Remove(token)
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
	s.shard(token).Add(token, e)
	return e, nil
}
