package engine_test

import (
	"context"
	"testing"
	"testing/fstest"

	"gatehouse/store/engine"
	"gatehouse/store/storetest"
)

// schema has one table that others refer to.
func schema() fstest.MapFS {
	return fstest.MapFS{"00001_facts.sql": {Data: []byte(`-- +goose Up
create table facts (key text primary key, value text not null);
create table remarks (fact text not null references facts (key));
-- +goose Down
drop table remarks;
drop table facts;
`)}}
}

// open opens a database that is closed with the test.
func open(t *testing.T, dsn string) *engine.Database {
	t.Helper()
	db, err := engine.Open(t.Context(), dsn, schema())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(*testing.T, *engine.Database)) {
	t.Parallel()
	for name, fresh := range map[string]func(testing.TB) string{
		"SQLite":     storetest.File,
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, fresh(t)))
		})
	}
}

const insertFact = "insert into facts (key, value) values ($1, $2)"

// set writes a fact in a transaction of its own.
func set(ctx context.Context, db *engine.Database, key, value string) error {
	return db.Write(ctx, func(_ context.Context, tx *engine.Tx) error {
		tx.Queue(insertFact+" on conflict (key) do update set value = excluded.value", key, value)
		return nil
	})
}

// get returns a fact, "" if there is none.
func get(t *testing.T, db engine.Reader, key string) string {
	t.Helper()
	value, _, err := engine.One(
		t.Context(), db, engine.ScanText, "select value from facts where key = $1",
		key,
	)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return value
}
