package nodetest

import (
	"context"
	"sync"
)

// LocalBus is a sessions.Bus in one process. The zero value works.
type LocalBus struct {
	mu          sync.Mutex
	subscribers map[chan struct{}]struct{}
}

// Publish never waits: a subscriber that has not read the last value gets one for
// both.
func (b *LocalBus) Publish(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subscribers {
		select {
		case s <- struct{}{}:
		default:
		}
	}
	return nil
}

// Subscribe returns a channel that gets a value after each Publish and is closed
// when ctx ends.
func (b *LocalBus) Subscribe(ctx context.Context) <-chan struct{} {
	s := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subscribers == nil {
		b.subscribers = map[chan struct{}]struct{}{}
	}
	b.subscribers[s] = struct{}{}
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subscribers, s)
		close(s)
	})
	return s
}
