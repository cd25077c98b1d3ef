package redis

import (
	"errors"
	"sync"
	"time"
)

// pause is how long a Redis that did not answer is left alone.
const pause = time.Second

var errDown = errors.New("redis did not answer a moment ago")

// circuit keeps requests from waiting one after the other for a Redis that does
// not answer: after a failure only one of them tries, once a pause. The zero
// value is closed.
type circuit struct {
	mu    sync.Mutex
	open  bool
	retry time.Time // when the next may try
}

// closed reports whether it is worth trying. While the circuit is open it is
// for one caller a pause; the others go on without.
func (c *circuit) closed(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open {
		return true
	}
	if now.Before(c.retry) {
		return false
	}
	c.retry = now.Add(pause)
	return true
}

// report says how trying went, and returns whether that is news.
func (c *circuit) report(now time.Time, ok bool) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed = c.open == ok
	c.open, c.retry = !ok, now.Add(pause)
	return changed
}
