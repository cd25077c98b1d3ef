package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"gatehouse/store/engine"
)

var errFault = errors.New("a fault of the test")

func TestErrorRollsBack(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		err := db.Write(t.Context(), func(ctx context.Context, tx *engine.Tx) error {
			if _, err := tx.Exec(ctx, insertFact, "a", "1"); err != nil {
				return err
			}
			if got := get(t, tx, "a"); got != "1" {
				t.Errorf("the transaction reads %q; want its own write", got)
			}
			return errFault
		})
		if !errors.Is(err, errFault) {
			t.Errorf("Write returned %v; want the error of fn", err)
		}
		if got := get(t, db, "a"); got != "" {
			t.Errorf("%q was kept of a transaction that failed", got)
		}
	})
}

func TestQueueKeepsItsOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		var counted int64
		var seen []string
		err := db.Write(t.Context(), func(ctx context.Context, tx *engine.Tx) error {
			tx.Queue(insertFact, "a", "1")
			tx.QueueCount(&counted, "update facts set value = '2'")
			tx.QueueQuery(func(r engine.Row) error {
				value, err := engine.ScanText(r)
				seen = append(seen, value)
				return err
			}, "select value from facts")
			if counted != 0 || seen != nil {
				t.Error("a queued statement was sent before it had to be")
			}
			return tx.Flush(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		if counted != 1 || !slices.Equal(seen, []string{"2"}) {
			t.Errorf(
				"%d rows were updated and %q read; want 1 and [2]", counted, seen,
			)
		}
	})
}

func TestFailureOfTheCommitIsReturned(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		if err := set(t.Context(), db, "a", "1"); err != nil {
			t.Fatal(err)
		}
		err := db.Write(t.Context(), func(_ context.Context, tx *engine.Tx) error {
			tx.Queue(insertFact, "b", "1")
			tx.Queue(insertFact, "a", "2") // fails when it is sent with the commit
			return nil
		})
		if !engine.IsUnique(err) {
			t.Errorf("Write returned %v; want a unique violation", err)
		}
		if got := get(t, db, "b"); got != "" {
			t.Error("the first write of a failed transaction was kept")
		}
	})
}

func TestExecOne(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		const update = "update facts set value = 'x' where key <= $1"
		for _, key := range []string{"a", "b"} {
			if err := set(t.Context(), db, key, "1"); err != nil {
				t.Fatal(err)
			}
		}
		one := func(key string) error {
			return db.Write(t.Context(), func(ctx context.Context, tx *engine.Tx) error {
				return tx.ExecOne(ctx, errFault, update, key)
			})
		}
		if err := one("a"); err != nil {
			t.Errorf("one row: %v", err)
		}
		if err := one(""); !errors.Is(err, errFault) {
			t.Errorf("no row: %v; want the error for a missing row", err)
		}
		if err := one("b"); err == nil || errors.Is(err, errFault) {
			t.Errorf("two rows: %v; want an error of its own", err)
		}
	})
}

// TestFailuresAmongOthers mixes transactions that fail with others, which share a
// commit with them on SQLite.
func TestFailuresAmongOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		var all sync.WaitGroup
		errs := make([]error, 60)
		for i := range errs {
			all.Go(func() {
				errs[i] = db.Write(t.Context(), func(ctx context.Context, tx *engine.Tx) error {
					if _, err := tx.Exec(ctx, insertFact, fmt.Sprint(i), "1"); err != nil || i%2 == 0 {
						return errors.Join(err, errFault)
					}
					return nil
				})
			})
		}
		all.Wait()
		for i, err := range errs {
			if failed := errors.Is(err, errFault); failed != (i%2 == 0) || !failed && err != nil {
				t.Errorf("transaction %d: %v", i, err)
			}
		}
		n, _, err := engine.One(
			t.Context(), db, engine.ScanNumber, "select count(*) from facts",
		)
		if err != nil || n != 30 {
			t.Errorf("%d rows, %v; want 30", n, err)
		}
	})
}

func TestPanicReachesTheCaller(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		func() {
			defer func() {
				if got := recover(); got != "oh" {
					t.Errorf("recovered %v; want the panic of fn", got)
				}
			}()
			_ = db.Write(t.Context(), func(context.Context, *engine.Tx) error {
				panic("oh")
			})
		}()
		if err := set(t.Context(), db, "a", "1"); err != nil {
			t.Errorf("the next write: %v", err)
		}
	})
}

func TestClosedIsUnavailable(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		for range 2 {
			if err := db.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
		if err := set(t.Context(), db, "a", "1"); !engine.IsUnavailable(err) {
			t.Errorf("a write: %v", err)
		}
		err := db.Query(t.Context(), func(engine.Row) error {
			return nil
		}, "select 1")
		if !engine.IsUnavailable(err) {
			t.Errorf("a query: %v", err)
		}
	})
}
