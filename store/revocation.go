package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const revocationCounter = "revocations"

// OnRevocation registers fn to be called after each commit that added to the list
// of revocations: sessions ended, or what sessions say about users changed. The
// method of the DB that made the change returns after fn. The context of fn is
// not canceled with that of the method. fn replaces an earlier one.
//
// A commit whose outcome is unknown because the connection broke is not
// announced. Nodes find it when they next read the list.
func (db *DB) OnRevocation(fn func(context.Context)) { db.announced.Store(&fn) }

func (db *DB) announce(ctx context.Context, revoked bool) {
	if fn := db.announced.Load(); fn != nil && revoked {
		(*fn)(context.WithoutCancel(ctx))
	}
}

// revoke adds to the list of revocations, by which every node learns which
// sessions, users or enterprises to read again. The numbers come from one locked
// row, not from a sequence: a reader that has read up to n never finds a smaller
// number committed later.
func (t *tx) revoke(ctx context.Context, what ...sso.Revocation) error {
	if len(what) == 0 {
		return nil
	}
	t.revoked = true
	last, _, err := engine.One(
		ctx, t, engine.ScanNumber,
		"update counters set value = value + $2 where name = $1 returning value",
		revocationCounter, int64(len(what)),
	)
	if err != nil {
		return err
	}
	first := last - int64(len(what)) + 1
	for i, r := range what {
		t.Queue(
			"insert into revocations (sequence, session_id, user_id, enterprise_id, at) values ($1, $2, $3, $4, $5)",
			first+int64(i), string(r.Session), string(r.User), string(r.Enterprise),
			engine.Micros(t.now),
		)
	}
	return nil
}

// Revocations lists the revocations after a sequence number, oldest first, at most
// 1000.
func (db *DB) Revocations(ctx context.Context, after int64) (_ []sso.Revocation, err error) {
	defer func() { doing(&err, "list revocations") }()
	return engine.List(ctx, db.sql.Urgent(), func(r engine.Row) (v sso.Revocation, err error) {
		err = r.Scan(&v.Sequence, &v.Session, &v.User, &v.Enterprise)
		return v, err
	},
		"select sequence, session_id, user_id, enterprise_id from revocations where sequence > $1 order by sequence limit 1000",
		after)
}

// LastRevocation returns the newest sequence number, 0 before the first.
func (db *DB) LastRevocation(ctx context.Context) (_ int64, err error) {
	defer func() { doing(&err, "read the last revocation") }()
	n, _, err := engine.One(
		ctx, db.sql.Urgent(), engine.ScanNumber, "select value from counters where name = $1",
		revocationCounter,
	)
	return n, err
}
