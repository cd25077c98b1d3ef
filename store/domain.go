package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const domainColumns = "id, enterprise_id, name, txt_record, verified_at, created_at"

func scanDomain(r engine.Row) (d sso.Domain, err error) {
	err = r.Scan(
		&d.ID, &d.Enterprise, &d.Name, &d.TXTRecord, engine.Time(&d.VerifiedAt),
		engine.Time(&d.CreatedAt),
	)
	return d, err
}

func errDomainTaken() *sso.Error {
	return taken("domain_taken", "name", "This domain is in use already.")
}

// CreateDomain adds a domain to d.Enterprise; ID and CreatedAt are filled in.
// Several enterprises may claim a domain, but only one can verify it: a domain
// verified by another is Conflict "domain_taken".
func (db *DB) CreateDomain(ctx context.Context, by sso.Actor, d sso.Domain) (_ sso.Domain, err error) {
	defer func() { doing(&err, "create domain") }()
	err = db.change(ctx, d.Enterprise, func(ctx context.Context, t *tx) error {
		d.ID, d.CreatedAt = sso.NewID[sso.DomainID](t.now), t.now
		_, err := t.Exec(
			ctx,
			"insert into domains (enterprise_id, id, name, txt_record, verified_at, created_at) values ($1, $2, $3, $4, $5, $6)",
			string(d.Enterprise), string(d.ID), d.Name, d.TXTRecord, engine.Micros(d.VerifiedAt),
			engine.Micros(d.CreatedAt),
		)
		if err != nil {
			return ifTaken(err, errDomainTaken())
		}
		return t.audit(ctx, by, "domain.created", string(d.ID), "name", d.Name)
	})
	if err != nil {
		return sso.Domain{}, err
	}
	return d, nil
}

// Domain returns one domain.
func (db *DB) Domain(ctx context.Context, ent sso.EnterpriseID, id sso.DomainID) (_ sso.Domain, err error) {
	defer func() { doing(&err, "find domain") }()
	return found(findDomain(ctx, db.sql, ent, id))
}

func findDomain(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.DomainID) (sso.Domain, bool, error) {
	return engine.One(
		ctx, r, scanDomain,
		"select "+domainColumns+" from domains where enterprise_id = $1 and id = $2",
		string(ent), string(id),
	)
}

// Domains lists an enterprise's domains by name.
func (db *DB) Domains(ctx context.Context, ent sso.EnterpriseID) (_ []sso.Domain, err error) {
	defer func() { doing(&err, "list domains") }()
	return engine.List(
		ctx, db.sql, scanDomain,
		"select "+domainColumns+" from domains where enterprise_id = $1 order by name",
		string(ent),
	)
}

// UpdateDomain changes the TXT record of a domain and whether it is verified; fn
// runs inside the transaction.
func (db *DB) UpdateDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID,
	fn func(sso.Domain) (sso.Domain, error)) (_ sso.Domain, err error) {
	defer func() { doing(&err, "update domain") }()
	load := func(ctx context.Context, t *tx) (sso.Domain, bool, error) {
		return findDomain(ctx, t, ent, id)
	}
	change := func(old sso.Domain) (sso.Domain, error) {
		d, err := fn(old)
		d.ID = old.ID
		d.Enterprise = old.Enterprise
		d.Name = old.Name
		d.CreatedAt = old.CreatedAt
		d.VerifiedAt = engine.FromMicros(engine.Micros(d.VerifiedAt))
		return d, err
	}
	return edit(ctx, db, ent, load, change, func(ctx context.Context, t *tx, old, d sso.Domain) error {
		_, err := t.Exec(
			ctx,
			"update domains set txt_record = $3, verified_at = $4 where enterprise_id = $1 and id = $2",
			string(ent), string(id), d.TXTRecord, engine.Micros(d.VerifiedAt),
		)
		if err != nil {
			return ifTaken(err, errDomainTaken())
		}
		action := "domain.updated"
		if d.Verified() && !old.Verified() {
			action = "domain.verified"
		}
		return t.audit(ctx, by, action, string(id), "name", d.Name)
	})
}

// DeleteDomain deletes a domain.
func (db *DB) DeleteDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID) (err error) {
	defer func() { doing(&err, "delete domain") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		d, err := found(findDomain(ctx, t, ent, id))
		if err != nil {
			return err
		}
		t.Queue("delete from domains where enterprise_id = $1 and id = $2", string(ent), string(id))
		return t.audit(ctx, by, "domain.deleted", string(id), "name", d.Name)
	})
}

// EnterpriseByDomain returns the enterprise that verified a domain.
func (db *DB) EnterpriseByDomain(ctx context.Context, name string) (_ sso.Enterprise, err error) {
	defer func() { doing(&err, "find enterprise by domain") }()
	return found(engine.One(
		ctx, db.sql, scanEnterprise,
		`select e.id, e.key, e.name, e.enforced, e.default_application, e.created_at from enterprises e
		join domains d on d.enterprise_id = e.id where d.name = $1 and d.verified_at > 0`,
		name,
	))
}
