package engine_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/store/engine"
	"gatehouse/store/storetest"
)

// openFile opens a SQLite file without the engine.
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

// TestParametersBindByNumber checks that the driver binds $2 to the second
// argument: SQLite itself numbers parameters by their first use.
func TestParametersBindByNumber(t *testing.T) {
	t.Parallel()
	db := openFile(t, storetest.File(t))
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

func TestMemoryLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	db, err := engine.Open(t.Context(), "sqlite::memory:", schema())
	if err != nil {
		t.Fatal(err)
	}
	if err := set(t.Context(), db, "x", "1"); err != nil {
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
	dsn := storetest.File(t)
	open(t, dsn)
	exec(t, openFile(t, dsn), "insert into goose_db_version (version_id, is_applied) values (99999, 1)")
	_, err := engine.Open(t.Context(), dsn, schema())
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("got %v", err)
	}
}

// TestLogIsBounded writes much more than the log may hold.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	dsn := storetest.File(t)
	db := open(t, dsn)
	value := strings.Repeat("x", 1<<20)
	largest := int64(0)
	for i := range 60 {
		if err := set(t.Context(), db, "x", fmt.Sprint(i, value)); err != nil {
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

func TestPathWithOddCharacters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?c#d%20e", "gate house.db")
	open(t, "sqlite:"+path)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// TestCleanStopLeavesOneFile: an operator who copies the file of a gateway that
// was stopped has everything.
func TestCleanStopLeavesOneFile(t *testing.T) {
	t.Parallel()
	dsn := storetest.File(t)
	path := strings.TrimPrefix(dsn, "sqlite:")
	db, err := engine.Open(t.Context(), dsn, schema())
	if err != nil {
		t.Fatal(err)
	}
	if err := set(t.Context(), db, "kept", "yes"); err != nil {
		t.Fatal(err)
	}
	if value := get(t, db, "kept"); value != "yes" { // which prepares a statement of a reader
		t.Fatalf("the fact is %q", value)
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
	if err := openFile(t, "sqlite:"+copied).QueryRow(
		"select value from facts where key = 'kept'",
	).Scan(&value); err != nil || value != "yes" {
		t.Errorf("the copy has %q, %v", value, err)
	}
}
