package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const revocationCounter = "revocations"

// revoke queues an entry of the list by which every node learns what to forget.
// The numbers come from one locked row, not from a sequence: whoever has read
// up to n will never find a smaller number committed later.
func (t *tx) revoke(ctx context.Context, what ...sso.Revocation) error {
	if len(what) == 0 {
		return nil
	}
	last, _, err := engine.One(ctx, t, engine.ScanNumber, "update counters set value = value + $2 where name = $1 returning value", revocationCounter, int64(len(what)))
	if err != nil {
		return err
	}
	first := last - int64(len(what)) + 1
	for i, r := range what {
		t.Queue("insert into revocations (sequence, session_id, user_id, enterprise_id, at) values ($1, $2, $3, $4, $5)",
			first+int64(i), string(r.Session), string(r.User), string(r.Enterprise), engine.Micros(t.now))
	}
	return nil
}

// Revocations lists what was revoked after a sequence number, oldest first, at
// most a thousand at a time.
func (db *DB) Revocations(ctx context.Context, after int64) (_ []sso.Revocation, err error) {
	defer func() { doing(&err, "list revocations") }()
	return engine.List(ctx, db.sql.Urgent(), func(r engine.Row) (v sso.Revocation, err error) {
		err = r.Scan(&v.Sequence, &v.Session, &v.User, &v.Enterprise)
		return v, err
	}, "select sequence, session_id, user_id, enterprise_id from revocations where sequence > $1 order by sequence limit 1000", after)
}

// LastRevocation is the newest sequence number, 0 before the first.
func (db *DB) LastRevocation(ctx context.Context) (_ int64, err error) {
	defer func() { doing(&err, "read the last revocation") }()
	n, _, err := engine.One(ctx, db.sql.Urgent(), engine.ScanNumber, "select value from counters where name = $1", revocationCounter)
	return n, err
}
