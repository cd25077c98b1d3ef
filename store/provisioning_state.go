package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// openRefusals selects the open refusals of a connection whose kind begins with a
// resource type, one row for each name.
func openRefusals(kind string) string {
	return `select folded, max(last_at) as last_at, sum(count) as requests, max(detail) as detail
		from provisioning_refusals where enterprise_id = $1 and connection_id = $2 and healed_at = 0
			and kind in ('` + kind + `:read', '` + kind + `:write') group by folded`
}

const openRefusalColumns = "coalesce(r.last_at, 0), coalesce(r.requests, 0), coalesce(r.detail, '')"

func openRefusalFields(o *sso.OpenRefusals) []any {
	return []any{engine.Time(&o.RefusedAt), &o.Refusals, &o.Refusal}
}

// ProvisioningUserStates lists the users that a connection provisions, with what is
// refused of them, oldest first. Unlike a list that the identity provider asks for,
// it has no users who were there before and were not looked for yet.
func (db *DB) ProvisioningUserStates(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, page sso.Page,
) (_ []sso.ProvisioningUserState, next string, err error) {
	defer func() { doing(&err, "list provisioned users") }()
	w := &engine.Where{}
	w.And("u.enterprise_id = ", string(ent))
	w.And("u.connection_id = ", string(conn))
	query := "select " + provisionedUserColumns + ", " + openRefusalColumns + ` from provisioned_users u
		left join (` + openRefusals("users") + `) r on r.folded = u.user_name_folded` +
		w.Page("u.id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (s sso.ProvisioningUserState, err error) {
		u, err := scanProvisionedUser(scanMore{r, openRefusalFields(&s.OpenRefusals)})
		s.User = u.ProvisionedUser
		return s, err
	}, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(s sso.ProvisioningUserState) string {
		return string(s.User.ID)
	})
	return all, next, err
}

// ProvisioningCounts counts what the identity provider of a connection pushed.
func (db *DB) ProvisioningCounts(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (n sso.ProvisioningCounts, err error) {
	defer func() { doing(&err, "count what is provisioned") }()
	err = db.sql.Query(ctx, func(r engine.Row) error {
		return r.Scan(&n.Users, &n.Inactive, &n.Pending, &n.Groups, &n.Waiting)
	},
		// The expression is that of the index that lists compare.
		`select u.users, u.inactive, u.pending, g.teams, g.waiting from (
			select count(*) as users, count(case when not active then 1 end) as inactive,
				count(case when account_id = '' then 1 end) as pending
			from provisioned_users where enterprise_id = $1 and connection_id || '' = $2 and origin = 'pushed'
		) u cross join (
			select count(*) as teams, cast(coalesce(sum(waiting_count), 0) as bigint) as waiting
			from provisioned_groups where enterprise_id = $1 and connection_id || '' = $2 and origin = 'pushed'
		) g`,
		string(ent), string(conn))
	return n, err
}

// ProvisioningGroupStates lists the groups that a connection provisions, with what
// is known of their members, oldest first.
func (db *DB) ProvisioningGroupStates(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, page sso.Page,
) (_ []sso.ProvisioningGroupState, next string, err error) {
	defer func() { doing(&err, "list provisioned groups") }()
	w := &engine.Where{}
	w.And("g.enterprise_id = ", string(ent))
	w.And("g.connection_id = ", string(conn))
	query := "select " + provisionedGroupColumns + ", coalesce(l.at, 0), coalesce(l.members, 0), " +
		openRefusalColumns + ` from provisioned_groups g
		left join provisioning_lists l on l.enterprise_id = g.enterprise_id and l.connection_id = g.connection_id
			and l.group_id = g.id
		left join (` + openRefusals("groups") + `) r on r.folded = g.display_name_folded` +
		w.Page("g.id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanGroupState, query, w.Args()...)
	if err != nil {
		return nil, "", err
	}
	all, next = engine.CutPage(all, page.Size(), func(s sso.ProvisioningGroupState) string {
		return string(s.Group.ID)
	})
	return all, next, db.nameWaiting(ctx, ent, conn, all)
}

func scanGroupState(r engine.Row) (s sso.ProvisioningGroupState, err error) {
	more := append([]any{engine.Time(&s.ListedAt), &s.Listed}, openRefusalFields(&s.OpenRefusals)...)
	g, err := scanProvisionedGroup(scanMore{r, more})
	s.Group = g.ProvisionedGroup
	return s, err
}

// nameWaiting fills in the first 20 IDs that wait for their user, of each group
// that has any.
func (db *DB) nameWaiting(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, all []sso.ProvisioningGroupState,
) error {
	var ids []string
	states := map[sso.ResourceID]*sso.ProvisioningGroupState{}
	for i := range all {
		if all[i].Group.Waiting > 0 {
			ids = append(ids, string(all[i].Group.ID))
			states[all[i].Group.ID] = &all[i]
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return db.sql.Query(ctx, func(r engine.Row) error {
		var group, member sso.ResourceID
		err := r.Scan(&group, &member)
		if s := states[group]; s != nil {
			s.Waiting = append(s.Waiting, member)
		}
		return err
	},
		`select group_id, member from (
			select w.group_id, w.member, row_number() over (partition by w.group_id order by w.member) as n
			from (`+db.sql.Dialect.Values("$3")+`) v cross join provisioned_waiting w
			where w.enterprise_id = $1 and w.connection_id = $2 and w.group_id = v.value
		) numbered where n <= 20 order by group_id, member`,
		string(ent), string(conn), engine.JSONList(ids))
}
