package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	// visitLasts is how long a visit of an identity provider lasts at least: its
	// requests of that time are one.
	visitLasts = 10 * time.Minute
	// visitsKept is for how long visits are kept: weekends are among them.
	visitsKept = 14 * 24 * time.Hour
)

// noteVisit queues that the identity provider of a connection got in touch.
func (t *tx) noteVisit(ent sso.EnterpriseID, conn sso.ConnectionID, at time.Time) {
	t.Queue(
		`insert into provisioning_visits (enterprise_id, connection_id, at)
		select c.enterprise_id, c.id, cast($3 as bigint) from connections c
		where c.enterprise_id = $1 and c.id = $2 and not exists (select 1 from provisioning_visits v
			where v.enterprise_id = $1 and v.connection_id = $2 and v.at > $4)
		on conflict do nothing`,
		string(ent), string(conn), engine.Micros(at), engine.Micros(at.Add(-visitLasts)),
	)
}

// ProvisioningVisits returns when the identity providers of the connections of an
// enterprise got in touch over SCIM within two weeks, oldest first.
func (db *DB) ProvisioningVisits(
	ctx context.Context, ent sso.EnterpriseID,
) (_ map[sso.ConnectionID][]time.Time, err error) {
	defer func() { doing(&err, "list visits of identity providers") }()
	visits := map[sso.ConnectionID][]time.Time{}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		var conn sso.ConnectionID
		var at time.Time
		err := r.Scan(&conn, engine.Time(&at))
		visits[conn] = append(visits[conn], at)
		return err
	}, "select connection_id, at from provisioning_visits where enterprise_id = $1 order by connection_id, at",
		string(ent))
	return visits, err
}

// EnterprisesProvisioned lists the enterprises with an enabled connection that
// provisions by SCIM.
func (db *DB) EnterprisesProvisioned(ctx context.Context) (_ []sso.Enterprise, err error) {
	defer func() { doing(&err, "list enterprises that provision") }()
	return engine.List(ctx, db.sql, scanEnterprise, "select "+enterpriseColumns+` from enterprises e
		where e.id in (select c.enterprise_id from connections c
			where c.state = 'enabled' and c.live like '%"provisioning":"scim"%') order by e.id`)
}
