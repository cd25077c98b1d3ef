package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// mostSaid is how many names SaidNames lists. An enterprise has hundreds; one
// that asserts a name for every user is not worth listing.
const mostSaid = 20_000

// SaidNames lists the names that are asserted for the users of an enterprise and
// are no default group, by name.
func (db *DB) SaidNames(ctx context.Context, ent sso.EnterpriseID) (_ []sso.AssertedName, err error) {
	defer func() { doing(&err, "list names of groups") }()
	return engine.List(ctx, db.sql, func(r engine.Row) (n sso.AssertedName, err error) {
		err = r.Scan(&n.Name, &n.People)
		return n, err
	},
		"select a.name, count(*) from asserted_names a where a.enterprise_id = $1 group by a.name order by a.name limit $2",
		string(ent), int64(mostSaid))
}

// GroupTallies lists all groups of an enterprise with their IdP names, roles and
// numbers of members and expected members, by organization and name. It reads
// indexes and no users.
func (db *DB) GroupTallies(ctx context.Context, ent sso.EnterpriseID) (_ []sso.GroupTally, err error) {
	defer func() { doing(&err, "count members of groups") }()
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (t sso.GroupTally, err error) {
		err = r.Scan(append(groupFields(&t.Group), &t.Members, &t.Expected)...)
		return t, err
	}, "select "+groupColumns+`, coalesce(c.members, 0), `+shouldBeIn+` from groups g
		left join (select m.group_id, count(*) as members from memberships m where m.enterprise_id = $1 group by m.group_id) c on c.group_id = g.id
		where g.enterprise_id = $1 order by g.organization_id, g.name`, string(ent))
	if err != nil {
		return nil, err
	}
	groups := make([]*sso.Group, len(all))
	for i := range all {
		groups[i] = &all[i].Group
	}
	return all, db.completeGroups(ctx, db.sql, ent, groups...)
}
