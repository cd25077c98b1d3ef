package redis

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// waitingKeys is how many keys that wait are remembered, at about 200 bytes each.
const waitingKeys = 1 << 12

// waits remembers until when Redis lets a key do nothing. A flood of refused requests
// then costs no round trips: Redis would answer the same until that time, because a
// refused request is not counted.
type waits struct {
	mu    sync.Mutex
	until *simplelru.LRU[waiting, time.Time]
}

// waiting is a key and its limit: the same key may have a wait for one limit only.
type waiting struct {
	key       string
	perMinute int
}

func newWaits() *waits {
	until, _ := simplelru.NewLRU[waiting, time.Time](waitingKeys, nil) // fails only for sizes below 1
	return &waits{until: until}
}

// left returns how long a key still has to wait; 0 if that is not known.
func (w *waits) left(k waiting, now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	until, ok := w.until.Get(k)
	if !ok {
		return 0
	}
	left := until.Sub(now)
	if left <= 0 {
		w.until.Remove(k)
	}
	return max(left, 0)
}

func (w *waits) remember(k waiting, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until.Add(k, until)
}
