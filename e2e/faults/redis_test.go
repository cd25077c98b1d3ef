package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/store/storetest"
)

// redisFlushed flushes Redis under load. No session ends, and no revoked
// session is accepted again.
func redisFlushed(r *result) {
	address := harness.NewRedis(r)
	nodes := threeNodes(r, storetest.Postgres(r), address)
	c := newCrowd(r, nodes...)
	c.Pause = 200 * time.Millisecond
	options, err := redis.ParseURL(address)
	if err != nil {
		r.Fatal(err)
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	dead := map[string]func() bool{}
	r.each(func(n int) {
		gone := signInAndRevoke(r, c, nodes[0])
		begin(r, c)
		if err := client.FlushAll(r.Context()).Err(); err != nil {
			r.Fatal(err)
		}
		people, failed := c.Stop()
		r.errors += len(failed)
		if len(failed) > 0 {
			r.Errorf("a sign-in failed: %v", failed[0])
		}
		still(r, people)
		dead[fmt.Sprint("the session of round ", n)] = gone
	})
	r.auditWith(c.Journal, func(a *auditor.Auditor) {
		a.Dead = dead
		a.Texts["Redis"] = dump(r.Context(), r, client)
	}, nodes...)
}

// signInAndRevoke starts a session, revokes it, and returns a function that
// reports whether any node accepts it.
func signInAndRevoke(r *result, c *harness.Crowd, node *harness.Gateway) func() bool {
	r.Helper()
	v := node.Visitor()
	if a := v.SignIn(c.IdP, c.Companies[0].Key, c.People[0].ID); !signedIn(a) {
		r.Fatal(a)
	}
	twins := make([]*harness.Visitor, len(c.Nodes))
	for i, n := range c.Nodes {
		twins[i] = v.Twin(n)
		if !twins[i].SignedIn() {
			r.Fatal("a session is not known at every node")
		}
	}
	if a := v.Post("/logout", nil); a.Status >= 400 {
		r.Fatal(a)
	}
	return func() bool {
		for _, twin := range twins {
			if twin.SignedIn() {
				return true
			}
		}
		return false
	}
}

// dump returns all keys and values in Redis.
func dump(ctx context.Context, r *result, client *redis.Client) string {
	var b strings.Builder
	all := client.Scan(ctx, 0, "*", 1000).Iterator()
	for all.Next(ctx) {
		value, err := client.Dump(ctx, all.Val()).Result()
		if err != nil && err != redis.Nil { //nolint:errorlint // the client returns this very value
			r.Fatal(err)
		}
		b.WriteString(all.Val() + "\n" + value + "\n")
	}
	if err := all.Err(); err != nil {
		r.Fatal(err)
	}
	return b.String()
}

// redisRefuses and redisHangs take Redis away. Everything keeps working, and is
// soon as fast as before.
func redisRefuses(r *result) {
	redisAway(r, func(wire *harness.Relay) { wire.Cut() })
}

func redisHangs(r *result) {
	redisAway(r, func(wire *harness.Relay) { wire.Hang() })
}

func redisAway(r *result, take func(*harness.Relay)) {
	wire, address := harness.NewRelay(r, harness.NewRedis(r))
	nodes := threeNodes(r, storetest.Postgres(r), address)
	c := newCrowd(r, nodes...)
	c.Pause = 200 * time.Millisecond
	r.each(func(int) {
		begin(r, c)
		take(wire)
		for _, g := range nodes { // the first requests notice the outage
			begun := time.Now()
			if a := g.Visitor().Get("/login"); a.Status != 200 {
				r.Errorf("without Redis: %v", a)
			}
			r.took(time.Since(begun))
		}
		before := c.Count()
		if !harness.Soon(10*time.Second, func() bool {
			return c.Count() >= before+20
		}) {
			r.Error("hardly anyone can sign in without Redis")
		}
		people, failed := c.Stop()
		r.errors += len(failed)
		if len(failed) > 0 {
			r.Errorf("a sign-in failed without Redis: %v", failed[0])
		}
		still(r, people)
		wire.Mend()
		still(r, people)
	})
	if r.slowest > time.Second {
		r.Errorf("a request waited %s for Redis", r.slowest)
	}
	r.audit(c.Journal, nodes...)
	r.note = "slowest is the first request"
}

// redisLies replaces Redis by a server that sends wrong replies. No session is
// taken for another user's.
func redisLies(r *result) {
	g := harness.Start(r, harness.Options{
		Database: storetest.Postgres(r),
		Redis:    "redis://" + liar(r),
	})
	c := newCrowd(r, g)
	visitors := make([]*harness.Visitor, len(c.People))
	for i, p := range c.People {
		visitors[i] = g.Visitor()
		if a := visitors[i].SignIn(c.IdP, c.Companies[i%len(c.Companies)].Key, p.ID); !signedIn(a) {
			r.Fatal(a)
		}
	}
	r.each(func(n int) {
		i := n % len(visitors)
		if a := visitors[i].Get("/account"); a.Status != 200 || !strings.Contains(a.Body, c.People[i].Login) {
			r.other++
			r.Errorf("%s asks who they are: %v", c.People[i].Login, a)
		}
	})
	r.audit(c.Journal, g)
}

// liar starts a server that answers every command with a well-formed but wrong
// reply.
func liar(r *result) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { _ = l.Close() })
	says := []string{
		"+OK\r\n", "$5\r\nhello\r\n", ":1\r\n", "*2\r\n:0\r\n$1\r\n0\r\n", "$-1\r\n",
		"-ERR no\r\n", "*4\r\n:1\r\n:1\r\n$1\r\n9\r\n$2\r\n-1\r\n", "rubbish\r\n",
		"$99999999\r\n",
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				for buf := make([]byte, 4096); ; {
					if _, err := conn.Read(buf); err != nil {
						return
					}
					if _, err := conn.Write([]byte(says[rand.N(len(says))])); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}
