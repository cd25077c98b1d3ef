package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. A schema that a newer program made is
// refused: what it means is not known here. The caller holds a lock that keeps
// other nodes from migrating at the same time; the one goose offers comes too
// late for the table it keeps its versions in.
func migrate(ctx context.Context, d goose.Dialect, db *sql.DB) error {
	provider, err := newProvider(d, db)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	has, knows, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the schema: %w", err)
	}
	if has > knows {
		return fmt.Errorf("the database has schema %d, made by a newer version; this one knows schemas up to %d", has, knows)
	}
	return nil
}

// Schema tells the version of a database's schema, 0 for an empty one, and the
// version this program wants, without changing anything. Open brings the one to
// the other.
func Schema(ctx context.Context, dsn string) (has, wants int64, err error) {
	defer func() { doing(&err, "read the version of the schema") }()
	dialect, db, err := openSchema(dsn)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := newProvider(dialect, db)
	if err != nil {
		return 0, 0, err
	}
	return provider.GetVersions(ctx)
}

// openSchema opens a database as it is.
func openSchema(dsn string) (goose.Dialect, *sql.DB, error) {
	path, ok := sqlitePath(dsn)
	if !ok {
		config, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			return "", nil, errAddress // err would show the password
		}
		return goose.DialectPostgres, stdlib.OpenDB(*config.ConnConfig), nil
	}
	name := sqliteURI(path, busyMillis, "query_only(1)")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		name = sqliteInMemory // nothing is there yet, and nothing is to be left there
	}
	db, err := sql.Open("sqlite", name)
	return goose.DialectSQLite3, db, err
}

func newProvider(d goose.Dialect, db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	provider, err := goose.NewProvider(d, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}
