package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"gatehouse/store/engine"
	"gatehouse/store/storetest"
)

// TestStatementsAreBounded: texts that follow from what clients ask have no bound, so
// not all are kept prepared; those in use stay usable.
func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	db := open(t, storetest.File(t))
	if err := set(t.Context(), db, "a", "x"); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for reader := range 4 {
		readers.Go(func() {
			for i := range 1000 {
				query := fmt.Sprintf("select value from facts where key = 'a' and %d = %d", reader*1000+i, reader*1000+i)
				for range 2 {
					if got, err := text(t.Context(), db, query); err != nil || got != "x" {
						t.Errorf("%s: %q, %v", query, got, err)
					}
				}
				if got, err := text(t.Context(), db, "select value from facts"); err != nil || got != "x" {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	readers.Wait()
	if n := db.Prepared(); n > 1000 || n < 500 {
		t.Errorf("%d statements are kept", n)
	}
}

func text(ctx context.Context, db engine.Reader, query string) (string, error) {
	got, _, err := engine.One(ctx, db, engine.ScanText, query)
	return got, err
}
