package store

import (
	"context"
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// maxProvisioningTokens is how many tokens of a connection may be valid at the same
// time; expired ones count until they are revoked.
const maxProvisioningTokens = 20

// revokedTokensKept is how long a revoked token is listed, and a client that still
// uses it is told so.
const revokedTokensKept = 90 * 24 * time.Hour

const provisioningTokenColumns = "t.enterprise_id, t.connection_id, t.id, t.name, t.hash, t.scopes, t.created_by, " +
	"t.created_at, t.expires_at, t.revoked_at, t.last_used_at, t.last_client, t.refused_at, t.refusal, " +
	"t.revision, t.tested_at"

func scanProvisioningToken(r engine.Row) (k sso.ProvisioningToken, err error) {
	err = r.Scan(provisioningTokenFields(&k)...)
	return k, err
}

func provisioningTokenFields(k *sso.ProvisioningToken) []any {
	return []any{
		&k.Enterprise, &k.Connection, &k.ID, &k.Name, hexHash(&k.Hash), scopes(&k.Scopes), &k.CreatedBy,
		engine.Time(&k.CreatedAt), engine.Time(&k.ExpiresAt), engine.Time(&k.RevokedAt),
		engine.Time(&k.LastUsedAt), &k.LastClient, engine.Time(&k.RefusedAt), &k.Refusal, &k.Revision,
		engine.Time(&k.TestedAt),
	}
}

// expiryText returns an expiry for an audit event; "" for never.
func expiryText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// CreateProvisioningToken creates a token of a connection; ID and CreatedAt are
// filled in. A name that another token has is Conflict "token_name_taken", and more
// than 20 tokens are Conflict "too_many_tokens".
func (db *DB) CreateProvisioningToken(
	ctx context.Context, by sso.Actor, k sso.ProvisioningToken,
) (_ sso.ProvisioningToken, err error) {
	defer func() { doing(&err, "create provisioning token") }()
	err = db.change(ctx, k.Enterprise, func(ctx context.Context, t *tx) error {
		if err := t.roomForToken(ctx, k.Enterprise, k.Connection); err != nil {
			return err
		}
		k = sso.ProvisioningToken{
			ID:         sso.NewID[sso.ProvisioningTokenID](t.now),
			Enterprise: k.Enterprise,
			Connection: k.Connection,
			Name:       k.Name,
			Hash:       k.Hash,
			Scopes:     k.Scopes,
			CreatedBy:  by,
			CreatedAt:  t.now,
			ExpiresAt:  k.ExpiresAt,
			Revision:   1,
		}
		if _, err := t.Exec(ctx,
			`insert into provisioning_tokens (enterprise_id, connection_id, id, name, hash, scopes, created_by, created_at,
				expires_at, revoked_at, last_used_at, last_client, refused_at, refusal)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', 0, '')`,
			string(k.Enterprise), string(k.Connection), string(k.ID), k.Name, k.Hash.String(),
			joinScopes(k.Scopes), string(by), engine.Micros(k.CreatedAt), engine.Micros(k.ExpiresAt),
		); err != nil {
			return ifTaken(err, errTokenName())
		}
		return t.auditToken(ctx, by, "scim_token.created", k)
	})
	if err != nil {
		return sso.ProvisioningToken{}, err
	}
	return k, nil
}

// roomForToken returns Conflict "too_many_tokens" if the connection has as many as
// it may have.
func (t *tx) roomForToken(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) error {
	n, _, err := engine.One(
		ctx, t, engine.ScanNumber,
		"select count(*) from provisioning_tokens where enterprise_id = $1 and connection_id = $2 and revoked_at = 0",
		string(ent), string(conn),
	)
	if err == nil && n >= maxProvisioningTokens {
		err = &sso.Error{
			Kind:   sso.Conflict,
			Code:   "too_many_tokens",
			Public: "The connection has 20 tokens. Revoke one first.",
		}
	}
	return err
}

func errTokenName() *sso.Error {
	return taken("token_name_taken", "name", "Another token of the connection has this name. Choose another.")
}

// auditToken adds an event that says all of a token but its secret.
func (t *tx) auditToken(ctx context.Context, by sso.Actor, action string, k sso.ProvisioningToken) error {
	return t.audit(
		ctx, by, action, string(k.ID), "name", k.Name, "connection", string(k.Connection),
		"scopes", joinScopes(k.Scopes), "expires_at", expiryText(k.ExpiresAt),
	)
}

// ProvisioningTokens lists the tokens of a connection, newest first, with those
// that were revoked in the last 90 days.
func (db *DB) ProvisioningTokens(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, page sso.Page,
) (_ []sso.ProvisioningToken, next string, err error) {
	defer func() { doing(&err, "list provisioning tokens") }()
	w := &engine.Where{}
	w.And("t.enterprise_id = ", string(ent))
	w.And("t.connection_id = ", string(conn))
	query := "select " + provisioningTokenColumns + " from provisioning_tokens t" +
		w.Page("t.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanProvisioningToken, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(k sso.ProvisioningToken) string { return string(k.ID) })
	return all, next, err
}

// StandingProvisioningTokens lists the tokens of all connections of an enterprise
// that are not revoked, expired ones included.
func (db *DB) StandingProvisioningTokens(
	ctx context.Context, ent sso.EnterpriseID,
) (_ []sso.ProvisioningToken, err error) {
	defer func() { doing(&err, "list provisioning tokens") }()
	return engine.List(
		ctx, db.sql, scanProvisioningToken, "select "+provisioningTokenColumns+
			" from provisioning_tokens t where t.enterprise_id = $1 and t.revoked_at = 0 order by t.id",
		string(ent),
	)
}

// ProvisioningToken returns one token of a connection.
func (db *DB) ProvisioningToken(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
) (_ sso.ProvisioningToken, err error) {
	defer func() { doing(&err, "find provisioning token") }()
	return found(findProvisioningToken(ctx, db.sql, ent, conn, id))
}

func findProvisioningToken(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
) (sso.ProvisioningToken, bool, error) {
	return engine.One(
		ctx, r, scanProvisioningToken, "select "+provisioningTokenColumns+
			" from provisioning_tokens t where t.enterprise_id = $1 and t.connection_id = $2 and t.id = $3",
		string(ent), string(conn), string(id),
	)
}

// ProvisioningTokenByHash returns the token with a hash, of any connection, whether
// or not it expired or was revoked.
func (db *DB) ProvisioningTokenByHash(ctx context.Context, h sso.Hash) (_ sso.ProvisioningToken, err error) {
	defer func() { doing(&err, "find provisioning token") }()
	return found(engine.One(
		ctx, db.sql, func(r engine.Row) (k sso.ProvisioningToken, err error) {
			err = r.Scan(append(provisioningTokenFields(&k), &k.Troubled)...)
			return k, err
		},
		"select "+provisioningTokenColumns+`, exists (select 1 from provisioning_refusals r
			where r.enterprise_id = t.enterprise_id and r.connection_id = t.connection_id and r.healed_at = 0)
		from provisioning_tokens t where t.hash = $1`,
		h.String(),
	))
}

// NewerProvisioningToken returns the name of the newest valid token of the same
// connection, "" if none is newer.
func (db *DB) NewerProvisioningToken(ctx context.Context, k sso.ProvisioningToken) (name string, err error) {
	defer func() { doing(&err, "find newer provisioning token") }()
	name, _, err = engine.One(
		ctx, db.sql, engine.ScanText,
		`select name from provisioning_tokens where enterprise_id = $1 and connection_id = $2 and id > $3
			and revoked_at = 0 and (expires_at = 0 or expires_at > $4) order by id desc limit 1`,
		string(k.Enterprise), string(k.Connection), string(k.ID), engine.Micros(db.now()),
	)
	return name, err
}

// UpdateProvisioningToken changes name, scopes and expiry of a token; its secret
// stays, and its revision is one more. fn runs inside the transaction. A revoked token is Conflict
// "scim_token_revoked".
func (db *DB) UpdateProvisioningToken(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	conn sso.ConnectionID,
	id sso.ProvisioningTokenID,
	fn func(sso.ProvisioningToken) (sso.ProvisioningToken, error),
) (result sso.ProvisioningToken, err error) {
	defer func() { doing(&err, "update provisioning token") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		old, err := found(findProvisioningToken(ctx, t, ent, conn, id))
		if err != nil {
			return err
		}
		if !old.RevokedAt.IsZero() {
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   sso.CodeTokenRevoked,
				Public: "This token was revoked. Create a new one.",
			}
		}
		changed, err := fn(old)
		if err != nil {
			return err
		}
		result = old
		result.Name, result.Scopes, result.ExpiresAt = changed.Name, changed.Scopes, changed.ExpiresAt
		if result.Name == old.Name && slices.Equal(result.Scopes, old.Scopes) &&
			result.ExpiresAt.Equal(old.ExpiresAt) {
			return nil
		}
		result.Revision++
		return t.saveToken(ctx, by, result)
	})
	if err != nil {
		return sso.ProvisioningToken{}, err
	}
	return result, nil
}

func (t *tx) saveToken(ctx context.Context, by sso.Actor, k sso.ProvisioningToken) error {
	if _, err := t.Exec(ctx,
		`update provisioning_tokens set name = $4, expires_at = $6, revision = $7,
			tested_at = case when scopes = $5 then tested_at else 0 end, scopes = $5
		where enterprise_id = $1 and connection_id = $2 and id = $3`,
		string(k.Enterprise), string(k.Connection), string(k.ID), k.Name, joinScopes(k.Scopes),
		engine.Micros(k.ExpiresAt), k.Revision,
	); err != nil {
		return ifTaken(err, errTokenName())
	}
	return t.auditToken(ctx, by, "scim_token.updated", k)
}

// RevokeProvisioningToken ends a token for good. It stays in the list for 90 days.
func (db *DB) RevokeProvisioningToken(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
) (err error) {
	defer func() { doing(&err, "revoke provisioning token") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		k, err := found(findProvisioningToken(ctx, t, ent, conn, id))
		if err != nil || !k.RevokedAt.IsZero() {
			return err
		}
		t.Queue(
			`update provisioning_tokens set revoked_at = $4
			where enterprise_id = $1 and connection_id = $2 and id = $3`,
			string(ent), string(conn), string(id), engine.Micros(t.now),
		)
		return t.auditToken(ctx, by, "scim_token.revoked", k)
	})
}

// UseProvisioningToken records that a client used a token; it writes once a minute.
func (db *DB) UseProvisioningToken(ctx context.Context, k sso.ProvisioningToken, client string) (err error) {
	defer func() { doing(&err, "record use of a provisioning token") }()
	minute := db.now().Truncate(time.Minute)
	if !k.LastUsedAt.Before(minute) {
		return nil
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			`update provisioning_tokens set last_used_at = $4, last_client = $5
			where enterprise_id = $1 and connection_id = $2 and id = $3 and last_used_at < $4`,
			string(k.Enterprise), string(k.Connection), string(k.ID), engine.Micros(minute),
			engine.Clean(client, maxDetail),
		)
		t.noteVisit(k.Enterprise, k.Connection, minute)
		return nil
	})
}

// PassProvisioningTest records that a test of the connection with a token passed.
func (db *DB) PassProvisioningTest(ctx context.Context, k sso.ProvisioningToken) (err error) {
	defer func() { doing(&err, "record a test with a provisioning token") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			`update provisioning_tokens set tested_at = $4
			where enterprise_id = $1 and connection_id = $2 and id = $3`,
			string(k.Enterprise), string(k.Connection), string(k.ID), engine.Micros(t.now),
		)
		return nil
	})
}
