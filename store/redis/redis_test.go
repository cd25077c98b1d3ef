package redis_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"gatehouse/sso"
	"gatehouse/sso/sessions"
	"gatehouse/store/memory"
	"gatehouse/store/nodetest"
	"gatehouse/store/redis"
)

// open makes a client whose keys no other test has; where it matters, tests
// give two of them one prefix.
func open(t testing.TB, address sso.Secret, prefix string) *redis.Client {
	t.Helper()
	return openWith(t, redis.Options{URL: address, Prefix: prefix})
}

// patient makes one for tests of what Redis does, however busy the machine is.
func patient(t testing.TB, address sso.Secret, prefix string) *redis.Client {
	t.Helper()
	return openWith(t, redis.Options{
		URL:      address,
		Prefix:   prefix,
		Patience: nodetest.Patience,
	})
}

func openWith(t testing.TB, o redis.Options) *redis.Client {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Local, o.Now = memory.NewLimiter(time.Now), time.Now
	c, err := redis.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func unique() string { return "test-" + sso.NewSecret().Reveal() }

func TestLimiter(t *testing.T) {
	t.Parallel()
	nodetest.RunLimiter(t, func(t testing.TB) (nodetest.Limiter, nodetest.Limiter) {
		address, prefix := nodetest.Redis(t), unique()
		return patient(t, address, prefix), patient(t, address, prefix)
	})
}

func TestBus(t *testing.T) {
	t.Parallel()
	nodetest.RunBus(t, func(t testing.TB) (sessions.Bus, sessions.Bus) {
		address, prefix := nodetest.Redis(t), unique()
		return patient(t, address, prefix), patient(t, address, prefix)
	})
}

func TestPrefixesAreApart(t *testing.T) {
	t.Parallel()
	address := nodetest.Redis(t)
	a, b := patient(t, address, unique()), patient(t, address, unique())
	if wait, _ := a.Allow(t.Context(), "key", 1); wait > 0 {
		t.Errorf("the first is refused: %s", wait)
	}
	if wait, _ := b.Allow(t.Context(), "key", 1); wait > 0 {
		t.Errorf("another installation's count: %s", wait)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, good := range []sso.Secret{
		"redis://r",
		"redis://r:6380/1",
		"rediss://u:p@r:6380/1",
		"redis://:p@r?client_name=x",
		"redis://r:26379/2?master_name=main&addr=s:26379",
		"redis://r:6379?addr=s:6379&addr=t:6379",
		"redis://r?read_timeout=1h&max_retries=9&dial_timeout=1h",
	} {
		if c, err := redis.Open(redis.Options{
			URL: good,
			Log: slog.New(slog.DiscardHandler),
		}); err != nil {
			t.Errorf("%s: %v", good.Reveal(), err)
		} else {
			_ = c.Close()
		}
	}
	for _, bad := range []sso.Secret{
		"", "r:6379", "http://r", "redis://u:kanarie/@r:x", "redis://:kanarie@[::1",
		"redis://:kanarie@r/x", "redis://:kanarie@r?x=1",
		"redis://:kanarie@r?addr=s&x=1", "redis://:kanarie@r?master_name=m&x=1",
		"redis://:kanarie@r?pool_size=many", "redis://:kana\x00rie@r",
	} {
		c, err := redis.Open(redis.Options{
			URL: bad,
			Log: slog.New(slog.DiscardHandler),
		})
		if err == nil {
			_ = c.Close()
			t.Errorf("%q is accepted", bad.Reveal())
		} else if strings.Contains(err.Error(), "kana") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

// TestOnlyCountersAreKept looks at all that is in Redis: counters that end.
func TestOnlyCountersAreKept(t *testing.T) {
	t.Parallel()
	address, prefix := nodetest.Redis(t), unique()
	c := patient(t, address, prefix)
	for _, key := range []string{
		"login:ip:192.0.2.1", "callback:connection:conn-1",
	} {
		_, _ = c.Allow(t.Context(), key, 60)
	}
	if err := c.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	behind := raw(t, address)
	keys, err := behind.Keys(t.Context(), "*"+prefix+"*").Result()
	if err != nil || len(keys) != 2 {
		t.Fatalf("%v (%v)", keys, err)
	}
	for _, key := range keys {
		if ttl := behind.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > time.Minute {
			t.Errorf("%s ends in %s", key, ttl)
		}
	}
}

// raw looks at Redis behind the package's back.
func raw(t testing.TB, address sso.Secret) *goredis.Client {
	t.Helper()
	o, err := goredis.ParseURL(address.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	c := goredis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// lines is a log that is read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

func TestCallerWhoLeavesIsNoFailure(t *testing.T) {
	t.Parallel()
	log := &lines{}
	c := openWith(t, redis.Options{
		URL:      nodetest.Redis(t),
		Patience: nodetest.Patience,
		Log:      slog.New(slog.NewTextHandler(log, nil)),
	})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Publish(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := c.Publish(t.Context()); err != nil || log.count("\n") != 0 {
		t.Errorf("one who left made the others go without: %v", err)
	}
}

// TestWaitsAreRemembered refuses a key because of another node, and empties Redis: a node
// that was told to wait does not ask again before that time.
func TestWaitsAreRemembered(t *testing.T) {
	t.Parallel()
	address, prefix := nodetest.Redis(t), unique()
	other, node := patient(t, address, prefix), patient(t, address, prefix)
	allows(t, other, "flood", 1)
	told, err := node.Check(t.Context(), "flood", 1)
	if told == 0 || err != nil {
		t.Fatalf("wait %s (%v)", told, err)
	}
	behind := raw(t, address)
	keys := behind.Keys(t.Context(), "*"+prefix+"*").Val()
	if err := behind.Del(t.Context(), keys...).Err(); err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	for name, ask := range map[string]func(context.Context, string, int) (time.Duration, error){
		"Allow": node.Allow,
		"Check": node.Check,
	} {
		wait, err := ask(t.Context(), "flood", 1)
		if wait == 0 || wait > told || err != nil {
			t.Errorf("%s: wait %s after %s (%v)", name, wait, told, err)
		}
	}
	allows(t, node, "flood", 60) // another limit is another question
}
