package store

import (
	"context"
	"encoding/base64"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

func signingKeyPlace(id sso.KeyID) place {
	return place{column: "signing_keys.private", row: string(id)}
}

// SigningKeys lists the keys that sign assertions to applications, oldest first.
func (db *DB) SigningKeys(ctx context.Context) (_ []sso.SigningKey, err error) {
	defer func() { doing(&err, "list signing keys") }()
	return db.signingKeys(ctx, db.sql)
}

func (db *DB) signingKeys(ctx context.Context, r engine.Reader) ([]sso.SigningKey, error) {
	return engine.List(ctx, r, func(r engine.Row) (k sso.SigningKey, err error) {
		var public, private string
		if err := r.Scan(&k.ID, &public, &private, engine.Time(&k.CreatedAt)); err != nil {
			return k, err
		}
		if k.Public, err = base64.StdEncoding.DecodeString(public); err != nil {
			return k, err
		}
		k.Private, err = db.sealer.open(signingKeyPlace(k.ID), private)
		return k, err
	}, "select id, public, private, created_at from signing_keys order by created_at, id")
}

// ChangeSigningKeys calls fn inside the transaction to get the key to add and the
// keys to remove, and returns the keys afterwards. Concurrent calls run one after
// the other. ID and CreatedAt are filled in.
func (db *DB) ChangeSigningKeys(
	ctx context.Context, fn func([]sso.SigningKey) (add *sso.SigningKey, remove []sso.KeyID, err error),
) (keys []sso.SigningKey, err error) {
	defer func() { doing(&err, "change signing keys") }()
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		if keys, err = db.signingKeys(ctx, t); err != nil { // after the lock, which is queued first
			return err
		}
		add, remove, err := fn(keys)
		if err != nil {
			return err
		}
		if add != nil {
			k := *add
			k.ID, k.CreatedAt = sso.NewID[sso.KeyID](t.now), t.now
			t.Queue("insert into signing_keys (id, public, private, created_at) values ($1, $2, $3, $4)",
				string(k.ID), base64.StdEncoding.EncodeToString(k.Public),
				db.sealer.seal(signingKeyPlace(k.ID), k.Private), engine.Micros(k.CreatedAt))
			keys = append(keys, k)
			if err := t.audit(ctx, sso.ActorSystem, "signing_key.created", string(k.ID)); err != nil {
				return err
			}
		}
		for _, id := range remove {
			t.Queue("delete from signing_keys where id = $1", string(id))
			keys = slices.DeleteFunc(keys, func(k sso.SigningKey) bool {
				return k.ID == id
			})
			if err := t.audit(ctx, sso.ActorSystem, "signing_key.deleted", string(id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}
