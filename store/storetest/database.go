package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to look at PostgreSQL behind the store's back

	"gatehouse/store"
)

// File returns the address of a database in a file that does not exist.
func File(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "gatehouse.db")
}

// SQLite returns the address of a new database in a file, which has the schema.
func SQLite(t testing.TB) string {
	t.Helper()
	content, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	dsn := File(t)
	if err := os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return dsn
}

// migrated returns the content of a database that has the schema and nothing else. To
// copy it takes a fraction of the time of all migrations.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	directory, err := os.MkdirTemp("", "gatehouse-storetest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	file := filepath.Join(directory, "gatehouse.db")
	if err := store.Migrate(context.Background(), "sqlite:"+file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// Postgres returns the address of a new schema on the server that
// TEST_POSTGRES_URL names. Without one the test is skipped, or fails if
// GATEHOUSE_TEST_REQUIRE lists postgres.
func Postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TEST_POSTGRES_URL")
	if server == "" {
		if slices.Contains(
			strings.Split(os.Getenv("GATEHOUSE_TEST_REQUIRE"), ","), "postgres",
		) {
			t.Fatal("TEST_POSTGRES_URL is not set, and PostgreSQL is required")
		}
		t.Skip("TEST_POSTGRES_URL is not set")
	}
	address, err := url.Parse(server)
	if err != nil {
		t.Fatalf("TEST_POSTGRES_URL: %v", err)
	}
	schema := "gatehouse_test_" + strings.ToLower(rand.Text())
	exec := func(text string) {
		db, err := sql.Open("pgx", server)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close() //nolint:errcheck // a connection of a test
		if _, err := db.ExecContext(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
	exec("create schema " + schema)
	t.Cleanup(func() { exec("drop schema " + schema + " cascade") })
	query := address.Query()
	query.Set("search_path", schema)
	query.Set("pool_max_conns", "8")
	address.RawQuery = query.Encode()
	return address.String()
}

// Open opens a store that is closed with the test. now may be nil.
func Open(t testing.TB, dsn string, keys store.Keyring, now func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{
		DSN:  dsn,
		Keys: keys,
		Now:  now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Raw opens a database behind the store's back: to look at what was written, or
// to break it.
func Raw(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	driver, name := "pgx", dsn
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, name = "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)"
	}
	if driver == "pgx" {
		address, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		query := address.Query()
		query.Del("pool_max_conns") // which only a pool understands
		address.RawQuery = query.Encode()
		name = address.String()
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
