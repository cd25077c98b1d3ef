package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// piloting is true while the connection has a pilot.
const piloting = "exists (select 1 from connections c where c.enterprise_id = $1 and c.id = $2 and " + duringPilot + ")"

// missingFacts are the columns of [sso.MemberFacts] of an expected person e with the
// resource p and the account u, and who they are.
const missingFacts = `e.pushed, e.waiting, e.asserted, e.named,
	case when p.origin = 'pushed' then 1 else 0 end as provisioned,
	case when p.id is null or p.active then 0 else 1 end as inactive,
	case when u.id is null then 0 else 1 end as account,
	case when u.status = 'deactivated' then 1 else 0 end as deactivated,
	case when exists (select 1 from provisioning_refusals r where r.enterprise_id = $1 and r.connection_id = $2
		and r.healed_at = 0 and r.kind in ('users:read', 'users:write')
		and r.folded = coalesce(p.user_name_folded, substr(e.person, 7))) then 1 else 0 end as refused,
	case when exists (select 1 from membership_history y where y.enterprise_id = $1 and y.user_id = e.person
		and y.group_id = e.group_id and y.until_at > 0 and y.ended_by like 'push-%') then 1 else 0 end as removed,
	case when exists (select 1 from held_syncs h where h.enterprise_id = $1 and h.user_id = e.person
		and h.state = 'waiting' and h.pushed_group_id in ('', e.group_id)) then 1 else 0 end as held,
	0 as elsewhere, case when p.origin = 'pushed' and not p.adopted and ` + piloting + ` then 1 else 0 end as outside,
	'' as source,
	case when e.left_at > e.since then e.left_at else e.since end as since,
	coalesce(u.id, '') as account_id, e.resource, coalesce(u.login, p.user_name, e.login) as login,
	coalesce(nullif(u.name, ''), p.name, '') as name, coalesce(p.user_name_folded, substr(e.person, 7)) as folded`

// membersOf is a query about the members of groups, $3, with its common tables apart.
type membersOf struct{ with, rest string }

// expectedIn selects the expected people of groups, $3.
func (db *DB) expectedIn() string {
	among := " in (" + db.sql.Dialect.Values("$3") + ")"
	return `with names as (select g.id as group_id, g.name as name from groups g
		where g.enterprise_id = $1 and not g.is_default and g.id` + among + `
	union all select i.group_id, i.name from group_idp_names i
		where i.enterprise_id = $1 and i.group_id` + among + `),
	chosen as materialized (select distinct cast($1 as text) as enterprise, group_id from names), ` + expectedOnce
}

// missingMembers selects the expected people of groups who are no members.
func (db *DB) missingMembers() membersOf {
	return membersOf{db.expectedIn(), "select e.group_id, " + missingFacts + ` from (
			select e.enterprise, e.connection, e.group_id, e.person, e.login, e.since,
				e.pushed, e.waiting, e.asserted, e.named,
				coalesce(nullif(e.resource, ''), (select min(q.id) from provisioned_users q
					where q.enterprise_id = $1 and q.connection_id = $2 and q.account_id = e.person), '') as resource,
				coalesce((select max(y.until_at) from membership_history y where y.enterprise_id = $1
					and y.user_id = e.person and y.group_id = e.group_id), 0) as left_at
			from expected e left join memberships m
				on m.enterprise_id = e.enterprise and m.user_id = e.person and m.group_id = e.group_id
			where m.user_id is null) e
		left join provisioned_users p
			on p.enterprise_id = e.enterprise and p.connection_id = e.connection and p.id = e.resource
		left join users u on u.enterprise_id = e.enterprise and u.id = e.person`}
}

// extraFacts are the same columns of a member m who is not expected. A membership by
// sign-in belongs to another connection if the user signs in through one that does
// not provision, or is unknown to this one.
const extraFacts = `0 as pushed, 0 as waiting, 0 as asserted, 0 as named,
	case when p.origin = 'pushed' then 1 else 0 end as provisioned,
	case when p.id is null or p.active then 0 else 1 end as inactive, 1 as account,
	case when u.status = 'deactivated' then 1 else 0 end as deactivated, 0 as refused, 0 as removed,
	case when exists (select 1 from held_syncs h where h.enterprise_id = $1 and h.user_id = m.user_id
		and h.state = 'waiting' and h.pushed_group_id = m.group_id) then 1 else 0 end as held,
	case when exists (select 1 from identities i cross join connections c
			where i.enterprise_id = $1 and i.user_id = m.user_id and i.connection_id <> $2
				and c.enterprise_id = $1 and c.id = i.connection_id and c.state = 'enabled'
				and c.live not like '%"provisioning":"scim"%')
		or p.id is null and not exists (select 1 from identities i
			where i.enterprise_id = $1 and i.user_id = m.user_id and i.connection_id = $2)
		or exists (select 1 from provisioned_users q cross join provisioned_members y cross join provisioned_groups z
			where q.enterprise_id = $1 and q.account_id = m.user_id and q.connection_id <> $2
				and y.enterprise_id = $1 and y.connection_id = q.connection_id and y.user_id = q.id
				and z.enterprise_id = $1 and z.connection_id = q.connection_id and z.id = y.group_id
				and z.origin = 'pushed'
				and z.display_name in (select n.name from names n where n.group_id = m.group_id))
		then 1 else 0 end as elsewhere,
	case when (p.id is null or not p.adopted) and ` + piloting + ` then 1 else 0 end as outside, m.source, m.since,
	u.id as account_id, coalesce(p.id, '') as resource, u.login, u.name, '' as folded`

// extraMembers selects the members of groups who are not expected.
func (db *DB) extraMembers() membersOf {
	return membersOf{db.expectedIn(), "select m.group_id, " + extraFacts + ` from (
			select m.enterprise_id, m.group_id, m.user_id, m.source, m.since from chosen s
			join memberships m on m.enterprise_id = s.enterprise and m.group_id = s.group_id
			left join expected e on e.group_id = m.group_id and e.person = m.user_id
			where e.person is null) m
		join users u on u.enterprise_id = m.enterprise_id and u.id = m.user_id
		left join provisioned_users p
			on p.enterprise_id = m.enterprise_id and p.connection_id = $2 and p.account_id = m.user_id`}
}

const factNames = "pushed, waiting, asserted, named, provisioned, inactive, account, deactivated, refused, removed, " +
	"held, elsewhere, outside, source"

func factFields(f *sso.MemberFacts) []any {
	return []any{
		flag(&f.Pushed), flag(&f.Waiting), flag(&f.Asserted), flag(&f.Named), flag(&f.Provisioned),
		flag(&f.Inactive), flag(&f.Account), flag(&f.Deactivated), flag(&f.Refused), flag(&f.Removed),
		flag(&f.Held), flag(&f.Elsewhere), flag(&f.Outside), &f.Source,
	}
}

// flag scans 1 or 0.
func flag(b *bool) engine.ScanFunc {
	return func(src any) error {
		*b = src == int64(1)
		return nil
	}
}

// MemberClasses counts the missing and the extra members of groups by their facts.
func (db *DB) MemberClasses(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, groups ...sso.GroupID,
) (all []sso.MemberClass, err error) {
	defer func() { doing(&err, "explain provisioned members") }()
	if len(groups) == 0 {
		return nil, nil
	}
	for _, members := range []membersOf{db.missingMembers(), db.extraMembers()} {
		some, err := engine.List(
			ctx, db.sql, func(r engine.Row) (c sso.MemberClass, err error) {
				dest := append([]any{&c.Group}, factFields(&c.Facts)...)
				err = r.Scan(append(dest, &c.People, engine.Time(&c.Since))...)
				return c, err
			},
			members.classes(), string(ent), string(conn), engine.JSONList(groupTexts(groups)),
		)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// classes counts the rows by their facts.
func (m membersOf) classes() string {
	return m.with + "select group_id, " + factNames + ", count(*), min(since) from (" + m.rest +
		") x group by group_id, " + factNames + " order by group_id, " + factNames
}

// DriftingMembers lists the missing members of a group and then the extra ones, by
// login, each at most limit.
func (db *DB) DriftingMembers(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID, limit int,
) (missing, extra []sso.DriftingMember, err error) {
	defer func() { doing(&err, "list provisioned members who differ") }()
	if missing, err = db.driftingMembers(ctx, db.sql, db.missingMembers(), ent, conn, group, limit); err != nil {
		return nil, nil, err
	}
	extra, err = db.driftingMembers(ctx, db.sql, db.extraMembers(), ent, conn, group, limit)
	return missing, extra, err
}

func (db *DB) driftingMembers(
	ctx context.Context, r engine.Reader, members membersOf, ent sso.EnterpriseID, conn sso.ConnectionID,
	group sso.GroupID, limit int,
) ([]sso.DriftingMember, error) {
	return engine.List(
		ctx, r, func(r engine.Row) (m sso.DriftingMember, err error) {
			more := []any{
				engine.Time(&m.Since), &m.User, &m.Resource, &m.Login, &m.Name, engine.Time(&m.Refusals.RefusedAt),
				&m.Refusals.Refusals, &m.Refusals.Refusal,
			}
			err = r.Scan(append(factFields(&m.Facts), more...)...)
			return m, err
		},
		members.with+"select "+factNames+", since, account_id, resource, login, name, "+openRefusalColumns+
			" from ("+members.rest+") x left join ("+openRefusals("users")+
			") r on r.folded = x.folded and x.folded <> '' order by login, account_id, resource limit $4",
		string(ent), string(conn), engine.JSONList([]string{string(group)}), int64(limit),
	)
}
