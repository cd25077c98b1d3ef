package sessions_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/store/memory"
	"gatehouse/store/nodetest"
	"gatehouse/store/redis"
	"gatehouse/store/storetest"
)

// deadWithin is in what time a session that was revoked on one node is dead on
// every other, bus or no bus.
const deadWithin = 2 * time.Second

// between connects two nodes.
type between func(testing.TB) (a, b sessions.Bus)

func noBus(testing.TB) (a, b sessions.Bus) { return nil, nil }

func inProcess(testing.TB) (a, b sessions.Bus) {
	bus := &nodetest.LocalBus{}
	return bus, bus
}

func overRedis(t testing.TB) (a, b sessions.Bus) {
	address, prefix := nodetest.Redis(t), "test-"+sso.NewSecret().Reveal()
	return connect(t, address, prefix), connect(t, address, prefix)
}

// cut is Redis that stopped answering after the nodes had subscribed.
func cut(fail func(*nodetest.Proxy)) between {
	return func(t testing.TB) (a, b sessions.Bus) {
		proxy, prefix := nodetest.NewProxy(
			t, nodetest.Redis(t),
		), "test-"+sso.NewSecret().Reveal()
		a, b = connect(t, proxy.URL, prefix), connect(t, proxy.URL, prefix)
		nodetest.Nudged(t, b.Subscribe(t.Context()))
		fail(proxy)
		return a, b
	}
}

func connect(t testing.TB, address sso.Secret, prefix string) *redis.Client {
	t.Helper()
	c, err := redis.Open(redis.Options{
		URL:    address,
		Local:  memory.NewLimiter(time.Now),
		Now:    time.Now,
		Prefix: prefix,
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestNodes ends sessions on one node: they are dead there at once, on the other
// within two seconds, on both databases and whatever is between the nodes.
func TestNodes(t *testing.T) {
	t.Parallel()
	for database, fresh := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		for name, bus := range map[string]between{
			"no bus":        noBus,
			"in process":    inProcess,
			"redis":         overRedis,
			"redis refuses": cut((*nodetest.Proxy).Refuse),
			"redis hangs":   cut((*nodetest.Proxy).Hang),
		} {
			t.Run(database+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fresh(t), time.Now)
				here, there := bus(t)
				testNodes(w, w.node(here), w.node(there))
			})
		}
	}
}

func testNodes(w *world, a, b *node) {
	w.runs(a)
	w.runs(b)
	for _, n := range []*node{a, b} {
		waitFor(w, func() bool { // caches
			before := n.store.loads.Load()
			w.over(n, sso.Session{Token: sso.Hash{1}})
			bob := w.signIn("bob")
			w.alive(n, bob, bob)
			return n.store.loads.Load()-before == 2
		})
	}
	stays := w.signIn("stays")
	var took []time.Duration
	for _, name := range names(5) {
		s := w.signIn(name)
		w.alive(a, s, stays)
		w.alive(b, s, stays)
		w.ok(w.db.RevokeSession(w.Context(), sso.ActorOperator, w.ent.ID, s.ID))
		ended := time.Now()
		a.Revoked(w.Context())
		w.over(a, s)
		waitFor(w, func() bool {
			_, err := b.Principal(w.Context(), s.Token)
			return sso.KindOf(err) == sso.Unauthenticated && err != nil
		})
		took = append(took, time.Since(ended))
		w.over(b, s)
	}
	w.alive(a, stays)
	w.alive(b, stays)
	slices.Sort(took)
	w.Logf(
		"dead on the other node after %s at the median, %s at most",
		took[len(took)/2].Round(time.Millisecond),
		took[len(took)-1].Round(time.Millisecond),
	)
	if median := took[len(took)/2]; median > deadWithin { // one of five may be the machine's
		w.Errorf("a revoked session was alive on another node for %s", median)
	}
}

func waitFor(t testing.TB, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(nodetest.Patience); !done(); time.Sleep(
		2 * time.Millisecond,
	) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}

// TestBusIsFasterThanPolling: each round would take half a second by polling, because it
// begins when a poll has just ended.
func TestBusIsFasterThanPolling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, time.Now)
	bus := &nodetest.LocalBus{}
	a, b := w.node(bus), w.node(bus)
	w.runs(b)
	a.Revoked(t.Context())
	b.Revoked(t.Context())
	const rounds = 10
	var took time.Duration
	for _, name := range names(rounds) {
		s := w.signIn(name)
		w.alive(b, s)
		w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, s.ID))
		a.Revoked(t.Context())
		told := time.Now()
		waitFor(t, func() bool {
			_, err := b.Principal(t.Context(), s.Token)
			return err != nil
		})
		took += time.Since(told)
	}
	if took > rounds*250*time.Millisecond {
		t.Errorf("%d revocations took %s to reach the other node", rounds, took)
	}
}

// TestFlushedRedis empties Redis again and again while sessions are used: none
// is lost, and no ended one comes back.
func TestFlushedRedis(t *testing.T) {
	t.Parallel()
	address := nodetest.Redis(t)
	options, err := goredis.ParseURL(address.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	options.DB = 9 // this test alone uses it
	behind := goredis.NewClient(options)
	t.Cleanup(func() { _ = behind.Close() })
	w := newWorld(t, inMemory, time.Now)
	bus := connect(t, address, "test-"+sso.NewSecret().Reveal())
	n := w.node(bus)
	stop := w.runs(n)
	n.Revoked(t.Context())
	var working, ended []sso.Session
	for _, name := range names(20) {
		working, ended = append(working, w.signIn(name)), append(
			ended, w.signIn(name+"-ended"),
		)
	}
	w.alive(n, ended...)
	for _, s := range ended {
		w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, s.ID))
	}
	n.Revoked(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	var flushing sync.WaitGroup
	flushing.Go(func() {
		for ctx.Err() == nil {
			behind.FlushDB(ctx)
		}
	})
	for range 100 {
		w.alive(n, working...)
		w.over(n, ended...)
	}
	cancel()
	flushing.Wait()
	stop()
}

// TestHangingRedisDelaysNobody checks that reading a session needs no Redis,
// and that ending one waits for it a moment, once.
func TestHangingRedisDelaysNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, time.Now)
	bus, _ := cut((*nodetest.Proxy).Hang)(t)
	n := w.node(bus)
	w.runs(n)
	ada := w.signIn("ada")
	start := time.Now()
	for range 50 {
		n.Revoked(t.Context())
		w.alive(n, ada)
	}
	took := time.Since(start)
	t.Logf("50 times took %s", took)
	if took > 5*time.Second { // 50 × 200 ms, if each waited
		t.Errorf("50 times took %s", took)
	}
}
