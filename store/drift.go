package store

import (
	"context"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// mostDrifting is how many users GroupDrift names; ReconcileGroup sees all.
const mostDrifting = 500

// maxReconciled is how many users one call of ReconcileGroup reads; the next call
// finds the rest.
const maxReconciled = 20_000

// GroupDrift compares the members of a group with the users for whom the identity
// providers last asserted it. It names at most 500 users who differ, and reads
// indexes only.
func (db *DB) GroupDrift(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID) (_ sso.GroupDrift, err error) {
	defer func() { doing(&err, "compare expected and actual members") }()
	g, err := found(db.findNamedGroup(ctx, db.sql, ent, group))
	if err != nil {
		return sso.GroupDrift{}, err
	}
	d, err := drift(ctx, db.sql, ent, g, mostDrifting+1)
	if d.More = len(d.Drifting) > mostDrifting; d.More {
		d.Drifting = d.Drifting[:mostDrifting]
	}
	return d, err
}

// expectedMembers counts the users for whom a group g is asserted by its name or
// by one of its IdP names. A default group is never asserted.
const expectedMembers = `((select count(*) from asserted_names a where not g.is_default and a.enterprise_id = g.enterprise_id and a.name = g.name)
	+ (select count(distinct a.user_id) from group_idp_names n cross join asserted_names a
		where n.enterprise_id = g.enterprise_id and n.group_id = g.id and a.enterprise_id = g.enterprise_id and a.name = n.name
		and not exists (select 1 from asserted_names b where b.enterprise_id = g.enterprise_id and b.user_id = a.user_id and b.name = g.name)))`

// shouldBeIn counts the expected members of a group g: users for whom it is
// asserted, and users whose connection has it among its default groups.
const shouldBeIn = "(" + expectedMembers + " + " + expectedByDefault + ")"

// namedHere selects the users for whom one group is asserted.
const namedHere = `with named as materialized (select a.user_id from asserted_names a where a.enterprise_id = $1 and a.name = $3
	union select a.user_id from group_idp_names n cross join asserted_names a
		where n.enterprise_id = $1 and n.group_id = $2 and a.enterprise_id = $1 and a.name = n.name)
`

// strayed selects the users of one group who are expected but not members, or the
// reverse, with the facts that explain it. The join with users is written so that
// SQLite starts with those few users instead of all.
const strayed = namedHere + `select ` + userColumns + `, d.expected,
	coalesce(m.group_id, ''), coalesce(m.source, ''), coalesce(m.since, 0), coalesce(m.cause, ''),
	u.asserted_hash, u.asserted_certain, coalesce(r.id, ''), coalesce(r.mode, ''), coalesce(r.at, 0),
	coalesce((select h.id from held_syncs h where h.enterprise_id = $1 and h.user_id = u.id and h.state = 'waiting' and not ` +
	newerWord + ` order by h.id desc limit 1), ''),
	coalesce(p.until_at, 0), coalesce(p.ended_by, ''),
	exists (select 1 from provisioned_users q cross join connections c
		where q.enterprise_id = $1 and q.account_id = u.id and q.origin = 'pushed'
		and c.enterprise_id = $1 and c.id = q.connection_id and c.state = 'enabled'
		and c.live like '%"provisioning":"scim"%' and (q.adopted or not ` + duringPilot + `))
	from (select a.user_id, true as expected from named a
			where not exists (select 1 from memberships x where x.enterprise_id = $1 and x.user_id = a.user_id and x.group_id = $2)
		union all select x.user_id, false from memberships x where x.enterprise_id = $1 and x.group_id = $2
			and x.user_id not in (select user_id from named) and not ` + strayingDefault + `) d
	cross join users u
	left join memberships m on m.enterprise_id = $1 and m.user_id = d.user_id and m.group_id = $2
	left join sync_records r on r.enterprise_id = $1 and r.id = (select y.id from sync_records y
		where y.enterprise_id = $1 and y.user_id = d.user_id and y.mode <> 'restore' order by y.id desc limit 1)
	left join membership_history p on p.enterprise_id = $1 and p.user_id = d.user_id and p.group_id = $2 and p.until_at > 0
		and p.from_at = (select max(q.from_at) from membership_history q where q.enterprise_id = $1 and q.user_id = d.user_id and q.group_id = $2)
	where u.enterprise_id = $1 and u.id = d.user_id
	order by d.user_id limit $4`

func drift(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, g sso.Group, most int,
) (d sso.GroupDrift, err error) {
	d.Group = g
	type counts struct{ expected, actual int }
	n, _, err := engine.One(ctx, r, func(row engine.Row) (c counts, err error) {
		err = row.Scan(&c.expected, &c.actual)
		return c, err
	},
		"select "+shouldBeIn+
			`, (select count(*) from memberships m where m.enterprise_id = g.enterprise_id and m.group_id = g.id)
		from groups g where g.enterprise_id = $1 and g.id = $2`, string(ent), string(g.ID))
	if err != nil || g.Default {
		d.Actual = n.actual
		return d, err
	}
	d.Expected, d.Actual = n.expected, n.actual
	d.Drifting, err = engine.List(ctx, r, func(row engine.Row) (x sso.DriftingUser, err error) {
		var m sso.Membership
		var hash string
		x.Group = g
		dest := append(
			userFields(&x.User), &x.Expected, &m.Group, &m.Source, engine.Time(&m.Since), &m.Cause,
			&hash, &x.Certain,
			&x.Last.ID, &x.Last.Mode, engine.Time(&x.Last.At), &x.Held,
			engine.Time(&x.Ended.Until),
			&x.Ended.EndedBy,
			&x.Provisioned,
		)
		if err := row.Scan(dest...); err != nil {
			return x, err
		}
		x.Known = hash != ""
		if m.Group != "" {
			m.User = x.User.ID
			x.Membership = &m
		}
		return x, nil
	}, strayed, string(ent), string(g.ID), g.Name, int64(most))
	return d, err
}

// ReconcileGroup makes the members of a group those last asserted. decide says of
// each user who differs whether to add or to remove them; confirm is called with
// the changes and says whether to make them, as in RestoreGroup.
func (db *DB) ReconcileGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID,
	decide func(sso.DriftingUser) (add, remove bool), confirm func(sso.Restoration) (bool, error)) (
	result sso.Restoration, err error,
) {
	defer func() { doing(&err, "reconcile group") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		g, err := found(findGroup(ctx, t, ent, group))
		if err != nil {
			return err
		}
		d, err := drift(ctx, t, ent, g, maxReconciled)
		if err != nil {
			return err
		}
		result = groupsync.ReconcileGroup(d, decide)
		if result.Done, err = confirm(result); err != nil || !result.Done {
			return err
		}
		note := "Reconciled by " + string(by) + " with what the identity provider last said."
		return t.changeGroupMembers(
			ctx, by, ent, g, eachUser(by, result, note), "group.reconciled",
		)
	})
	if err != nil {
		return sso.Restoration{}, err
	}
	return result, nil
}
