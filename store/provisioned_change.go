package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// recentGroupChanges is how far back reports tell that an identity provider renamed
// or deleted a group.
const recentGroupChanges = 14 * 24 * time.Hour

// noteRename queues a note that a pushed group has another name.
func (t *tx) noteRename(before, g sso.ProvisionedGroup) {
	if before.DisplayName == g.DisplayName {
		return
	}
	t.Queue(
		`insert into provisioned_renames (enterprise_id, connection_id, group_id, former, at)
		values ($1, $2, $3, $4, $5) on conflict (group_id, connection_id, enterprise_id)
		do update set former = excluded.former, at = excluded.at`,
		string(g.Enterprise), string(g.Connection), string(g.ID), before.DisplayName, engine.Micros(t.now),
	)
}

// readGroupChanges reads which groups the identity provider renamed and deleted
// lately.
func (db *DB) readGroupChanges(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, into *sso.MembershipReport,
) (err error) {
	since := engine.Micros(db.now().Add(-recentGroupChanges))
	into.Renamed = map[sso.ResourceID]sso.GroupRename{}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		var id sso.ResourceID
		var x sso.GroupRename
		err := r.Scan(&id, &x.Former, engine.Time(&x.At))
		into.Renamed[id] = x
		return err
	}, `select group_id, former, at from provisioned_renames
		where enterprise_id = $1 and connection_id = $2 and at >= $3`,
		string(ent), string(conn), since)
	if err != nil {
		return err
	}
	into.Deleted, err = engine.List(ctx, db.sql, func(r engine.Row) (g sso.DeletedGroup, err error) {
		err = r.Scan(&g.Name, engine.Time(&g.At))
		return g, err
	}, `select x.name, max(x.deleted_at) from provisioned_gone x
		where x.enterprise_id = $1 and x.connection_id || '' = $2 and x.deleted_at >= $3 and x.id like 'idpgroup-%'
			and not exists (select 1 from provisioned_groups g where g.enterprise_id = $1 and g.connection_id = $2
				and g.origin = 'pushed' and g.display_name = x.name)
		group by x.name order by x.name`,
		string(ent), string(conn), since)
	return err
}
