package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migration is where and how to migrate.
type migration struct {
	db      *sql.DB
	dialect goose.Dialect
	options []goose.ProviderOption
}

// sqliteMigrations needs no lock of its own: whoever opens the file has it.
func sqliteMigrations(db *sql.DB) migration { return migration{db: db, dialect: goose.DialectSQLite3} }

func postgresMigrations(db *sql.DB) migration {
	return migration{db: db, dialect: goose.DialectPostgres, options: []goose.ProviderOption{goose.WithSessionLocker(advisoryLock{})}}
}

// migrate brings the schema up to date. A schema that a newer program made is
// refused: what it means is not known here.
func migrate(ctx context.Context, m migration) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("find the migrations: %w", err)
	}
	provider, err := goose.NewProvider(m.dialect, m.db, files, append(m.options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
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

// advisoryLock makes several nodes that start at once migrate one after the
// other. PostgreSQL lets go of it when the connection ends.
type advisoryLock struct{}

const advisoryKey = `hashtext('gatehouse migrations ' || current_schema())`

// SessionLock implements lock.SessionLocker.
func (advisoryLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock("+advisoryKey+")"); err != nil {
		return fmt.Errorf("wait for whoever is migrating: %w", err)
	}
	return nil
}

// SessionUnlock implements lock.SessionLocker.
func (advisoryLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	var held bool
	if err := conn.QueryRowContext(ctx, "select pg_advisory_unlock("+advisoryKey+")").Scan(&held); err != nil {
		return fmt.Errorf("let others migrate: %w", err)
	}
	if !held {
		return errors.New("the lock of the migrations was lost while migrating")
	}
	return nil
}
