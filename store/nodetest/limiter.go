package nodetest

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/route"
)

// Limiter is what is checked.
type Limiter = route.Limiter

// RunLimiter checks every promise of a limiter. nodes gives two that count
// together, from zero; in process they are the same one.
func RunLimiter(t *testing.T, nodes func(testing.TB) (Limiter, Limiter)) {
	for name, test := range map[string]func(*testing.T, Limiter, Limiter){
		"counts to the limit":     testLimit,
		"keys are apart":          testKeysApart,
		"nodes count together":    testTogether,
		"at once":                 testAtOnce,
		"the wait is long enough": testWait,
		"odd keys and limits":     testOdd,
		"checking counts nothing": testCheck,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := nodes(t)
			test(t, a, b)
		})
	}
}

// allow asks and reports whether that was allowed at once.
func allow(t *testing.T, l Limiter, key string, perMinute int) (bool, time.Duration) {
	t.Helper()
	wait, err := l.Allow(t.Context(), key, perMinute)
	if err != nil || wait < 0 || wait > time.Minute {
		t.Errorf("%q: wait %s (%v)", key, wait, err)
	}
	return wait == 0, wait
}

func allowed(t *testing.T, l Limiter, key string, perMinute, tries int) int {
	t.Helper()
	n := 0
	for range tries {
		if ok, _ := allow(t, l, key, perMinute); ok {
			n++
		}
	}
	return n
}

func testLimit(t *testing.T, l, _ Limiter) {
	for _, perMinute := range []int{1, 7, 20} { // the next is due after 3 s at the earliest
		key := "limit-" + sso.NewSecret().Reveal()
		if n := allowed(t, l, key, perMinute, perMinute+5); n != perMinute {
			t.Errorf("%d of %d were allowed", n, perMinute)
		}
		if _, wait := allow(t, l, key, perMinute); wait == 0 || wait > time.Minute/time.Duration(perMinute) {
			t.Errorf("%d a minute: wait %s", perMinute, wait)
		}
	}
}

func testKeysApart(t *testing.T, l, _ Limiter) {
	allowed(t, l, "login:ip:192.0.2.1", 5, 10)
	for _, key := range []string{
		"login:ip:192.0.2.11", "callback:ip:192.0.2.1", "login:ip:192.0.2.",
		"LOGIN:ip:192.0.2.1",
	} {
		if n := allowed(t, l, key, 5, 5); n != 5 {
			t.Errorf("%q was limited by another key: %d of 5", key, n)
		}
	}
}

func testTogether(t *testing.T, a, b Limiter) {
	n := allowed(t, a, "together", 20, 12) + allowed(t, b, "together", 20, 12)
	if n != 20 {
		t.Errorf("%d of 20 were allowed over both nodes", n)
	}
	if ok, _ := allow(t, a, "together", 20); ok {
		t.Error("the first node does not know what the second allowed")
	}
}

func testAtOnce(t *testing.T, a, b Limiter) {
	var n atomic.Int64
	var all sync.WaitGroup
	for i := range 40 {
		l := []Limiter{a, b}[i%2]
		all.Go(func() {
			if wait, err := l.Allow(context.Background(), "at once", 10); err == nil && wait == 0 {
				n.Add(1)
			}
		})
	}
	all.Wait()
	if n.Load() != 10 {
		t.Errorf("%d of 10 were allowed", n.Load())
	}
}

func testWait(t *testing.T, l, _ Limiter) {
	const perMinute = 600 // one each 100 ms
	wait := time.Duration(0)
	for tries := 0; wait == 0 && tries < 50*perMinute; tries++ {
		_, wait = allow(t, l, "wait", perMinute)
	}
	if wait == 0 {
		t.Fatal("nothing is ever refused")
	}
	// Where two count, the one that was not asked may want a little more; but
	// a client that waits as told is admitted before three more would have been due.
	for told := wait; told < 300*time.Millisecond; told += wait {
		time.Sleep(wait + 5*time.Millisecond)
		ok, again := allow(t, l, "wait", perMinute)
		if ok {
			return
		}
		wait = max(again, time.Millisecond)
	}
	t.Error("whoever waits as told is refused all the same")
}

func testOdd(t *testing.T, l, _ Limiter) {
	for _, key := range []string{
		"", " ", "{a}{b}", "a\x00b", "a\r\nFLUSHALL\r\n", "\xff", "ключ",
		strings.Repeat("k", 10_000),
	} {
		if n := allowed(t, l, "odd "+key, 2, 4); n != 2 {
			t.Errorf("%.20q: %d of 2 were allowed", key, n)
		}
	}
	for _, none := range []int{0, -1} {
		if ok, _ := allow(t, l, "none", none); ok {
			t.Errorf("%d a minute allows something", none)
		}
	}
}

func testCheck(t *testing.T, a, b Limiter) {
	check := func(l Limiter, perMinute int) time.Duration {
		t.Helper()
		wait, err := l.Check(t.Context(), "check", perMinute)
		if err != nil || wait < 0 || wait > time.Minute {
			t.Errorf("wait %s (%v)", wait, err)
		}
		return wait
	}
	for range 30 {
		if check(a, 10) > 0 || check(b, 10) > 0 {
			t.Fatal("checking alone uses the limit up")
		}
	}
	if n := allowed(t, a, "check", 10, 9); n != 9 ||
		check(a, 10) > 0 ||
		check(b, 10) > 0 {
		t.Errorf("%d of 9 were allowed, or the tenth would not be", n)
	}
	allowed(t, b, "check", 10, 1)
	for name, l := range map[string]Limiter{"the first": a, "the second": b} {
		if wait := check(l, 10); wait == 0 || wait > 6*time.Second {
			t.Errorf("all is used up, and %s node says: wait %s", name, wait)
		}
	}
	if check(a, 0) == 0 {
		t.Error("a limit of 0 allows something")
	}
}
