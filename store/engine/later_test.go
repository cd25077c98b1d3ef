package engine_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/store/engine"
)

// TestWriteLater lets transactions of both kinds wait for one that runs: those of Write
// follow first, and those of WriteLater are not forgotten while others keep coming.
func TestWriteLater(t *testing.T) {
	t.Parallel()
	db := open(t, "sqlite::memory:")
	var mu sync.Mutex
	var order []string
	var all sync.WaitGroup
	write := func(kind string, n int, with func(context.Context, func(context.Context, *engine.Tx) error) error) {
		for range n {
			all.Go(func() {
				err := with(t.Context(), func(context.Context, *engine.Tx) error {
					mu.Lock()
					defer mu.Unlock()
					order = append(order, kind)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	running, release := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		err := db.Write(t.Context(), func(context.Context, *engine.Tx) error {
			close(running)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-running
	write("later", 3, db.WriteLater)
	write("soon", 200, db.Write)
	time.Sleep(100 * time.Millisecond) // until they wait
	close(release)
	all.Wait()
	// The running transaction takes those that wait into its group of 32.
	if first := slices.Index(order, "later"); first < 31 || len(order) != 203 {
		t.Errorf("of %d the first that could wait was number %d: %v", len(order), first, order)
	}
}
