package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// followHistory queues the update of a user's membership history to the current
// memberships: intervals of ended memberships end, and new ones begin. It reads
// rows of one user only.
func (t *tx) followHistory(ent sso.EnterpriseID, user sso.UserID, cause string) {
	t.Queue(
		`update membership_history set until_at = $3, ended_by = $4 where enterprise_id = $1 and user_id = $2 and until_at = 0
		and not exists (select 1 from memberships m where m.enterprise_id = $1 and m.user_id = $2
			and m.group_id = membership_history.group_id and m.source = membership_history.source)`,
		string(ent), string(user), engine.Micros(t.now), cause,
	)
	t.Queue(
		`insert into membership_history (enterprise_id, user_id, group_id, from_at, until_at, source, cause, ended_by)
		select m.enterprise_id, m.user_id, m.group_id, $3, 0, m.source, m.cause, '' from memberships m
		where m.enterprise_id = $1 and m.user_id = $2 and not exists (select 1 from membership_history h
			where h.enterprise_id = $1 and h.user_id = $2 and h.group_id = m.group_id and h.until_at = 0)
		on conflict (enterprise_id, user_id, group_id, from_at) do update
			set until_at = 0, source = excluded.source, cause = excluded.cause, ended_by = ''`,
		string(ent), string(user), engine.Micros(t.now),
	)
}

// endGroup queues the end of all history intervals in a group about to be
// deleted, and stores its name.
func (t *tx) endGroup(ent sso.EnterpriseID, group sso.GroupID, by sso.Actor) {
	t.Queue(`insert into former_groups (enterprise_id, id, organization_id, organization_name, name, is_default)
		select g.enterprise_id, g.id, g.organization_id, o.name, g.name, g.is_default from groups g
		join organizations o on o.enterprise_id = g.enterprise_id and o.id = g.organization_id
		where g.enterprise_id = $1 and g.id = $2`, string(ent), string(group))
	t.Queue(
		"update membership_history set until_at = $3, ended_by = $4 where enterprise_id = $1 and group_id = $2 and until_at = 0",
		string(ent), string(group), engine.Micros(t.now), string(by),
	)
}

// followDefault queues the update of a user's membership in the default group of
// an organization: a member of any group is in it too, and a membership with
// source default ends with the last other group.
func (t *tx) followDefault(ent sso.EnterpriseID, org sso.OrganizationID, user sso.UserID, cause string) {
	const others = `exists (select 1 from memberships x join groups y on y.enterprise_id = x.enterprise_id and y.id = x.group_id
		where x.enterprise_id = $1 and x.user_id = $3 and y.organization_id = $2 and not y.is_default)`
	t.Queue(`insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
		select d.enterprise_id, $3, d.id, $4, $5, $6 from groups d where d.enterprise_id = $1 and d.organization_id = $2 and d.is_default and `+
		others+`
		on conflict (enterprise_id, user_id, group_id) do nothing`,
		string(ent), string(org), string(user), string(sso.SourceDefault), engine.Micros(t.now),
		cause)
	t.Queue(`delete from memberships where enterprise_id = $1 and user_id = $3 and source = $4 and group_id in
		(select d.id from groups d where d.enterprise_id = $1 and d.organization_id = $2 and d.is_default) and not `+
		others,
		string(ent), string(org), string(user), string(sso.SourceDefault))
}

// followHistoryOf is followHistory for many users, about some groups alone.
func (t *tx) followHistoryOf(ent sso.EnterpriseID, groups []sso.GroupID, users []sso.UserID, cause string) {
	d := t.db.sql.Dialect
	list, of := userList(users), engine.JSONList(groupTexts(groups))
	pairs := "(" + d.Values("$2") + ") n cross join (" + d.Values("$3") + ") g"
	const pair = "x.enterprise_id = $1 and x.user_id = n.value and x.group_id = g.value"
	t.Queue(
		`update membership_history as h set until_at = $4, ended_by = $5
		where (h.enterprise_id = $1) is true
		and `+d.Each("h", "membership_history", pair+" and x.until_at = 0", pairs)+`
		and (select 1 from memberships m where m.enterprise_id = $1 and m.user_id = h.user_id
			and m.group_id = h.group_id and m.source = h.source) is null`,
		string(ent), list, of, engine.Micros(t.now), cause,
	)
	t.Queue(
		`insert into membership_history (enterprise_id, user_id, group_id, from_at, until_at, source, cause, ended_by)
		select m.enterprise_id, m.user_id, m.group_id, cast($4 as bigint), 0, m.source, m.cause, '' from memberships m
		where (m.enterprise_id = $1) is true and `+d.Each("m", "memberships", pair, pairs)+`
		and (select 1 from membership_history h where h.enterprise_id = $1
			and h.user_id = m.user_id and h.group_id = m.group_id and h.until_at = 0) is null
		on conflict (enterprise_id, user_id, group_id, from_at) do update
			set until_at = 0, source = excluded.source, cause = excluded.cause, ended_by = ''`,
		string(ent), list, of, engine.Micros(t.now),
	)
}

// followDefaultOf is followDefault for many users.
func (t *tx) followDefaultOf(
	ent sso.EnterpriseID, org sso.OrganizationID, group sso.GroupID, users []sso.UserID, cause string,
) {
	d, list := t.db.sql.Dialect, userList(users)
	// The order leaves PostgreSQL only the index that begins with the user. Both serve,
	// as far as it knows, while it expects no rows.
	other := func(user string) string {
		return `(select 1 from memberships x join groups y on y.enterprise_id = x.enterprise_id and y.id = x.group_id
			where x.enterprise_id = $1 and x.user_id between ` + user + ` and ` + user + `
				and y.organization_id = $2 and not y.is_default
			order by x.user_id, x.group_id limit 1)`
	}
	t.Queue(`insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
		select $1, n.value, $4, $5, cast($6 as bigint), $7 from (`+d.Values("$3")+`) n
		where `+other("n.value")+` is not null
		on conflict (enterprise_id, user_id, group_id) do nothing`,
		string(ent), string(org), list, string(group), string(sso.SourceDefault), engine.Micros(t.now), cause)
	t.Queue("delete from memberships as m where (m.enterprise_id = $1) is true and "+t.members("$4", "$3")+
		" and m.source = $5 and "+other("m.user_id")+" is null",
		string(ent), string(org), list, string(group), string(sso.SourceDefault))
}

// members returns a condition on the memberships m: they are those of users in a group.
// Both are parameters; $1 is the enterprise.
func (t *tx) members(group, users string) string {
	d := t.db.sql.Dialect
	return d.Each(
		"m", "memberships", "x.enterprise_id = $1 and x.user_id = n.value and x.group_id = "+group,
		"("+d.Values(users)+") n",
	)
}

// invalidate makes every node reload these users; their sessions continue.
func (t *tx) invalidate(users ...sso.UserID) {
	all := make([]sso.Revocation, len(users))
	for i, u := range users {
		all[i].User = u
	}
	t.revoke(all...)
}

const pastColumns = `h.group_id, coalesce(g.name, f.name, ''), coalesce(g.organization_id, f.organization_id, ''), coalesce(o.name, f.organization_name, ''),
	coalesce(g.is_default, f.is_default, false), h.user_id, h.source, h.from_at, h.cause, h.until_at, h.ended_by`

// pastFrom joins a history with the current or former names of its groups.
const pastFrom = ` left join groups g on g.enterprise_id = h.enterprise_id and g.id = h.group_id
	left join organizations o on o.enterprise_id = g.enterprise_id and o.id = g.organization_id
	left join former_groups f on f.enterprise_id = h.enterprise_id and f.id = h.group_id`

func pastFields(p *sso.PastMembership) []any {
	return []any{
		&p.Group.Group, &p.Group.Name, &p.Group.Organization, &p.Group.OrganizationName, &p.Default,
		&p.User, &p.Source,
		engine.Time(&p.From), &p.Cause, engine.Time(&p.Until), &p.EndedBy,
	}
}

func scanPast(r engine.Row) (p sso.PastMembership, err error) {
	err = r.Scan(pastFields(&p)...)
	return p, err
}

// GroupMembersAt lists the members of a group at a time, oldest user first. The
// group may have been deleted since.
func (db *DB) GroupMembersAt(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, at time.Time, page sso.Page,
) (_ []sso.PastMember, next string, err error) {
	defer func() { doing(&err, "list former members") }()
	_, err = found(engine.One(ctx, db.sql, engine.ScanText, `select id from groups where enterprise_id = $1 and id = $2
		union all select id from former_groups where enterprise_id = $1 and id = $2`, string(ent),
		string(group)))
	if err != nil {
		return nil, "", err
	}
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (m sso.PastMember, err error) {
		err = r.Scan(append(userFields(&m.User), pastFields(&m.Membership)...)...)
		return m, err
	},
		"select "+userColumns+", "+pastColumns+
			" from membership_history h join users u on u.enterprise_id = h.enterprise_id and u.id = h.user_id"+
			pastFrom+`
		where h.enterprise_id = $1 and h.group_id = $2 and h.from_at <= $3 and (h.until_at = 0 or h.until_at > $3) and h.user_id > $4
		order by h.user_id limit $5`, string(ent), string(group), engine.Micros(at), page.Cursor,
		int64(page.Size()+1))
	all, next = engine.CutPage(all, page.Size(), func(m sso.PastMember) string {
		return string(m.User.ID)
	})
	return all, next, err
}

// UserMembershipsAt lists the groups of a user at a time, including groups
// deleted since, by organization and name.
func (db *DB) UserMembershipsAt(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID, at time.Time,
) (_ []sso.PastMembership, err error) {
	defer func() { doing(&err, "list former memberships") }()
	if _, err := found(findUser(ctx, db.sql, ent, user)); err != nil {
		return nil, err
	}
	return pastOf(ctx, db.sql, ent, user, at)
}

// pastOf lists what a user was in at a time, or one of those merged into them.
func pastOf(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID, at time.Time,
) ([]sso.PastMembership, error) {
	of, err := mergedUsers(ctx, r, ent, user)
	if err != nil {
		return nil, err
	}
	var all []sso.PastMembership
	seen := map[sso.GroupID]bool{}
	for _, one := range of { // the user comes first
		some, err := engine.List(ctx, r, scanPast, "select "+pastColumns+" from membership_history h"+pastFrom+`
			where h.enterprise_id = $1 and h.user_id = $2 and h.from_at <= $3 and (h.until_at = 0 or h.until_at > $3)
			order by 4, 3, 2, 1`, string(ent), string(one), engine.Micros(at))
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			if !seen[p.Group.Group] {
				all = append(all, p)
			}
			seen[p.Group.Group] = true
		}
	}
	return all, nil
}
