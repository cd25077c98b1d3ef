package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
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
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:")+"?_pragma=busy_timeout(0)")
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

// TestParametersBindByNumber holds the driver to what every statement relies
// on: SQLite itself numbers $2 in "select $2, $1" as the first.
func TestParametersBindByNumber(t *testing.T) {
	t.Parallel()
	db := openFile(t, storetest.SQLite(t))
	for query, want := range map[string]string{
		"select $2 || '|' || $1":              "b|a",
		"select $2 || '|' || $1 || '|' || $2": "b|a|b",
		"select $1 || '|' || $2 || '|' || $10 || '|' || $3 || $4 || $5 || $6 || $7 || $8 || $9": "a|b|j|cdefghi",
	} {
		args := []any{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
		if !strings.Contains(query, "$10") {
			args = args[:2]
		}
		stmt, err := db.Prepare(query)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := stmt.QueryRow(args...).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (%v); want %q", query, got, err, want)
		}
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
	if sso.KindOf(err) != sso.Unavailable || sso.CodeOf(err) != "temporarily_unavailable" {
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
	_, err := store.Open(t.Context(), store.Options{DSN: "postgres://user:hunter2@127.0.0.1:1/x", Keys: store.Keyring{Current: store.NewKey()}})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	for _, dsn := range []string{"", "mysql://x", "postgres://user:hunter2@127.0.0.1:port/x"} {
		if _, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: store.Keyring{Current: store.NewKey()}}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v", dsn, err)
		}
	}
}

func TestMemoryLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	db, err := store.Open(t.Context(), store.Options{DSN: "sqlite::memory:", Keys: store.Keyring{Current: store.NewKey()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetMeta(t.Context(), "x", "1"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	dsn, keys := storetest.SQLite(t), store.Keyring{Current: store.NewKey()}
	storetest.Open(t, dsn, keys, nil)
	exec(t, openFile(t, dsn), "insert into goose_db_version (version_id, is_applied) values (99999, 1)")
	_, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: keys})
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("got %v", err)
	}
}

// TestLogIsBounded writes much more than the log may hold.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	value := strings.Repeat("x", 1<<20)
	largest := int64(0)
	for i := range 60 {
		if err := db.SetMeta(t.Context(), "x", fmt.Sprint(i, value)); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(strings.TrimPrefix(dsn, "sqlite:") + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	if largest > 24<<20 {
		t.Errorf("the log grew to %d MiB", largest>>20)
	}
}

// TestIntegrity lets SQLite check the file and every foreign key after the
// suite's kind of work.
func TestIntegrity(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	ent, err := db.CreateEnterprise(t.Context(), sso.ActorSystem, sso.Enterprise{Key: "acme", Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.CreateOrganization(t.Context(), sso.ActorSystem, sso.Organization{Enterprise: ent.ID, Key: "web"}); err != nil {
		t.Fatal(err)
	}
	file := openFile(t, dsn)
	var verdict string
	if err := file.QueryRow("pragma integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("%q, %v", verdict, err)
	}
	rows, err := file.Query("pragma foreign_key_check")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // nothing is read
	if rows.Next() {
		t.Error("a foreign key points nowhere")
	}
}

// TestEveryForeignKeyHasTheEnterprise reads the schema: no table of an
// enterprise may refer to another by less than the enterprise and the row.
func TestEveryForeignKeyHasTheEnterprise(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	file := openFile(t, dsn)
	rows, err := file.QueryContext(context.Background(), `select m.name, f.id, group_concat(f."from"), max(f."table")
		from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table' group by m.name, f.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	found := 0
	for rows.Next() {
		var table, columns, target string
		var id int
		if err := rows.Scan(&table, &id, &columns, &target); err != nil {
			t.Fatal(err)
		}
		found++
		direct := columns == "enterprise_id" && (target == "enterprises" || target == "audit_heads") || target == "admins" // who are the installation's
		if !direct && !strings.HasPrefix(columns, "enterprise_id,") {
			t.Errorf("%s refers to %s by %s alone", table, target, columns)
		}
	}
	if err := rows.Err(); err != nil || found < 15 {
		t.Errorf("%d foreign keys (%v)", found, err)
	}
}

func TestPathWithOddCharacters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?c#d%20e", "gate house.db")
	storetest.Open(t, "sqlite:"+path, store.Keyring{Current: store.NewKey()}, nil)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// TestCleanStopLeavesOneFile: an operator who copies the file of a gateway that
// was stopped has everything.
func TestCleanStopLeavesOneFile(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	path := strings.TrimPrefix(dsn, "sqlite:")
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: store.Keyring{Current: store.NewKey()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetMeta(t.Context(), "kept", "yes"); err != nil {
		t.Fatal(err)
	}
	if value, err := db.Meta(t.Context(), "kept"); err != nil || value != "yes" { // a reader that was in use
		t.Fatal(value, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		t.Errorf("%d bytes are left in the write-ahead log", info.Size())
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var value string
	if err := openFile(t, "sqlite:"+copied).QueryRow("select value from meta where key = 'kept'").Scan(&value); err != nil || value != "yes" {
		t.Errorf("the copy has %q, %v", value, err)
	}
}
