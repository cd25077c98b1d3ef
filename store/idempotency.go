package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// A claim lasts longer than a request may take, so that the key is free again if
// the node died; an answer is stored for as long as the documentation promises.
const (
	requestClaimed = 2 * time.Minute
	answerKept     = 24 * time.Hour
)

// ClaimRequest begins a request with an idempotency key. If the request was
// completed before, known is true and the stored answer is returned. A key that
// was used for another request is Invalid "idempotency_key_reused"; one whose
// request is running is Conflict "idempotency_key_in_use". Otherwise the caller
// must call KeepAnswer or ReleaseRequest.
func (db *DB) ClaimRequest(
	ctx context.Context, k sso.RequestKey, request sso.Hash,
) (a sso.KeptResponse, known bool, err error) {
	defer func() { doing(&err, "claim request") }()
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		a, known = sso.KeptResponse{}, false
		n, err := t.Exec(
			ctx,
			`insert into idempotency_keys (token_id, key, request, status, header, body, expires_at) values ($1, $2, $3, 0, '', '', $4)
			on conflict (token_id, key) do update set request = excluded.request, status = 0, header = '', body = '', expires_at = excluded.expires_at
			where idempotency_keys.expires_at <= $5`,
			string(k.Token), k.Key.String(), request.String(),
			engine.Micros(t.now.Add(requestClaimed)), engine.Micros(t.now),
		)
		if err != nil || n == 1 {
			return err
		}
		var first sso.Hash
		_, ok, err := engine.One(ctx, t, func(r engine.Row) (struct{}, error) {
			var status int64
			var body string
			err := r.Scan(hexHash(&first), &status, engine.JSON(&a.Header), &body)
			a.Status, a.Body = int(status), []byte(body)
			return struct{}{}, err
		},
			"select request, status, header, body from idempotency_keys where token_id = $1 and key = $2",
			string(k.Token), k.Key.String())
		switch {
		case err != nil:
			return err
		case first != request:
			return sso.InvalidField(
				"idempotency_key_reused", "Idempotency-Key",
				"This key was used for another request. Use a new one.",
			)
		case a.Status == 0:
			return &sso.Error{
				Kind:       sso.Conflict,
				Code:       "idempotency_key_in_use",
				RetryAfter: 2 * time.Second,
				Public:     "The first request with this key is still being worked on.",
			}
		}
		known = ok
		return nil
	})
	return a, known, err
}

// KeepAnswer ends a claim and stores the answer of the request.
func (db *DB) KeepAnswer(ctx context.Context, k sso.RequestKey, a sso.KeptResponse) (err error) {
	defer func() { doing(&err, "keep answer") }()
	header, err := engine.JSONText(a.Header)
	if err != nil {
		return err
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			"update idempotency_keys set status = $3, header = $4, body = $5, expires_at = $6 where token_id = $1 and key = $2 and status = 0",
			string(k.Token), k.Key.String(), a.Status, header, string(a.Body),
			engine.Micros(t.now.Add(answerKept)),
		)
		return nil
	})
}

// ReleaseRequest ends the claim of a request that changed nothing, so that it can
// be retried with the same key.
func (db *DB) ReleaseRequest(ctx context.Context, k sso.RequestKey) (err error) {
	defer func() { doing(&err, "release request") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			"delete from idempotency_keys where token_id = $1 and key = $2 and status = 0",
			string(k.Token), k.Key.String(),
		)
		return nil
	})
}
