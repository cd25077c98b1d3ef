package store

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// GroupNamed returns the group with a name in the organization with a key.
func (db *DB) GroupNamed(
	ctx context.Context, ent sso.EnterpriseID, organization, name string,
) (_ sso.Group, err error) {
	defer func() { doing(&err, "find group by name") }()
	return found(engine.One(ctx, db.sql, scanGroup, "select "+groupColumns+` from groups g
		join organizations o on o.enterprise_id = g.enterprise_id and o.id = g.organization_id
		where g.enterprise_id = $1 and o.key = $2 and g.name = $3`, string(ent), organization,
		name))
}

// GroupRefs returns the groups with some IDs, in the order of the IDs. IDs of no
// group are omitted.
func (db *DB) GroupRefs(
	ctx context.Context, ent sso.EnterpriseID, ids []sso.GroupID,
) (_ []sso.PrincipalGroup, err error) {
	defer func() { doing(&err, "name groups") }()
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (g sso.PrincipalGroup, err error) {
		err = r.Scan(&g.ID, &g.Organization, &g.Name)
		return g, err
	},
		"select g.id, o.key, g.name from ("+db.sql.Dialect.Values("$2")+
			`) n cross join groups g cross join organizations o
		where g.enterprise_id = $1 and g.id = n.value and o.enterprise_id = $1 and o.id = g.organization_id`,
		string(ent), engine.JSONList(groupTexts(ids)))
	if err != nil {
		return nil, err
	}
	byID := make(map[sso.GroupID]sso.PrincipalGroup, len(all))
	for _, g := range all {
		byID[g.ID] = g
	}
	ordered := make([]sso.PrincipalGroup, 0, len(all))
	for _, id := range ids {
		if g, there := byID[id]; there {
			ordered = append(ordered, g)
		}
	}
	return ordered, nil
}

func groupTexts(ids []sso.GroupID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return texts
}

// checkNotDefault returns Conflict "group_is_default" if a group that satisfies
// the condition on g is a default group of a connection, live or draft.
func (t *tx) checkNotDefault(ctx context.Context, condition string, args ...any) error {
	name, is, err := engine.One(ctx, t, engine.ScanText, `select c.name from groups g cross join connections c
		where g.enterprise_id = $1 and c.enterprise_id = $1 and `+condition+`
		and (c.live like '%"' || g.id || '"%' or c.draft like '%"' || g.id || '"%') order by c.id limit 1`,
		args...)
	if err != nil || !is {
		return err
	}
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "group_is_default",
		Public: fmt.Sprintf("Everyone who signs in through the connection %s joins this group. "+
			"Take it out of the connection’s default groups first.", name),
	}
}

// A configuration names a group as a default group if its text has the ID in
// quotes: IDs are unique, and have no character that like treats specially.

// strayingDefault is a condition in a query about the group $2: the user
// x.user_id is known through an enabled connection with the group among its
// default groups.
const strayingDefault = `exists (select 1 from identities di cross join connections dc
	where di.enterprise_id = $1 and di.user_id = x.user_id and dc.enterprise_id = $1 and dc.id = di.connection_id
		and dc.state = 'enabled' and dc.live like '%"' || $2 || '"%')`

// expectedByDefault counts the members of a group g who are in it only because it
// is a default group of their connection. For a group that is no default group it
// reads the connections only.
const expectedByDefault = `(case when exists (select 1 from connections c
		where c.enterprise_id = g.enterprise_id and c.live like '%"' || g.id || '"%')
	then (select count(*) from memberships dm where dm.enterprise_id = g.enterprise_id and dm.group_id = g.id
		and exists (select 1 from identities di cross join connections dc
			where di.enterprise_id = g.enterprise_id and di.user_id = dm.user_id and dc.enterprise_id = g.enterprise_id
			and dc.id = di.connection_id and dc.state = 'enabled' and dc.live like '%"' || g.id || '"%')
		and not exists (select 1 from asserted_names b where b.enterprise_id = g.enterprise_id and b.user_id = dm.user_id
			and (b.name = g.name or b.name in (select n.name from group_idp_names n
				where n.enterprise_id = g.enterprise_id and n.group_id = g.id))))
	else 0 end)`

// changedDefaults returns the live default groups for an audit event, nothing if
// they did not change.
func changedDefaults(old, now *sso.Config) (detail []string) {
	list := func(cfg *sso.Config) string {
		if cfg == nil {
			return ""
		}
		return strings.Join(groupTexts(cfg.DefaultGroups), ", ")
	}
	was, is := list(old), list(now)
	if was == is {
		return nil
	}
	return []string{"default_groups", is, "default_groups_was", was}
}
