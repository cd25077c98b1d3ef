package store

import (
	"context"
	"errors"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// tx is a transaction of the store.
type tx struct {
	*engine.Tx
	db    *DB
	now   time.Time // the time of every row that the transaction writes
	trail trail     // that it adds audit events to
	hasty bool      // ends with errBusyTrail instead of keeping a strand that it waited for
	// effects is of the connection that the transaction pushes to, once it is known.
	effects *effects
	// revoked is set when the transaction writes a revocation.
	revoked bool
	// receipts are written last, so that their time is that of the commit.
	receipts []sso.DeprovisionReceipt
}

// write runs fn in a transaction without an audit trail. fn may be run again, as
// [engine.Database.Write] says.
func (db *DB) write(ctx context.Context, fn func(context.Context, *tx) error) error {
	revoked, err := db.transact(ctx, db.sql.Write, fn)
	db.announce(ctx, revoked)
	return err
}

// transact is write, and reports a committed revocation instead of announcing it.
func (db *DB) transact(
	ctx context.Context, write transaction, fn func(context.Context, *tx) error,
) (revoked bool, err error) {
	err = write(ctx, func(ctx context.Context, raw *engine.Tx) error {
		t := &tx{
			Tx:  raw,
			db:  db,
			now: db.now(),
		}
		err := fn(ctx, t)
		revoked = t.revoked
		return err
	})
	return revoked && err == nil, err
}

// change runs fn in a transaction that adds audit events to the trail of an
// enterprise, or of the instance if ent is "". No other change of the enterprise
// runs meanwhile, so what fn reads stays true until the commit; few changes hold
// connections while they wait. It returns NotFound if the enterprise does not
// exist.
func (db *DB) change(ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, *tx) error) error {
	in := lane{
		turn:  db.sql.InTurn,
		key:   string(ent),
		lock:  db.sql.Dialect.Lock,
		write: db.sql.Write,
	}
	return db.changeIn(ctx, ent, in, func(ctx context.Context, t *tx) error {
		t.takeNumbers()
		return fn(ctx, t)
	})
}

// changeBeside is change beside others that changeBeside runs: sign-ins, the ends
// of sessions, and what an identity provider pushes. fn locks what it reads to
// decide by; see locks.go.
func (db *DB) changeBeside(ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, *tx) error) error {
	return db.changeIn(ctx, ent, lane{
		turn:  db.sql.AtOnce,
		key:   string(ent),
		lock:  db.sql.Dialect.LockShared,
		write: db.sql.Write,
	}, fn)
}

// changePushed is changeBeside for what identity providers push: pushes to one
// enterprise follow each other, so that fn locks only what sign-ins change, too. A
// sign-in goes before a push that waits.
func (db *DB) changePushed(ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, *tx) error) error {
	in := lane{
		turn:  db.sql.InTurn,
		key:   "push " + string(ent),
		lock:  db.sql.Dialect.LockShared,
		write: db.sql.WriteLater,
	}
	return db.changeIn(ctx, ent, in, func(ctx context.Context, t *tx) error {
		t.lock("push")
		t.takeNumbers()
		return fn(ctx, t)
	})
}

// transaction runs a function in a transaction.
type transaction func(context.Context, func(context.Context, *engine.Tx) error) error

// lane is how a change waits for others.
type lane struct {
	turn  func(ctx context.Context, key string, write func() error) error
	key   string // of turn
	lock  string // the statement that begins the transaction; "" for none
	write transaction
}

func (db *DB) changeIn(
	ctx context.Context, ent sso.EnterpriseID, in lane, fn func(context.Context, *tx) error,
) error {
	revoked := false
	once := func(hasty bool) (err error) {
		revoked, err = db.transact(ctx, in.write, func(ctx context.Context, t *tx) error {
			t.hasty = hasty
			if in.lock != "" {
				t.Queue(in.lock, "enterprise "+string(ent))
			}
			t.openTrail(ent)
			if err := fn(ctx, t); err != nil {
				return err
			}
			t.saveReceipts(ent)
			return t.saveHead(ctx)
		})
		return err
	}
	err := in.turn(ctx, in.key, func() error {
		err := once(true)
		if errors.Is(err, errBusyTrail) {
			if err := db.growTrail(ctx, ent); err != nil {
				return err
			}
			err = once(false)
		}
		if !isPlanted(err) {
			return err
		}
		if err := db.setAside(ctx, ent); err != nil {
			return err
		}
		return once(false)
	})
	db.announce(ctx, revoked) // after the turn: the next change need not wait for it
	return err
}

// edit changes one row of an enterprise: load reads it, fn returns the new
// value, and save writes it if it differs.
func edit[T comparable](
	ctx context.Context,
	db *DB,
	ent sso.EnterpriseID,
	load func(context.Context, *tx) (T, bool, error),
	fn func(T) (T, error),
	save func(ctx context.Context, t *tx, before, after T) error,
) (result T, err error) {
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		before, ok, err := load(ctx, t)
		if err != nil {
			return err
		}
		if !ok {
			return errMissing()
		}
		if result, err = fn(before); err != nil || result == before {
			return err
		}
		return save(ctx, t, before, result)
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// found returns NotFound if there is no item.
func found[T any](item T, ok bool, err error) (T, error) {
	if err == nil && !ok {
		err = errMissing()
	}
	return item, err
}
