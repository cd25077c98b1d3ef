package store

import (
	"context"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const tokenColumns = "id, enterprise_id, name, hash, scopes, created_by, created_at, expires_at, revoked_at, " +
	"last_used_at, last_client"

func scanToken(r engine.Row) (k sso.Token, err error) {
	err = r.Scan(
		&k.ID, &k.Enterprise, &k.Name, hexHash(&k.Hash), scopes(&k.Scopes), &k.CreatedBy, engine.Time(&k.CreatedAt),
		engine.Time(&k.ExpiresAt), engine.Time(&k.RevokedAt), engine.Time(&k.LastUsedAt), &k.LastClient,
	)
	return k, err
}

// CreateToken creates a token of the REST API; ID, CreatedBy and CreatedAt are filled
// in. Tokens and their audit events belong to the instance, or to the enterprise of
// the token.
func (db *DB) CreateToken(ctx context.Context, by sso.Actor, k sso.Token) (_ sso.Token, err error) {
	defer func() { doing(&err, "create token") }()
	err = db.change(ctx, k.Enterprise, func(ctx context.Context, t *tx) error {
		if k.Enterprise != "" {
			if _, err := found(engine.One(
				ctx, t, engine.ScanNumber, "select 1 from enterprises where id = $1", string(k.Enterprise),
			)); err != nil {
				return err
			}
		}
		k.ID, k.CreatedBy, k.CreatedAt = sso.NewID[sso.TokenID](t.now), by, t.now
		k.RevokedAt, k.LastUsedAt, k.LastClient = time.Time{}, time.Time{}, ""
		t.Queue(
			`insert into tokens (id, enterprise_id, name, hash, scopes, created_by, created_at, expires_at, revoked_at,
				last_used_at, last_client)
			values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '')`,
			string(k.ID), string(k.Enterprise), k.Name, k.Hash.String(), joinScopes(k.Scopes), string(by),
			engine.Micros(k.CreatedAt), engine.Micros(k.ExpiresAt),
		)
		return t.audit(
			ctx, by, "token.created", string(k.ID), "name", k.Name, "scopes", joinScopes(k.Scopes),
			"expires_at", expiryText(k.ExpiresAt),
		)
	})
	if err != nil {
		return sso.Token{}, err
	}
	return k, nil
}

// TokenByHash returns a token by its hash, and notes that a client used it. One that is
// unknown, expired or revoked is Unauthenticated "invalid_token", and so is one whose
// enterprise was deleted.
func (db *DB) TokenByHash(ctx context.Context, h sso.Hash, client string) (_ sso.Token, err error) {
	defer func() { doing(&err, "find token") }()
	k, ok, err := engine.One(
		ctx, db.sql, scanToken,
		"select "+tokenColumns+` from tokens where hash = $1
			and (enterprise_id = '' or exists (select 1 from enterprises e where e.id = tokens.enterprise_id))`,
		h.String(),
	)
	if err != nil {
		return sso.Token{}, err
	}
	now := db.now()
	if !ok || !k.Live(now) {
		return sso.Token{}, sso.InvalidToken()
	}
	if minute := now.Truncate(time.Minute); k.LastUsedAt.Before(minute) {
		// A failure to store the last use is no reason to refuse the token: a full
		// disk, for example, fails this write and no read.
		_ = db.write(ctx, func(_ context.Context, t *tx) error {
			t.Queue(
				"update tokens set last_used_at = $2, last_client = $3 where id = $1 and last_used_at < $2",
				string(k.ID), engine.Micros(minute), engine.Clean(client, maxDetail),
			)
			return nil
		})
	}
	return k, nil
}

// Tokens lists the tokens of an enterprise, oldest first, with those that ended in the
// last 90 days; "" lists all tokens of the instance and of every enterprise.
func (db *DB) Tokens(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.Token, next string, err error) {
	defer func() { doing(&err, "list tokens") }()
	w := &engine.Where{}
	if ent != "" {
		w.And("enterprise_id = ", string(ent))
	}
	query := "select " + tokenColumns + " from tokens" +
		w.Page("id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanToken, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(k sso.Token) string {
		return string(k.ID)
	})
	return all, next, err
}

// StandingTokens lists the tokens of an enterprise that end by themselves and are not
// revoked, also those that have ended, oldest first.
func (db *DB) StandingTokens(ctx context.Context, ent sso.EnterpriseID) (_ []sso.Token, err error) {
	defer func() { doing(&err, "list tokens") }()
	return engine.List(
		ctx, db.sql, scanToken,
		"select "+tokenColumns+" from tokens where enterprise_id = $1 and revoked_at = 0 and expires_at > 0 order by id",
		string(ent),
	)
}

// Token returns a token of an enterprise, also one that ended; "" finds those of the
// instance and of every enterprise.
func (db *DB) Token(ctx context.Context, ent sso.EnterpriseID, id sso.TokenID) (_ sso.Token, err error) {
	defer func() { doing(&err, "find token") }()
	return findToken(ctx, db.sql, ent, id)
}

func findToken(ctx context.Context, q engine.Reader, ent sso.EnterpriseID, id sso.TokenID) (sso.Token, error) {
	k, err := found(engine.One(ctx, q, scanToken, "select "+tokenColumns+" from tokens where id = $1", string(id)))
	if err == nil && ent != "" && k.Enterprise != ent {
		err = errMissing()
	}
	if err != nil {
		return sso.Token{}, err
	}
	return k, nil
}

// RevokeToken ends a token of an enterprise for good; "" is any token. Revoking it
// again changes nothing.
func (db *DB) RevokeToken(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.TokenID) (err error) {
	defer func() { doing(&err, "revoke token") }()
	k, err := findToken(ctx, db.sql, ent, id)
	if err != nil {
		return err
	}
	return db.change(ctx, k.Enterprise, func(ctx context.Context, t *tx) error {
		k, err := findToken(ctx, t, ent, id)
		if err != nil || !k.RevokedAt.IsZero() {
			return err
		}
		t.Queue("update tokens set revoked_at = $2 where id = $1", string(id), engine.Micros(t.now))
		return t.audit(ctx, by, "token.revoked", string(id), "name", k.Name)
	})
}

// scopes scans what joinScopes returned.
func scopes[T ~string](into *[]T) engine.ScanFunc {
	return func(src any) error {
		text, err := engine.Text(src)
		if err != nil {
			return err
		}
		*into = nil
		for _, s := range strings.Fields(text) {
			*into = append(*into, T(s))
		}
		return nil
	}
}

func joinScopes[T ~string](scopes []T) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = string(s)
	}
	return strings.Join(texts, " ")
}
