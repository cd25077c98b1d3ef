package memory

import (
	"context"
	"sync"
)

// Bus is a sessions.Bus between parts of one process. The zero value works.
type Bus struct {
	mu          sync.Mutex
	subscribers map[chan struct{}]struct{}
}

// Publish never waits: who has not looked yet since the last time will see both.
func (b *Bus) Publish(context.Context) error {
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

// Subscribe gives a value after others published, until ctx ends and the channel
// is closed.
func (b *Bus) Subscribe(ctx context.Context) <-chan struct{} {
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
