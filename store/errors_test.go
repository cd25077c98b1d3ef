package store_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// openFile opens the file of a SQLite store behind its back.
func openFile(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(
		"sqlite",
		"file:"+strings.TrimPrefix(dsn, "sqlite:")+"?_pragma=busy_timeout(0)",
	)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func exec(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.Exec(text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func TestLockedFileIsUnavailable(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	other := openFile(t, dsn)
	exec(t, other, "begin immediate")
	begun := time.Now()
	err := db.SetMeta(t.Context(), "x", "1")
	if sso.KindOf(err) != sso.Unavailable ||
		sso.CodeOf(err) != "temporarily_unavailable" {
		t.Errorf("got %v; want Unavailable", err)
	}
	if waited := time.Since(begun); waited < 4*time.Second || waited > 8*time.Second {
		t.Errorf("gave up after %s; want about 5 s", waited)
	}
	if _, err := db.Meta(t.Context(), "x"); err != nil {
		t.Errorf("cannot read while another process writes: %v", err)
	}
	exec(t, other, "rollback")
	if err := db.SetMeta(t.Context(), "x", "1"); err != nil {
		t.Errorf("does not recover: %v", err)
	}
}

func TestUnreachablePostgresIsUnavailable(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), store.Options{
		DSN:  "postgres://user:hunter2@127.0.0.1:1/x",
		Keys: store.Keyring{Current: store.NewKey()},
	})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	for _, dsn := range []string{
		"", "mysql://x", "postgres://user:hunter2@127.0.0.1:port/x",
	} {
		if _, err := store.Open(t.Context(), store.Options{
			DSN:  dsn,
			Keys: store.Keyring{Current: store.NewKey()},
		}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v", dsn, err)
		}
	}
}
