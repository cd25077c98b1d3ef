package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2" // how long to wait before trying again
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	postgresConns   = 16
	urgentConns     = 2               // of a second pool, for urgent and ping
	postgresTimeout = 3 * time.Second // of a call whose context has no deadline
	postgresTries   = 8               // of a transaction with serialization failures
)

// postgresDB is a pool of connections. Transactions are READ COMMITTED:
// uniqueness comes from constraints, and transactions that must follow each other
// lock a row first.
type postgresDB struct {
	pool     *pgxpool.Pool
	reserved *pgxpool.Pool // for urgent and ping
	closed   atomic.Bool
}

func openPostgres(ctx context.Context, dsn string, migrations fs.FS) (_ *postgresDB, err error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errAddress
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		config.MaxConns = postgresConns
	}
	config.MaxConns = max(config.MaxConns, 2) // migrating takes two
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = postgresTimeout
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	reserved := config.Copy()
	reserved.MaxConns = urgentConns
	reserved.MinConns = 0
	reserved.MinIdleConns = 0
	p := &postgresDB{pool: pool}
	if p.reserved, err = pgxpool.NewWithConfig(ctx, reserved); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	if err := p.migrate(ctx, migrations); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// migrate makes nodes that start at once migrate one after the other. PostgreSQL
// releases the lock when the connection ends for any reason.
func (p *postgresDB) migrate(ctx context.Context, migrations fs.FS) (err error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Release()
	const key = "(hashtext('gatehouse migrations ' || current_schema()))"
	if _, err := conn.Exec(ctx, "select pg_advisory_lock"+key); err != nil {
		return fmt.Errorf("wait for the node that is migrating: %w", err)
	}
	defer func() {
		if _, unlockErr := conn.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock"+key); unlockErr != nil {
			err = errors.Join(err, fmt.Errorf("let other nodes migrate: %w", unlockErr))
		}
	}()
	db := stdlib.OpenDBFromPool(p.pool)
	return errors.Join(migrate(ctx, goose.DialectPostgres, db, migrations), db.Close())
}

// withDeadline adds a deadline to a context without one, so that a server that
// does not answer is noticed.
func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, postgresTimeout)
}

// Query implements Reader.
func (p *postgresDB) Query(ctx context.Context, fn func(Row) error, query string, args ...any) error {
	return p.query(ctx, p.pool, fn, query, args...)
}

func (p *postgresDB) query(
	ctx context.Context,
	pool *pgxpool.Pool,
	fn func(Row) error,
	query string,
	args ...any,
) error {
	if p.closed.Load() {
		return errClosed
	}
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	rows, err := pool.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	return eachPostgresRow(rows, fn)
}

func (p *postgresDB) connections() int { return int(p.pool.Config().MaxConns) }

func (p *postgresDB) urgent() Reader { return urgentReader{p} }

// urgentReader reads with the connections of the second pool.
type urgentReader struct{ db *postgresDB }

// Query implements Reader.
func (u urgentReader) Query(ctx context.Context, fn func(Row) error, query string, args ...any) error {
	return u.db.query(ctx, u.db.reserved, fn, query, args...)
}

func eachPostgresRow(rows pgx.Rows, fn func(Row) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (p *postgresDB) write(ctx context.Context, fn func(context.Context, transaction) error) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	for try := 1; ; try++ {
		err := p.try(ctx, fn)
		if !isRetryable(err) || try == postgresTries {
			return err
		}
		wait := time.Duration(try) * time.Millisecond
		select {
		case <-time.After(wait + rand.N(4*wait)):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

// writeLater is write: transactions do not wait for each other.
func (p *postgresDB) writeLater(ctx context.Context, fn func(context.Context, transaction) error) error {
	return p.write(ctx, fn)
}

func (p *postgresDB) try(ctx context.Context, fn func(context.Context, transaction) error) error {
	if p.closed.Load() {
		return errClosed
	}
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("wait for a connection: %w", err)
	}
	defer conn.Release()
	t := &postgresTx{conn: conn.Conn()}
	if err := fn(ctx, t); err != nil {
		t.rollback(ctx)
		return err
	}
	return nil
}

func (p *postgresDB) ping(ctx context.Context) error {
	if p.closed.Load() {
		return errClosed
	}
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	return p.reserved.Ping(ctx)
}

// broken returns nil: a server that comes back after a disk failure has recovered
// from its log.
func (p *postgresDB) broken() <-chan struct{} { return nil }

func (p *postgresDB) close() error {
	p.closed.Store(true)
	p.pool.Close()
	p.reserved.Close()
	return nil
}

// postgresTx sends statements in pipelined batches; the first carries BEGIN
// and the last carries COMMIT.
type postgresTx struct {
	conn  *pgx.Conn
	begun bool
}

func (t *postgresTx) send(ctx context.Context, statements []statement, last bool) (err error) {
	if last && !t.begun && len(statements) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	if !t.begun {
		t.begun = true
		batch.Queue("begin")
	}
	for _, s := range statements {
		q := batch.Queue(s.text, s.args...)
		switch {
		case s.row != nil:
			q.Query(func(rows pgx.Rows) error { return eachPostgresRow(rows, s.row) })
		case s.affected != nil:
			q.Exec(func(tag pgconn.CommandTag) error {
				*s.affected = tag.RowsAffected()
				return nil
			})
		}
	}
	if last {
		batch.Queue("commit").Exec(func(tag pgconn.CommandTag) error {
			if tag.String() != "COMMIT" { // after a failure PostgreSQL answers COMMIT with ROLLBACK
				return fmt.Errorf("commit was answered with %s", tag)
			}
			return nil
		})
	}
	return t.conn.SendBatch(ctx, batch).Close()
}

// rollback ignores errors: a connection that is still in a transaction when it is
// released is closed, which rolls back as well.
func (t *postgresTx) rollback(ctx context.Context) {
	if !t.begun || t.conn.IsClosed() || t.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), postgresTimeout)
	defer cancel()
	_, _ = t.conn.Exec(ctx, "rollback")
}
