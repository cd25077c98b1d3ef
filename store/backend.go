package store

import (
	"context"
	"fmt"
	"time"

	"gatehouse/sso"
)

// row is one row of an answer.
type row interface {
	Scan(dest ...any) error
}

// reader answers a query by calling fn for each of its rows.
type reader interface {
	each(ctx context.Context, fn func(row) error, query string, args ...any) error
}

// statement is one text to run. row is called for each row of the answer;
// affected, if wanted, gets the number of rows written.
type statement struct {
	text     string
	args     []any
	row      func(row) error
	affected *int64
}

// transaction sends statements in their order. last says that nothing follows,
// so that the commit may travel with them.
type transaction interface {
	send(ctx context.Context, statements []statement, last bool) error
}

// backend is what a database has to offer.
type backend interface {
	reader
	// write runs fn in a transaction and commits. fn may be run again if the
	// database asks for it, so it must not keep anything from an earlier run.
	write(ctx context.Context, fn func(context.Context, transaction) error) error
	// urgent answers what must be known however busy the database is: which
	// sessions were revoked. It has connections of its own, and so has ping.
	urgent() reader
	ping(ctx context.Context) error
	broken() <-chan struct{}
	close() error
}

// dialect is where the two databases need different words for one thing.
type dialect struct {
	forUpdate string // locks the rows of a select until the commit
	// skipLocked is forUpdate for a select that leaves out what is locked.
	skipLocked string
	// list turns a parameter that holds a JSON array of strings into a
	// select of them, in a column called value.
	list func(param string) string
	// triples gathers three columns of all rows into a JSON array of arrays.
	triples func(a, b, c string) string
}

// one returns the only row of an answer, and whether there was one.
func one[T any](ctx context.Context, r reader, scan func(row) (T, error), query string, args ...any) (found T, ok bool, err error) {
	err = r.each(ctx, func(r row) error {
		var err error
		found, err = scan(r)
		ok = true
		return err
	}, query, args...)
	return found, ok && err == nil, err
}

// list returns all rows of an answer.
func list[T any](ctx context.Context, r reader, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := r.each(ctx, func(r row) error {
		item, err := scan(r)
		all = append(all, item)
		return err
	}, query, args...)
	return all, err
}

func scanText(r row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

func scanNumber(r row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

// tx is a transaction with a queue in front of it.
type tx struct {
	db    *DB
	raw   transaction
	now   time.Time // one moment for all that the transaction writes
	queue []statement
	head  head
}

// later queues a write whose result nobody needs.
func (t *tx) later(query string, args ...any) {
	t.queue = append(t.queue, statement{text: query, args: args})
}

// laterCount queues a write and sets affected when it was sent.
func (t *tx) laterCount(affected *int64, query string, args ...any) {
	t.queue = append(t.queue, statement{text: query, args: args, affected: affected})
}

// laterEach queues a query; fn is called when it was sent.
func (t *tx) laterEach(fn func(row) error, query string, args ...any) {
	t.queue = append(t.queue, statement{text: query, args: args, row: fn})
}

// flush sends what is queued.
func (t *tx) flush(ctx context.Context) error { return t.send(ctx, false) }

func (t *tx) send(ctx context.Context, last bool) error {
	queue := t.queue
	t.queue = nil
	if len(queue) == 0 && !last {
		return nil
	}
	return t.raw.send(ctx, queue, last)
}

// each implements reader: what is queued goes first, on the same trip.
func (t *tx) each(ctx context.Context, fn func(row) error, query string, args ...any) error {
	t.laterEach(fn, query, args...)
	return t.flush(ctx)
}

// exec writes now and returns how many rows were written.
func (t *tx) exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	t.laterCount(&affected, query, args...)
	err = t.flush(ctx)
	return affected, err
}

// write runs fn in a transaction that is nobody's audited change.
func (db *DB) write(ctx context.Context, fn func(context.Context, *tx) error) error {
	return db.backend.write(ctx, func(ctx context.Context, raw transaction) error {
		t := &tx{db: db, raw: raw, now: db.now()}
		if err := fn(ctx, t); err != nil {
			return err
		}
		return t.send(ctx, true)
	})
}

// change runs fn in a transaction that changes something of an enterprise ("":
// the instance itself). Changes of one enterprise follow each other; if it does
// not exist, the error is NotFound. However many there are, they leave the
// connections of the pool to other enterprises.
func (db *DB) change(ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, *tx) error) error {
	once := func() error {
		return db.write(ctx, func(ctx context.Context, t *tx) error {
			t.lockHead(ent)
			if err := fn(ctx, t); err != nil {
				return err
			}
			return t.saveHead(ctx)
		})
	}
	return db.lanes.run(ctx, ent, func() error {
		err := once()
		if !isPlanted(err) {
			return err
		}
		if err := db.setAside(ctx, ent); err != nil {
			return err
		}
		return once()
	})
}

// affects runs a write that must hit exactly one row, else missing is returned.
func (t *tx) affects(ctx context.Context, missing error, query string, args ...any) error {
	n, err := t.exec(ctx, query, args...)
	switch {
	case err != nil:
		return err
	case n == 0:
		return missing
	case n > 1:
		return fmt.Errorf("%d rows written in place of one", n)
	}
	return nil
}

// edit changes one row of an enterprise: load reads it, fn says what it shall
// be, save writes it if that is anything else.
func edit[T comparable](ctx context.Context, db *DB, ent sso.EnterpriseID, load func(context.Context, *tx) (T, bool, error),
	fn func(T) (T, error), save func(ctx context.Context, t *tx, old, new T) error) (result T, err error) {
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		old, ok, err := load(ctx, t)
		if err != nil {
			return err
		}
		if !ok {
			return errMissing()
		}
		if result, err = fn(old); err != nil || result == old {
			return err
		}
		return save(ctx, t, old, result)
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// found turns "no row" into NotFound.
func found[T any](item T, ok bool, err error) (T, error) {
	if err == nil && !ok {
		err = errMissing()
	}
	return item, err
}
