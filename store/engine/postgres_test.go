package engine_test

import (
	"context"
	"testing"

	"gatehouse/store/engine"
	"gatehouse/store/storetest"
)

// TestSerializationFailureIsRetried aborts the first run of a transaction as
// PostgreSQL would.
func TestSerializationFailureIsRetried(t *testing.T) {
	t.Parallel()
	db := open(t, storetest.Postgres(t))
	runs := 0
	err := db.Write(t.Context(), func(ctx context.Context, tx *engine.Tx) error {
		runs++
		tx.Queue(insertFact, "a", "1")
		if runs < 3 {
			tx.Queue("do $$ begin raise exception 'conflict' using errcode = '40001'; end $$")
		}
		return nil
	})
	if err != nil || runs != 3 {
		t.Errorf("%d runs, %v; want 3", runs, err)
	}
	if got := get(t, db, "a"); got != "1" {
		t.Errorf("the fact is %q; want that of the last run", got)
	}
}

func TestInvalidText(t *testing.T) {
	t.Parallel()
	db := open(t, storetest.Postgres(t))
	if err := set(t.Context(), db, "a", "\xff"); !engine.IsInvalidText(err) {
		t.Errorf("got %v; want invalid text", err)
	}
	if err := set(t.Context(), db, "a", engine.Clean("\xff\x00b", 10)); err != nil {
		t.Errorf("clean text: %v", err)
	}
}
