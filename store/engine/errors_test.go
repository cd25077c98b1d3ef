package engine_test

import (
	"context"
	"testing"

	"gatehouse/store/engine"
)

func TestViolations(t *testing.T) {
	onBoth(t, func(t *testing.T, db *engine.Database) {
		if err := set(t.Context(), db, "a", "1"); err != nil {
			t.Fatal(err)
		}
		run := func(query string, args ...any) error {
			return db.Write(t.Context(), func(ctx context.Context, tx *engine.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			})
		}
		unique := run(insertFact, "a", "2")
		if !engine.IsUnique(unique) ||
			engine.IsForeignKey(unique) ||
			engine.IsUnavailable(unique) {
			t.Errorf("%v is not told to be a unique violation", unique)
		}
		if !engine.IsUniqueIn(unique, "facts") ||
			engine.IsUniqueIn(unique, "remarks") {
			t.Errorf("%v is not told to be one of the table", unique)
		}
		missing := run("insert into remarks (fact) values ($1)", "b")
		if !engine.IsForeignKey(missing) ||
			engine.IsUnique(missing) ||
			engine.IsUniqueIn(missing, "remarks") {
			t.Errorf("%v is not told to be a foreign-key violation", missing)
		}
	})
}
