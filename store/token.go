package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const tokenColumns = "id, name, hash, created_at, expires_at, last_used_at"

func scanToken(r engine.Row) (k sso.Token, err error) {
	err = r.Scan(
		&k.ID, &k.Name, hexHash(&k.Hash), engine.Time(&k.CreatedAt), engine.Time(&k.ExpiresAt),
		engine.Time(&k.LastUsedAt),
	)
	return k, err
}

// CreateToken creates a token of the REST API; ID and CreatedAt are filled in.
// Tokens and their audit events belong to the instance.
func (db *DB) CreateToken(ctx context.Context, by sso.Actor, k sso.Token) (_ sso.Token, err error) {
	defer func() { doing(&err, "create token") }()
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		k.ID, k.CreatedAt = sso.NewID[sso.TokenID](t.now), t.now
		t.Queue(
			"insert into tokens (id, name, hash, created_at, expires_at, last_used_at) values ($1, $2, $3, $4, $5, 0)",
			string(k.ID), k.Name, k.Hash.String(), engine.Micros(k.CreatedAt),
			engine.Micros(k.ExpiresAt),
		)
		return t.audit(ctx, by, "token.created", string(k.ID), "name", k.Name)
	})
	if err != nil {
		return sso.Token{}, err
	}
	return k, nil
}

// TokenByHash returns a token by its hash. One that is unknown or expired is
// Unauthenticated "invalid_token".
func (db *DB) TokenByHash(ctx context.Context, h sso.Hash) (_ sso.Token, err error) {
	defer func() { doing(&err, "find token") }()
	k, ok, err := engine.One(
		ctx, db.sql, scanToken, "select "+tokenColumns+" from tokens where hash = $1", h.String(),
	)
	if err != nil {
		return sso.Token{}, err
	}
	now := db.now()
	if !ok || !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt) {
		return sso.Token{}, sso.InvalidToken()
	}
	if minute := now.Truncate(time.Minute); k.LastUsedAt.Before(minute) {
		// A failure to store the last use is no reason to refuse the token: a full
		// disk, for example, fails this write and no read.
		_ = db.write(ctx, func(_ context.Context, t *tx) error {
			t.Queue("update tokens set last_used_at = $2 where id = $1", string(k.ID), engine.Micros(minute))
			return nil
		})
	}
	return k, nil
}

// Tokens lists all tokens, oldest first.
func (db *DB) Tokens(ctx context.Context, page sso.Page) (_ []sso.Token, next string, err error) {
	defer func() { doing(&err, "list tokens") }()
	w := &engine.Where{}
	query := "select " + tokenColumns + " from tokens" +
		w.Page("id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanToken, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(k sso.Token) string {
		return string(k.ID)
	})
	return all, next, err
}

// DeleteToken revokes a token.
func (db *DB) DeleteToken(ctx context.Context, by sso.Actor, id sso.TokenID) (err error) {
	defer func() { doing(&err, "delete token") }()
	return db.change(ctx, "", func(ctx context.Context, t *tx) error {
		if err := t.ExecOne(ctx, errMissing(), "delete from tokens where id = $1", string(id)); err != nil {
			return err
		}
		return t.audit(ctx, by, "token.deleted", string(id))
	})
}
