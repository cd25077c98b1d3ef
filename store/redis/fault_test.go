package redis_test

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/nodetest"
	"gatehouse/store/redis"
)

// soon is far less than what hundred requests one after the other would wait,
// and far more than a busy machine needs.
const soon = 5 * time.Second

// faults are ways in which Redis is not there.
func faults() map[string]func(*nodetest.Proxy) {
	return map[string]func(*nodetest.Proxy){
		"refuses": (*nodetest.Proxy).Refuse,
		"hangs":   (*nodetest.Proxy).Hang,
	}
}

// TestLimitsWithoutRedis: no request waits, each node still limits, it is said once,
// and the nodes count together again once Redis is back.
func TestLimitsWithoutRedis(t *testing.T) {
	t.Parallel()
	for name, fail := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, prefix, log := nodetest.NewProxy(
				t, nodetest.Redis(t),
			), unique(), &lines{}
			a := openWith(t, redis.Options{
				URL:    proxy.URL,
				Prefix: prefix,
				Log:    slog.New(slog.NewTextHandler(log, nil)),
			})
			b := open(t, proxy.URL, prefix)
			together(t, a, b)
			fail(proxy)
			start := time.Now()
			allows(t, a, "during", 1)
			t.Logf("the first request took %s", time.Since(start))
			for i := range 100 {
				allows(t, a, fmt.Sprint("another-", i), 1)
			}
			if took := time.Since(start); took > soon {
				t.Errorf("100 requests took %s", took)
			}
			if wait, err := a.Allow(t.Context(), "during", 1); wait == 0 || err != nil {
				t.Errorf("there is no limit: %s (%v)", wait, err)
			}
			if err := a.Publish(t.Context()); err == nil {
				t.Error("publishing to nobody succeeded")
			}
			if n := log.count("Redis does not answer"); n < 1 || n > 3 {
				// once, unless the machine was busy before
				t.Errorf("it was said %d times", n)
			}
			proxy.Heal(t)
			together(t, a, b)
			if log.count("Redis answers again") == 0 {
				t.Error("that it is back was not said")
			}
		})
	}
}

func allows(t *testing.T, c *redis.Client, key string, perMinute int) {
	t.Helper()
	if wait, err := c.Allow(t.Context(), key, perMinute); wait > 0 || err != nil {
		t.Errorf("%s: wait %s (%v)", key, wait, err)
	}
}

// together waits until two nodes count together.
func together(t *testing.T, a, b *redis.Client) {
	t.Helper()
	for deadline := time.Now().Add(nodetest.Patience); time.Now().Before(deadline); {
		key := unique()
		_, _ = a.Allow(t.Context(), key, 1)
		if wait, _ := b.Allow(t.Context(), key, 1); wait > 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the nodes do not count together again")
}

// TestFlush empties Redis between two tries: each node remembers its own.
func TestFlush(t *testing.T) {
	t.Parallel()
	address, prefix := nodetest.Redis(t), unique()
	a, b, behind := patient(
		t, address, prefix,
	), patient(t, address, prefix), raw(t, address)
	for range 3 {
		allows(t, a, "guess", 3)
	}
	// As FLUSHALL would for these keys; other tests use the same server.
	keys := behind.Keys(t.Context(), "*"+prefix+"*").Val()
	if err := behind.Del(t.Context(), keys...).Err(); err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	if err := behind.ScriptFlush(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if wait, _ := a.Allow(t.Context(), "guess", 3); wait == 0 {
		t.Error("a flushed Redis gave a node more than its own limit")
	}
	allows(t, b, "guess", 3)
	together(t, a, b)
}

// TestBusComesBack loses the subscription in every way: it is made anew, and
// says so, because what was published meanwhile is lost.
func TestBusComesBack(t *testing.T) {
	t.Parallel()
	for name, fail := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, prefix := nodetest.NewProxy(t, nodetest.Redis(t)), unique()
			a, b := open(t, proxy.URL, prefix), open(t, proxy.URL, prefix)
			nudges := b.Subscribe(t.Context())
			nodetest.Nudged(t, nudges)
			fail(proxy)
			if err := a.Publish(t.Context()); err == nil {
				t.Error("publishing to nobody succeeded")
			}
			proxy.Heal(t)
			nodetest.Nudged(t, nudges)
			for deadline := time.Now().Add(
				nodetest.Patience,
			); a.Publish(t.Context()) != nil; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("nothing can be published again")
				}
			}
			nodetest.Nudged(t, nudges)
		})
	}
}

// TestStartsWithoutRedis subscribes before there is anything to subscribe to.
func TestStartsWithoutRedis(t *testing.T) {
	t.Parallel()
	proxy := nodetest.NewProxy(t, nodetest.Redis(t))
	proxy.Refuse()
	c := open(t, proxy.URL, unique())
	nudges := c.Subscribe(t.Context())
	if err := c.Ping(t.Context()); err == nil {
		t.Error("nothing answers the ping")
	}
	proxy.Heal(t)
	nodetest.Nudged(t, nudges)
}

// TestGarbage talks to something that is no Redis, or lies: no panic, no delay,
// and the node's own count stands.
func TestGarbage(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"another protocol": "HTTP/1.1 400 Bad Request\r\n\r\n",
		"a string":         "$3\r\nfoo\r\n",
		"an error":         "-NOAUTH Authentication required.\r\n",
		"a number":         ":1\r\n",
		"nothing":          "$-1\r\n",
		"a short list":     "*1\r\n:1\r\n",
		"the wrong types":  "*4\r\n$1\r\na\r\n$1\r\nb\r\n:1\r\n:2\r\n",
		"no numbers":       "*4\r\n:1\r\n:1\r\n$1\r\na\r\n$1\r\nb\r\n",
		"a length too far": "$100000\r\nfoo\r\n",
		"broken off":       "*4\r\n:1\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t, fake(t, answer), unique())
			start := time.Now()
			for range 3 {
				allows(t, c, "key", 3)
			}
			if wait, err := c.Allow(t.Context(), "key", 3); wait == 0 || err != nil {
				t.Errorf("there is no limit: %s (%v)", wait, err)
			}
			_ = c.Publish(t.Context())
			if took := time.Since(start); took > soon {
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestLyingRedisOnlySlowsDown: a refusal for a century is one for a minute.
func TestLyingRedisOnlySlowsDown(t *testing.T) {
	t.Parallel()
	c := open(t, fake(t, "*4\r\n:0\r\n:0\r\n$10\r\n3153600000\r\n$10\r\n3153600000\r\n"), unique())
	if wait, err := c.Allow(t.Context(), "key", 3); wait != time.Minute || err != nil {
		t.Errorf("wait %s (%v)", wait, err)
	}
}

// fake is a server that gives one answer to everything but the greeting.
func fake(t *testing.T, answer string) sso.Secret {
	t.Helper()
	gate, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gate.Close() })
	go func() {
		for {
			conn, err := gate.Accept()
			if err != nil {
				return
			}
			go converse(conn, answer)
		}
	}()
	return sso.Secret("redis://" + gate.Addr().String())
}

func converse(conn net.Conn, answer string) {
	defer conn.Close() //nolint:errcheck // a connection of a test
	in := bufio.NewReader(conn)
	for {
		words, err := command(in)
		if err != nil {
			return
		}
		reply := answer
		switch strings.ToLower(words[0]) {
		case "hello":
			reply = "-ERR unknown command\r\n"
		case "client":
			reply = "+OK\r\n"
		}
		if _, err := conn.Write([]byte(reply)); err != nil {
			return
		}
	}
}

// command reads one command as clients write it.
func command(in *bufio.Reader) ([]string, error) {
	var n int
	if _, err := fmt.Fscanf(in, "*%d\r\n", &n); err != nil {
		return nil, err
	}
	words := make([]string, n)
	for i := range words {
		var size int
		if _, err := fmt.Fscanf(in, "$%d\r\n", &size); err != nil {
			return nil, err
		}
		b := make([]byte, size+2)
		for read := 0; read < len(b); {
			n, err := in.Read(b[read:])
			if err != nil {
				return nil, err
			}
			read += n
		}
		words[i] = string(b[:size])
	}
	return words, nil
}
