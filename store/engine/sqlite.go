package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
)

const (
	readers        = 4
	largestGroup   = 32   // transactions that share one commit
	walPages       = 2000 // of 4 KiB; past these a commit writes the log back into the file
	walKept        = 64 << 20
	busyMillis     = 5000
	migrateMillis  = 60000
	sqliteInMemory = ":memory:"
)

// sqliteDB is one file. One goroutine writes, on one connection; transactions
// that wait when one is done join it and share its fsync, each behind a savepoint
// of its own. Reads have connections of their own.
type sqliteDB struct {
	temporary string // directory to remove on close
	reading   *sql.DB
	writing   *sql.DB
	writer    *sqliteWriter
	prepared  *statements // of reading
}

// openSQLite opens or creates the file. ":memory:" is a temporary file that is
// not synced and is removed when the database is closed.
func openSQLite(ctx context.Context, path string, migrations fs.FS) (_ *sqliteDB, err error) {
	s := &sqliteDB{prepared: &statements{all: map[string]*preparedQuery{}}}
	durability := "full"
	if path == sqliteInMemory {
		if s.temporary, err = os.MkdirTemp("", "gatehouse-"); err != nil {
			return nil, fmt.Errorf("make a directory for a temporary database: %w", err)
		}
		path, durability = filepath.Join(s.temporary, "gatehouse.db"), "off"
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := makeFile(path); err != nil {
		return nil, err
	}
	unlock, err := lockSQLite(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return s, s.connect(ctx, path, durability, migrations)
}

// connect opens the connections of the writer and the readers and migrates the
// schema in between.
func (s *sqliteDB) connect(ctx context.Context, path, durability string, migrations fs.FS) (err error) {
	common := []string{
		"foreign_keys(1)",
		"synchronous(" + durability + ")",
		"temp_store(memory)",
		"cache_size(-16000)",
	}
	s.writing, err = sql.Open("sqlite", sqliteURI(path, busyMillis, append(
		common,
		"journal_mode(wal)",
		fmt.Sprintf("wal_autocheckpoint(%d)", walPages),
		fmt.Sprintf("journal_size_limit(%d)", walKept),
	)...))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	s.writing.SetMaxOpenConns(1)
	if err := migrate(ctx, goose.DialectSQLite3, s.writing, migrations); err != nil {
		return err
	}
	s.reading, err = sql.Open(
		"sqlite", sqliteURI(path, busyMillis, append(common, "query_only(1)")...),
	)
	if err != nil {
		return fmt.Errorf("open %s for reading: %w", path, err)
	}
	s.prepared.db = s.reading
	s.reading.SetMaxOpenConns(readers)
	s.reading.SetMaxIdleConns(readers)
	s.writer, err = startSQLiteWriter(ctx, s.writing)
	return err
}

// makeFile creates a new database that only its owner can read; SQLite gives the
// files beside it the same mode.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the directory of the database: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	return f.Close()
}

// sqliteURI returns the address of a file with the pragmas of each connection.
// The busy timeout comes first: the other pragmas may have to wait for a lock.
func sqliteURI(path string, busy int, pragmas ...string) string {
	q := url.Values{"_pragma": append([]string{fmt.Sprintf("busy_timeout(%d)", busy)}, pragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// lockSQLite keeps other processes from preparing the same database. The lock is
// one on an empty database beside it, so that it ends with the process.
func lockSQLite(ctx context.Context, path string) (unlock func() error, err error) {
	db, err := sql.Open("sqlite", sqliteURI(path+".lock", migrateMillis))
	if err != nil {
		return nil, fmt.Errorf("open the lock of %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "begin exclusive"); err != nil {
		return nil, errors.Join(
			fmt.Errorf("wait for the process that is preparing %s: %w", path, err), db.Close(),
		)
	}
	return db.Close, nil
}

// Query implements Reader.
func (s *sqliteDB) Query(ctx context.Context, fn func(Row) error, query string, args ...any) error {
	stmt, err := s.prepared.take(ctx, query)
	if err != nil {
		return err
	}
	err = eachRow(ctx, stmt.Stmt, fn, args)
	if closing := s.prepared.giveBack(stmt); closing != nil {
		return errors.Join(err, closing)
	}
	return err
}

func eachRow(ctx context.Context, stmt *sql.Stmt, fn func(Row) error, args []any) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := fn(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

func (s *sqliteDB) write(ctx context.Context, fn func(context.Context, transaction) error) error {
	return s.writer.do(ctx, s.writer.jobs, fn)
}

func (s *sqliteDB) writeLater(ctx context.Context, fn func(context.Context, transaction) error) error {
	return s.writer.do(ctx, s.writer.later, fn)
}

// ping checks that the file can be read and that the writer is not broken.
func (s *sqliteDB) ping(ctx context.Context) error {
	if err := s.writer.failed(); err != nil {
		return err
	}
	return s.Query(ctx, func(Row) error {
		return nil
	}, "select 1 from goose_db_version limit 1")
}

// urgent returns the ordinary reader: in WAL mode readers wait for no writer.
func (s *sqliteDB) urgent() Reader { return s }

func (s *sqliteDB) broken() <-chan struct{} { return s.writer.lost }

func (s *sqliteDB) close() error {
	if !s.prepared.close() {
		return nil
	}
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.stop())
	}
	for _, db := range []*sql.DB{s.reading, s.writing} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.temporary != "" {
		errs = append(errs, os.RemoveAll(s.temporary))
	}
	return errors.Join(errs...)
}

// sqlitePath returns the path in a SQLite address, and whether dsn is one.
func sqlitePath(dsn string) (string, bool) {
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	return strings.TrimPrefix(path, "//"), ok
}
