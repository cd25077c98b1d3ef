package store

import (
	"context"
	"encoding/hex"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	pendingNonce    = "pending_logins.nonce"
	pendingVerifier = "pending_logins.verifier"
)

// SavePendingLogin stores a sign-in that was started.
func (db *DB) SavePendingLogin(ctx context.Context, p sso.PendingLogin) (err error) {
	defer func() { doing(&err, "save pending login") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			`insert into pending_logins (id, enterprise_id, connection_id, browser, nonce, verifier, return_to, test, test_run, replaces,
				test_own, created_at, expires_at, used_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			p.ID,
			string(p.Enterprise),
			string(p.Connection),
			p.Browser.String(),
			db.sealer.seal(place{pendingNonce, p.ID, p.Enterprise}, p.Nonce),
			db.sealer.seal(place{pendingVerifier, p.ID, p.Enterprise}, p.Verifier),
			p.ReturnTo,
			p.Test != "",
			string(p.Test),
			string(p.Replaces),
			p.Own,
			engine.Micros(p.CreatedAt),
			engine.Micros(p.ExpiresAt),
			engine.Micros(p.UsedAt),
		)
		return nil
	})
}

// PendingLogin returns a sign-in that was started, also if it is used. One that
// is unknown or expired is Invalid "login_state_expired". The ID is 160 random
// bits that come back from the browser; the caller compares the browser.
func (db *DB) PendingLogin(ctx context.Context, id string) (_ sso.PendingLogin, err error) {
	defer func() { doing(&err, "find pending login") }()
	if engine.Clean(id, len(id)) != id {
		return sso.PendingLogin{}, sso.LoginExpired()
	}
	var nonce, verifier string
	p, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (p sso.PendingLogin, err error) {
		err = r.Scan(
			&p.ID, &p.Enterprise, &p.Connection, hexHash(&p.Browser), &nonce, &verifier,
			&p.ReturnTo, &p.Test, &p.Replaces, &p.Own,
			engine.Time(&p.CreatedAt),
			engine.Time(&p.ExpiresAt), engine.Time(&p.UsedAt),
		)
		return p, err
	}, `select id, enterprise_id, connection_id, browser, nonce, verifier, return_to, test_run, replaces, test_own,
			created_at, expires_at, used_at
		from pending_logins where id = $1`, id)
	if err != nil {
		return sso.PendingLogin{}, err
	}
	if !ok || !db.now().Before(p.ExpiresAt) {
		return sso.PendingLogin{}, sso.LoginExpired()
	}
	if p.Nonce, err = db.sealer.open(place{pendingNonce, p.ID, p.Enterprise}, nonce); err != nil {
		return sso.PendingLogin{}, err
	}
	if p.Verifier, err = db.sealer.open(place{pendingVerifier, p.ID, p.Enterprise}, verifier); err != nil {
		return sso.PendingLogin{}, err
	}
	return p, nil
}

// usePending queues the use of a pending login of the connection; affected is 0
// if it was used before.
func (t *tx) usePending(affected *int64, ent sso.EnterpriseID, c sso.ConnectionID, id string) {
	t.QueueCount(affected, `update pending_logins set used_at = $4
		where enterprise_id = $1 and connection_id = $2 and id = $3 and used_at = 0`, string(ent),
		string(c), id, engine.Micros(t.now))
}

// mark queues the replay mark of a response; affected is 0 if it was used before.
func (t *tx) mark(affected *int64, ent sso.EnterpriseID, m sso.ReplayMark) {
	response := sso.Secret(m.ResponseID).Hash()
	t.QueueCount(
		affected,
		`insert into replay_marks (enterprise_id, connection_id, response, until) values ($1, $2, $3, $4)
		on conflict (enterprise_id, connection_id, response) do nothing`,
		string(ent), string(m.Connection), hex.EncodeToString(response[:]), engine.Micros(m.Until),
	)
}

// UsePendingLogin uses up a pending login and reports whether it was unused. It
// is for responses that must be processed once even if they arrive concurrently;
// other pending logins are used up by RecordLogin.
func (db *DB) UsePendingLogin(ctx context.Context, p sso.PendingLogin) (first bool, err error) {
	defer func() { doing(&err, "use pending login") }()
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		var unused int64
		t.usePending(&unused, p.Enterprise, p.Connection, p.ID)
		err := t.Flush(ctx)
		first = unused == 1
		return err
	})
	return first && err == nil, err
}

// RecordAttempt stores a failed sign-in and uses up its pending login if that is
// one of the attempt's connection.
func (db *DB) RecordAttempt(ctx context.Context, a sso.Attempt, pendingID string) (err error) {
	defer func() { doing(&err, "record attempt") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		if pendingID != "" && engine.Clean(pendingID, len(pendingID)) == pendingID {
			t.usePending(nil, a.Enterprise, a.Connection, pendingID)
		}
		return t.insertAttempt(a)
	})
}
