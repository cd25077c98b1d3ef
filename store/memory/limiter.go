package memory

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// limiterKeys is how many keys are counted at a time, at about 200 bytes each.
// A flood of new keys evicts the least recently used.
const limiterKeys = 1 << 16

// Limiter counts what a key did within a minute, evenly refilled (the generic
// cell rate algorithm, as redis_rate has it). Make one with NewLimiter.
type Limiter struct {
	now   func() time.Time
	start time.Time
	mu    sync.Mutex
	full  *simplelru.LRU[string, time.Duration] // when a key will have all of its allowance again
}

// NewLimiter makes a Limiter.
func NewLimiter(now func() time.Time) *Limiter {
	full, _ := simplelru.NewLRU[string, time.Duration](limiterKeys, nil) // fails only for sizes below 1
	return &Limiter{
		now:   now,
		start: now(),
		full:  full,
	}
}

// Allow reports how long to wait before key may act again; 0 means now, and that
// it was counted. It never fails.
func (l *Limiter) Allow(_ context.Context, key string, perMinute int) (time.Duration, error) {
	if perMinute < 1 {
		return time.Minute, nil
	}
	each := time.Minute / time.Duration(perMinute)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now().Sub(l.start)
	full, _ := l.full.Get(key)
	full = max(full, now) + each
	if wait := full - each*time.Duration(perMinute) - now; wait > 0 {
		return wait, nil
	}
	l.full.Add(key, full)
	return 0, nil
}

// Check reports how long Allow would make key wait, and counts nothing. It never
// fails.
func (l *Limiter) Check(_ context.Context, key string, perMinute int) (time.Duration, error) {
	if perMinute < 1 {
		return time.Minute, nil
	}
	each := time.Minute / time.Duration(perMinute)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now().Sub(l.start)
	full, _ := l.full.Peek(key)
	return max(max(full, now)+each-each*time.Duration(perMinute)-now, 0), nil
}

// Len is how many keys are counted.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.full.Len()
}
