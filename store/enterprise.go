package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const enterpriseColumns = "id, key, name, enforced, default_application, created_at"

func scanEnterprise(r engine.Row) (e sso.Enterprise, err error) {
	err = r.Scan(&e.ID, &e.Key, &e.Name, &e.Enforced, &e.DefaultApplication, engine.Time(&e.CreatedAt))
	return e, err
}

func errKeyTaken() *sso.Error {
	return taken("key_taken", "key", "This key is in use already. Choose another.")
}

// CreateEnterprise creates an enterprise and its first organizations in one
// transaction; IDs and CreatedAt are filled in. A key in use is Conflict
// "key_taken".
func (db *DB) CreateEnterprise(ctx context.Context, by sso.Actor, e sso.Enterprise,
	organizations ...sso.Organization) (_ sso.Enterprise, err error) {
	defer func() { doing(&err, "create enterprise") }()
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		e.ID, e.CreatedAt = sso.NewID[sso.EnterpriseID](t.now), t.now
		_, err := t.Exec(ctx, "insert into enterprises (id, key, name, created_at) values ($1, $2, $3, $4)",
			string(e.ID), e.Key, e.Name, engine.Micros(e.CreatedAt))
		if err != nil {
			return ifTaken(err, errKeyTaken())
		}
		t.insertTrail(e.ID)
		if err := t.audit(ctx, by, "enterprise.created", string(e.ID), "key", e.Key, "name", e.Name); err != nil {
			return err
		}
		for _, o := range organizations {
			o.Enterprise = e.ID
			if err := t.createOrganization(ctx, by, &o); err != nil {
				return err
			}
		}
		return t.saveHead(ctx)
	})
	if err != nil {
		return sso.Enterprise{}, err
	}
	return e, nil
}

// Enterprise returns one enterprise.
func (db *DB) Enterprise(ctx context.Context, id sso.EnterpriseID) (_ sso.Enterprise, err error) {
	defer func() { doing(&err, "find enterprise") }()
	return found(engine.One(
		ctx, db.sql, scanEnterprise, "select "+enterpriseColumns+" from enterprises where id = $1",
		string(id),
	))
}

// EnterpriseByKey returns the enterprise whose sign-in link contains a key.
func (db *DB) EnterpriseByKey(ctx context.Context, key string) (_ sso.Enterprise, err error) {
	defer func() { doing(&err, "find enterprise by key") }()
	return found(engine.One(
		ctx, db.sql, scanEnterprise, "select "+enterpriseColumns+" from enterprises where key = $1",
		key,
	))
}

// Enterprises lists all enterprises, oldest first.
func (db *DB) Enterprises(ctx context.Context, page sso.Page) (_ []sso.Enterprise, next string, err error) {
	defer func() { doing(&err, "list enterprises") }()
	w := &engine.Where{}
	query := "select " + enterpriseColumns + " from enterprises" +
		w.Page("id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanEnterprise, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(e sso.Enterprise) string {
		return string(e.ID)
	})
	return all, next, err
}

// EnterprisesArriving lists the enterprises whose default application is app, oldest first.
func (db *DB) EnterprisesArriving(
	ctx context.Context, app sso.ApplicationID, page sso.Page,
) (_ []sso.Enterprise, next string, err error) {
	defer func() { doing(&err, "list enterprises of a default application") }()
	w := &engine.Where{}
	w.And("default_application = ", string(app))
	query := "select " + enterpriseColumns + " from enterprises" +
		w.Page("id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanEnterprise, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(e sso.Enterprise) string {
		return string(e.ID)
	})
	return all, next, err
}

// UpdateEnterprise changes key, name and default application; fn runs inside the transaction.
func (db *DB) UpdateEnterprise(
	ctx context.Context, by sso.Actor, id sso.EnterpriseID, fn func(sso.Enterprise) (sso.Enterprise, error),
) (_ sso.Enterprise, err error) {
	defer func() { doing(&err, "update enterprise") }()
	load := func(ctx context.Context, t *tx) (sso.Enterprise, bool, error) {
		return engine.One(
			ctx, t, scanEnterprise, "select "+enterpriseColumns+" from enterprises where id = $1",
			string(id),
		)
	}
	change := func(old sso.Enterprise) (sso.Enterprise, error) {
		e, err := fn(old)
		e.ID, e.Enforced, e.CreatedAt = old.ID, old.Enforced, old.CreatedAt
		return e, err
	}
	return edit(ctx, db, id, load, change, func(ctx context.Context, t *tx, _, e sso.Enterprise) error {
		_, err := t.Exec(
			ctx, "update enterprises set key = $2, name = $3, default_application = $4 where id = $1",
			string(id), e.Key, e.Name, string(e.DefaultApplication),
		)
		if err != nil {
			return ifTaken(err, errKeyTaken())
		}
		return t.audit(ctx, by, "enterprise.updated", string(id), "key", e.Key, "name", e.Name,
			"default_application", string(e.DefaultApplication))
	})
}

// deleteTimeout is for transactions that may delete many rows.
const deleteTimeout = time.Minute

// DeleteEnterprise deletes an enterprise with everything in it but its audit
// chain.
func (db *DB) DeleteEnterprise(ctx context.Context, by sso.Actor, id sso.EnterpriseID) (err error) {
	defer func() { doing(&err, "delete enterprise") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	return db.change(ctx, id, func(ctx context.Context, t *tx) error {
		if err := t.ExecOne(ctx, errMissing(), "delete from enterprises where id = $1", string(id)); err != nil {
			return err
		}
		t.revoke(sso.Revocation{Enterprise: id})
		t.Queue(
			"update tokens set revoked_at = $2 where enterprise_id = $1 and revoked_at = 0",
			string(id), engine.Micros(t.now),
		)
		return t.audit(ctx, by, "enterprise.deleted", string(id))
	})
}
