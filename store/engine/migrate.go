package engine

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// migrate brings the schema up to date. It refuses a schema of a newer program,
// whose meaning is unknown here. The caller holds a lock that keeps other nodes
// from migrating at the same time; the lock of goose comes too late for its own
// version table.
func migrate(ctx context.Context, d goose.Dialect, db *sql.DB, migrations fs.FS) error {
	provider, err := newProvider(d, db, migrations)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	has, knows, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if has > knows {
		return fmt.Errorf(
			"the database has schema %d, made by a newer version; this one knows schemas up to %d",
			has, knows,
		)
	}
	return nil
}

// SchemaVersion returns the schema version of a database, 0 for an empty one,
// and the newest version in migrations. It changes nothing.
func SchemaVersion(ctx context.Context, dsn string, migrations fs.FS) (has, wants int64, err error) {
	dialect, db, err := openSchema(dsn)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := newProvider(dialect, db, migrations)
	if err != nil {
		return 0, 0, err
	}
	return provider.GetVersions(ctx)
}

// openSchema opens a database without changing it.
func openSchema(dsn string) (goose.Dialect, *sql.DB, error) {
	file, ok := sqlitePath(dsn)
	if !ok {
		config, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			return "", nil, errAddress
		}
		return goose.DialectPostgres, stdlib.OpenDB(*config.ConnConfig), nil
	}
	name := sqliteURI(file, busyMillis, "query_only(1)")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		name = sqliteInMemory // opening the path would create the file
	}
	db, err := sql.Open("sqlite", name)
	return goose.DialectSQLite3, db, err
}

func newProvider(d goose.Dialect, db *sql.DB, migrations fs.FS) (*goose.Provider, error) {
	if d == goose.DialectPostgres {
		migrations = postgresFiles{migrations}
	}
	provider, err := goose.NewProvider(d, db, migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// postgresOnly begins a line of a migration that is a statement of PostgreSQL and
// a comment of SQLite.
const postgresOnly = "--postgres "

// postgresFiles are migrations as PostgreSQL runs them.
type postgresFiles struct{ fs.FS }

// Open implements fs.FS.
func (p postgresFiles) Open(name string) (fs.File, error) {
	file, err := p.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return file, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	text = bytes.ReplaceAll(text, []byte("\n"+postgresOnly), []byte("\n"))
	return postgresFile{
		File: file,
		text: bytes.NewReader(text),
	}, nil
}

// postgresFile is an open migration with another text.
type postgresFile struct {
	fs.File
	text *bytes.Reader
}

// Read implements fs.File.
func (f postgresFile) Read(p []byte) (int, error) { return f.text.Read(p) }
