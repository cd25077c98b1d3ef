package engine

import (
	"context"
	"errors"
	"io/fs"
	"strings"
)

// Database is an open SQLite file or a pool of PostgreSQL connections. It is
// safe for concurrent use. Errors are those of the drivers; see [IsUnavailable]
// and the functions beside it.
type Database struct {
	Dialect Dialect

	driver driver
	work   work
	lanes  *lanes // nil for SQLite: its one writer needs no connection of a pool
}

// Open opens a database and applies the migrations it lacks. dsn is "sqlite:"
// and a path, "sqlite::memory:" for a database that is removed when it is
// closed, or a postgres:// address. A database with a newer schema than
// migrations has is refused. Errors do not show the password in dsn.
func Open(ctx context.Context, dsn string, migrations fs.FS) (*Database, error) {
	if path, ok := sqlitePath(dsn); ok {
		d, err := openSQLite(ctx, path, migrations)
		if err != nil {
			return nil, err
		}
		return &Database{
			Dialect: sqliteDialect(),
			driver:  d,
		}, nil
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		d, err := openPostgres(ctx, dsn, migrations)
		if err != nil {
			return nil, err
		}
		return &Database{
			Dialect: postgresDialect(),
			driver:  d,
			lanes:   newLanes(d.connections()),
		}, nil
	}
	return nil, errors.New("the address of the database begins neither with sqlite: nor with postgres://")
}

// Query implements [Reader] outside of a transaction.
func (d *Database) Query(ctx context.Context, fn func(Row) error, query string, args ...any) error {
	d.work.add(1)
	return d.driver.Query(ctx, fn, query, args...)
}

// Urgent returns a reader with connections of its own, for queries that must be
// answered while all other connections are in use.
func (d *Database) Urgent() Reader { return d.driver.urgent() }

// Write runs fn in a transaction and commits it; an error of fn rolls it back.
// fn may be run again after a serialization failure, so it must not keep state
// from an earlier run. When Write returns nil, the transaction is durable.
func (d *Database) Write(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return d.writeBy(ctx, d.driver.write, fn)
}

// WriteLater is Write at a lower priority. With SQLite, which has one writer, waiting
// transactions of Write run first; of 17 groups in a row one begins with WriteLater.
func (d *Database) WriteLater(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return d.writeBy(ctx, d.driver.writeLater, fn)
}

func (d *Database) writeBy(
	ctx context.Context,
	write func(context.Context, func(context.Context, transaction) error) error,
	fn func(context.Context, *Tx) error,
) error {
	return write(ctx, func(ctx context.Context, raw transaction) error {
		t := &Tx{
			raw:  raw,
			work: &d.work,
		}
		if err := fn(ctx, t); err != nil {
			return err
		}
		return t.send(ctx, true)
	})
}

// InTurn calls write while at most one other write of the same key that InTurn
// calls runs, in the order of the calls. Transactions that wait for the same lock
// thus leave the connections of the pool to others. With SQLite it calls write at
// once.
func (d *Database) InTurn(ctx context.Context, key string, write func() error) error {
	return d.lanes.runNarrow(ctx, key, write)
}

// AtOnce calls write while as many other writes of the same key run as leave a
// few connections of the pool to others, in the order of the calls. With SQLite
// it calls write at once.
func (d *Database) AtOnce(ctx context.Context, key string, write func() error) error {
	return d.lanes.runWide(ctx, key, write)
}

// Ping reports whether the database answers.
func (d *Database) Ping(ctx context.Context) error { return d.driver.ping(ctx) }

// Broken returns a channel that is closed when a disk failed to store a write.
// From then on every write fails: what the disk holds can only be found out by a
// new process.
func (d *Database) Broken() <-chan struct{} { return d.driver.broken() }

// Close waits for running writes and closes the database.
func (d *Database) Close() error { return d.driver.close() }
