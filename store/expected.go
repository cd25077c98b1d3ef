package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// namesOfGroups selects the names of the groups that an identity provider can name.
const namesOfGroups = `names as (select g.id as group_id, g.name as name from groups g
		where g.enterprise_id = $1 and not g.is_default
	union all select i.group_id, i.name from group_idp_names i where i.enterprise_id = $1)`

// pushedTeams selects the pushed groups of a connection and the groups they map to;
// listed says whether all members were sent.
const pushedTeams = `teams as materialized (select n.group_id, q.id,
		case when l.at is null then 0 else 1 end as listed
	from provisioned_groups q join names n on n.name = q.display_name
	left join provisioning_lists l on l.enterprise_id = $1 and l.connection_id = $2 and l.group_id = q.id
	where q.enterprise_id = $1 and q.connection_id || '' = $2 and q.connection_id = $2 and q.origin = 'pushed')`

// claimedMembers selects who should be in which group, once for each piece of
// evidence. person is the account, else the resource, else the ID that waits, else
// the login of a list. Sign-ins say nothing of a group of which all members were
// sent, and nothing of users who were deactivated since.
const claimedMembers = `claims as (
	select t.group_id, case when p.account_id = '' then p.id else p.account_id end as person, p.id as resource,
		'' as login, m.since, 1 as pushed, 0 as waiting, 0 as asserted, 0 as named
	from teams t cross join provisioned_members m cross join provisioned_users p
	where m.enterprise_id = $1 and m.connection_id = $2 and m.group_id = t.id
		and p.enterprise_id = $1 and p.connection_id = $2 and p.id = m.user_id
	union all
	select t.group_id, w.member, '', w.member, w.since, 0, 1, 0, 0 from teams t cross join provisioned_waiting w
	where w.enterprise_id = $1 and w.connection_id = $2 and w.group_id = t.id
	union all
	select n.group_id, a.user_id, '', '', i.created_at, 0, 0, 1, 0
	from names n cross join asserted_names a cross join identities i
	where a.enterprise_id = $1 and a.name = n.name
		and i.enterprise_id = $1 and i.user_id = a.user_id and i.connection_id = $2
		and n.group_id not in (select group_id from teams where listed = 1)
		and exists (select 1 from users u where u.enterprise_id = $1 and u.id = a.user_id and u.status = 'active')
	union all
	select n.group_id, coalesce(nullif(p.account_id, ''), p.id, (select u.id from users u
			where u.enterprise_id = $1 and u.login_folded = x.login_key
			order by case when u.status = 'active' then 0 else 1 end, u.id limit 1), 'login ' || x.login_folded),
		coalesce(p.id, ''), x.login, e.set_at, 0, 0, 0, 1
	from provisioning_expectations e join names n on n.name = e.name
	join provisioning_expected x on x.enterprise_id = $1 and x.connection_id = $2 and x.folded = e.folded
	left join provisioned_users p on p.enterprise_id = $1 and p.connection_id = $2
		and p.user_name_folded = x.login_folded
	where e.enterprise_id = $1 and e.connection_id = $2)`

// expectedOnce selects each person of a group once. Enterprise and connection are
// columns: compared with parameters, every table that is joined looks as if it had
// one row to PostgreSQL until it is analyzed.
const expectedOnce = pushedTeams + ", " + claimedMembers + `,
	expected as materialized (select cast($1 as text) as enterprise, cast($2 as text) as connection, group_id, person,
		max(resource) as resource, max(login) as login,
		min(since) as since, max(pushed) as pushed, max(waiting) as waiting, max(asserted) as asserted,
		max(named) as named
	from claims group by group_id, person)
	`

// MembershipReport returns the facts about the groups that an identity provider
// provisions. It reads no person, and counts by index.
func (db *DB) MembershipReport(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (r sso.MembershipReport, err error) {
	defer func() { doing(&err, "compare provisioned members") }()
	if r.Groups, err = db.namedGroups(ctx, ent); err != nil {
		return r, err
	}
	if r.Pushed, err = db.pushedGroupStates(ctx, ent, conn); err != nil {
		return r, err
	}
	if r.Expectations, err = db.Expectations(ctx, ent, conn); err != nil {
		return r, err
	}
	if r.Refusals, err = db.groupRefusals(ctx, ent, conn); err != nil {
		return r, err
	}
	if err := db.readSettling(ctx, ent, conn, &r); err != nil {
		return r, err
	}
	if err := db.readGroupChanges(ctx, ent, conn, &r); err != nil {
		return r, err
	}
	r.Members = map[sso.GroupID]sso.ExpectedMembers{}
	if err := db.countExpected(ctx, ent, conn, r.Members); err != nil {
		return r, err
	}
	return r, db.countActual(ctx, ent, r.Members)
}

func (db *DB) namedGroups(ctx context.Context, ent sso.EnterpriseID) ([]sso.Group, error) {
	all, err := engine.List(
		ctx, db.sql, scanGroup,
		"select "+groupColumns+" from groups g where g.enterprise_id = $1 and not g.is_default "+
			"order by g.organization_id, g.name",
		string(ent),
	)
	if err != nil {
		return nil, err
	}
	groups := make([]*sso.Group, len(all))
	for i := range all {
		groups[i] = &all[i]
	}
	return all, db.withIDPNames(ctx, db.sql, ent, groups...)
}

// pushedGroupStates lists the groups that the identity provider wrote.
func (db *DB) pushedGroupStates(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) ([]sso.ProvisioningGroupState, error) {
	return engine.List(
		ctx, db.sql, scanGroupState,
		"select "+provisionedGroupColumns+", coalesce(l.at, 0), coalesce(l.members, 0), 0, 0, '' "+
			`from provisioned_groups g
			left join provisioning_lists l on l.enterprise_id = $1 and l.connection_id = $2 and l.group_id = g.id
			where g.enterprise_id = $1 and g.connection_id || '' = $2 and g.connection_id = $2
				and g.origin = 'pushed' order by g.display_name_folded, g.id`,
		string(ent), string(conn),
	)
}

// groupRefusals returns the open refusals about groups by name.
func (db *DB) groupRefusals(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (map[string]sso.GroupRefusals, error) {
	all := map[string]sso.GroupRefusals{}
	err := db.sql.Query(ctx, func(r engine.Row) error {
		var name string
		var n sso.GroupRefusals
		err := r.Scan(
			&name, &n.Name, &n.Count, engine.Time(&n.FirstAt), engine.Time(&n.LastAt), &n.Detail, &n.Code,
		)
		if more := all[name]; more.Count > 0 { // rows come with the latest last
			n.Count += more.Count
			if more.FirstAt.Before(n.FirstAt) {
				n.FirstAt = more.FirstAt
			}
		}
		all[name] = n
		return err
	}, `select folded, name, count, first_at, last_at, detail, code from provisioning_refusals
		where enterprise_id = $1 and connection_id = $2 and healed_at = 0 and kind in ('groups:read', 'groups:write')
		order by last_at, id`,
		string(ent), string(conn))
	return all, err
}

// readSettling reads how far what was pushed is applied.
func (db *DB) readSettling(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, into *sso.MembershipReport,
) error {
	_, _, err := engine.One(ctx, db.sql, func(r engine.Row) (struct{}, error) {
		var pending int
		err := r.Scan(&into.Users, &into.Unsettled, &pending)
		into.Applying = pending > 0
		return struct{}{}, err
	}, `select count(*), coalesce(sum(case when p.account_id = '' then 1 else 0 end), 0),
			(select count(*) from provisioned_pending w where w.enterprise_id = $1 and w.connection_id = $2)
		from provisioned_users p where p.enterprise_id = $1 and p.connection_id || '' = $2 and p.connection_id = $2
			and p.origin = 'pushed'`,
		string(ent), string(conn))
	return err
}

func (db *DB) countExpected(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, into map[sso.GroupID]sso.ExpectedMembers,
) error {
	return db.sql.Query(ctx, func(r engine.Row) error {
		var group sso.GroupID
		var n sso.ExpectedMembers
		err := r.Scan(&group, &n.Expected, &n.Pushed, &n.Asserted, &n.Named, &n.Matched)
		into[group] = n
		return err
	}, "with "+namesOfGroups+", "+expectedOnce+`select e.group_id, count(*),
			sum(case when e.pushed + e.waiting > 0 then 1 else 0 end),
			sum(e.asserted), sum(e.named), count(m.user_id)
		from expected e left join memberships m
			on m.enterprise_id = e.enterprise and m.user_id = e.person and m.group_id = e.group_id
		group by e.group_id`,
		string(ent), string(conn))
}

// countActual counts the members of groups.
func (db *DB) countActual(
	ctx context.Context, ent sso.EnterpriseID, into map[sso.GroupID]sso.ExpectedMembers,
) error {
	return db.sql.Query(ctx, func(r engine.Row) error {
		var group sso.GroupID
		var members int
		err := r.Scan(&group, &members)
		n := into[group]
		n.Actual = members
		into[group] = n
		return err
	}, "select m.group_id, count(*) from memberships m where m.enterprise_id = $1 group by m.group_id",
		string(ent))
}
