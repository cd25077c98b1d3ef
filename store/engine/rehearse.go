package engine

import (
	"context"
	"errors"
)

// Rehearse calls fn with a Database whose queries and transactions are all part of
// one transaction of d, which is rolled back at the end whatever fn returns. A
// transaction of it that fails is undone alone, so that fn can go on. fn may be run
// again after a serialization failure. It holds the locks that it takes to its end,
// and with SQLite the one writer, so it must be short.
func (d *Database) Rehearse(ctx context.Context, fn func(context.Context, *Database) error) error {
	var result error
	err := d.driver.write(ctx, func(ctx context.Context, raw transaction) error {
		r := &rehearsal{raw: raw}
		result = fn(ctx, &Database{
			Dialect: d.Dialect,
			driver:  r,
		})
		if r.retry != nil {
			return r.retry
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return result
	}
	return err
}

// errRehearsed makes a driver roll back what was rehearsed.
var errRehearsed = errors.New("this was a rehearsal")

// rehearsal is a driver in a transaction of another one.
type rehearsal struct {
	raw   transaction
	retry error // a serialization failure: all has to be run again
}

// Query implements Reader.
func (r *rehearsal) Query(ctx context.Context, fn func(Row) error, query string, args ...any) error {
	return r.raw.send(ctx, []statement{{
		text: query,
		args: args,
		row:  fn,
	}}, false)
}

func (r *rehearsal) write(ctx context.Context, fn func(context.Context, transaction) error) error {
	if err := r.exec(ctx, "savepoint rehearsal"); err != nil {
		return err
	}
	err := fn(ctx, uncommitted{r.raw})
	if isRetryable(err) {
		r.retry = err
	}
	if err != nil {
		if undo := r.exec(context.WithoutCancel(ctx), "rollback to savepoint rehearsal"); undo != nil {
			return errors.Join(err, undo)
		}
	}
	return errors.Join(err, r.exec(context.WithoutCancel(ctx), "release savepoint rehearsal"))
}

func (r *rehearsal) writeLater(ctx context.Context, fn func(context.Context, transaction) error) error {
	return r.write(ctx, fn)
}

func (r *rehearsal) exec(ctx context.Context, text string) error {
	return r.raw.send(ctx, []statement{{text: text}}, false)
}

func (r *rehearsal) urgent() Reader { return r }

// ping and broken are of the database around the rehearsal.
func (r *rehearsal) ping(context.Context) error { return nil }

func (r *rehearsal) broken() <-chan struct{} { return nil }

func (r *rehearsal) close() error { return nil }

// uncommitted sends the statements of a transaction without its commit.
type uncommitted struct{ transaction }

func (t uncommitted) send(ctx context.Context, statements []statement, _ bool) error {
	if len(statements) == 0 {
		return nil
	}
	return t.transaction.send(ctx, statements, false)
}
