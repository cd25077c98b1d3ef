package store

import (
	"context"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// await lets IDs of no user wait for one, as many as fit.
func (c *memberChanger) await(ctx context.Context, ids []sso.ResourceID) error {
	c.sets.unknown = append(c.sets.unknown, ids...)
	ids = slices.DeleteFunc(slices.Clone(ids), func(id sso.ResourceID) bool {
		return len(id) > longestValue
	})
	free := max(0, mostWaiting-c.group.Waiting-c.sets.waiting)
	ids = ids[:min(len(ids), free)]
	if len(ids) == 0 {
		return nil
	}
	n, err := c.Exec(
		ctx, `insert into provisioned_waiting (enterprise_id, connection_id, group_id, member, since)
		select $1, $2, $3, n.value, cast($5 as bigint) from (`+c.db.sql.Dialect.Values("$4")+`) n where true
		on conflict (enterprise_id, connection_id, group_id, member) do nothing`,
		c.args(idList(ids), engine.Micros(c.now))...,
	)
	c.sets.waiting += int(n)
	return err
}

// forget ends the waiting of IDs, for which a condition with a list of IDs is true.
func (c *memberChanger) forget(ctx context.Context, condition string, ids []sso.ResourceID) error {
	if c.group.Waiting == 0 {
		return nil
	}
	n, err := c.Exec(
		ctx, "delete from provisioned_waiting where enterprise_id = $1 and connection_id = $2 and group_id = $3 "+
			"and member"+condition, c.args(idList(ids))...,
	)
	c.sets.waiting -= int(n)
	return err
}

// lockAwaiting queues a lock on the groups in which an external ID waits, before
// the counter of the connection is locked: changes of members lock in this order.
func (t *tx) lockAwaiting(p sso.Push, externalID string) {
	if externalID == "" {
		return
	}
	t.QueueQuery(func(engine.Row) error { return nil }, `select g.id from provisioned_groups g
		where g.enterprise_id = $1 and g.connection_id = $2 and g.id in (select w.group_id from provisioned_waiting w
			where w.enterprise_id = $1 and w.connection_id = $2 and w.member = $3) order by g.id`+
		t.db.sql.Dialect.ForNoKeyUpdate, string(p.Enterprise), string(p.Connection), externalID)
}

// admitWaiting makes a user a member of the groups in which its ID or its external
// ID waits, and applies what follows.
func (t *tx) admitWaiting(ctx context.Context, p sso.Push, u sso.ProvisionedUser) error {
	names := []sso.ResourceID{u.ID}
	if u.ExternalID != "" {
		names = append(names, sso.ResourceID(u.ExternalID))
	}
	groups, err := engine.List(
		ctx, t, scanResourceID,
		`select distinct w.group_id from provisioned_waiting w
		where w.enterprise_id = $1 and w.connection_id = $2 and w.member`+
			t.db.sql.Dialect.Among(t.db.sql.Dialect.Values("$3"))+" order by w.group_id",
		string(p.Enterprise), string(p.Connection), idList(names),
	)
	if err != nil {
		return err
	}
	for _, id := range groups {
		if err := t.admit(ctx, p, id, u, names); err != nil {
			return err
		}
	}
	return nil
}

// admit makes a user a member of one group in which one of its names waits.
func (t *tx) admit(
	ctx context.Context, p sso.Push, id sso.ResourceID, u sso.ProvisionedUser, names []sso.ResourceID,
) error {
	row, err := t.lockProvisionedGroup(ctx, p, id)
	if err != nil {
		return err
	}
	g := row.ProvisionedGroup
	c := memberChanger{
		tx:    t,
		push:  p,
		group: g,
	}
	if err := c.forget(ctx, c.among("$4"), names); err != nil {
		return err
	}
	if c.sets.added, err = c.insertMembers(ctx, []sso.ResourceID{u.ID}); err != nil {
		return err
	}
	if c.sets.changed() {
		g.Version++
		g.ModifiedAt = t.now
	}
	c.sets.count(&g)
	t.saveCounts(g)
	return t.applyMemberSets(ctx, p, g, c.sets)
}
