package memory_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/store/memory"
	"gatehouse/store/nodetest"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	nodetest.RunLimiter(t, func(testing.TB) (nodetest.Limiter, nodetest.Limiter) {
		l := memory.NewLimiter(time.Now)
		return l, l
	})
}

// TestRefill moves a clock: half a minute gives back half of the allowance, and
// no pause gives more than all of it.
func TestRefill(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	l := memory.NewLimiter(func() time.Time { return now })
	for _, c := range []struct {
		after time.Duration
		want  int
	}{
		{0, 10},
		{30 * time.Second, 5},
		{6*time.Second - 1, 0},
		{1, 1},
		{-time.Hour, 0},
		{time.Hour + 24*time.Hour, 10},
	} {
		now = now.Add(c.after)
		n := 0
		for range 15 {
			if wait, err := l.Allow(t.Context(), "key", 10); wait == 0 && err == nil {
				n++
			}
		}
		if n != c.want {
			t.Errorf("after %s: %d allowed; want %d", c.after, n, c.want)
		}
	}
}

// TestLimiterIsBounded floods it with keys: those used lately stay limited.
func TestLimiterIsBounded(t *testing.T) {
	t.Parallel()
	l := memory.NewLimiter(time.Now)
	refused := 0
	for i := range 200_000 {
		_, _ = l.Allow(t.Context(), fmt.Sprint("flood-", i), 60)
		if i%10_000 == 0 {
			if wait, _ := l.Allow(t.Context(), "victim", 1); wait > 0 {
				refused++
			}
		}
	}
	if refused != 19 {
		t.Errorf("refused %d of 19", refused)
	}
	if n := l.Len(); n > 1<<16 {
		t.Errorf("%d keys are kept", n)
	}
}

func BenchmarkLimiter(b *testing.B) {
	l := memory.NewLimiter(time.Now)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, _ = l.Allow(b.Context(), "login:ip:192.0.2.1", 60)
		}
	})
}
