package store

import (
	"context"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// memberSets is what a change did to the members of a group.
type memberSets struct {
	added, removed []sso.ResourceID
	unknown        []sso.ResourceID
	waiting        int // by how much the number of those who wait changed
}

func (s memberSets) changed() bool { return len(s.added)+len(s.removed) > 0 }

func (s memberSets) effect() sso.MemberEffect {
	return sso.MemberEffect{
		Added:   len(s.added),
		Removed: len(s.removed),
		Unknown: s.unknown,
	}
}

// count changes the counts of a group.
func (s memberSets) count(g *sso.ProvisionedGroup) {
	g.Members += len(s.added) - len(s.removed)
	g.Waiting += s.waiting
}

// applyMemberSets applies what follows from changed members.
func (t *tx) applyMemberSets(ctx context.Context, p sso.Push, g sso.ProvisionedGroup, s memberSets) error {
	if !s.changed() {
		return nil
	}
	return t.applyMembers(ctx, p, g, s.added, s.removed)
}

// changeMembers writes a change of the members of a group whose row is locked. It
// does not read the members, except that a list that replaces them is compared
// with them by the database.
func (t *tx) changeMembers(
	ctx context.Context, p sso.Push, g sso.ProvisionedGroup, change sso.MemberChange,
) (s memberSets, err error) {
	c := memberChanger{
		tx:    t,
		push:  p,
		group: g,
	}
	change.Add = c.storable(change.Add)
	change.Remove = c.storable(change.Remove)
	if change.Replace {
		err = c.replace(ctx, change.Add)
		return c.sets, err
	}
	if len(change.Remove) > 0 {
		err = c.remove(ctx, change.Remove)
	}
	if len(change.Add) > 0 && err == nil {
		err = c.add(ctx, change.Add)
	}
	return c.sets, err
}

// memberChanger changes the members of one group.
type memberChanger struct {
	*tx
	push  sso.Push
	group sso.ProvisionedGroup
	sets  memberSets
}

// args returns the parameters of a statement about the group: enterprise,
// connection, group, and then others.
func (c *memberChanger) args(others ...any) []any {
	return append([]any{
		string(c.push.Enterprise), string(c.push.Connection), string(c.group.ID),
	}, others...)
}

// storable returns the IDs without those that no database stores: they are of no
// user.
func (c *memberChanger) storable(ids []sso.ResourceID) []sso.ResourceID {
	hasNUL := func(id sso.ResourceID) bool { return strings.ContainsRune(string(id), 0) }
	if !slices.ContainsFunc(ids, hasNUL) {
		return ids
	}
	var rest []sso.ResourceID
	for _, id := range ids {
		if hasNUL(id) {
			c.sets.unknown = append(c.sets.unknown, id)
		} else {
			rest = append(rest, id)
		}
	}
	return rest
}

// add makes users members, and lets IDs of no user wait.
func (c *memberChanger) add(ctx context.Context, ids []sso.ResourceID) error {
	added, err := c.insertMembers(ctx, ids)
	if err != nil {
		return err
	}
	c.sets.added = append(c.sets.added, added...)
	rest := without(ids, added)
	if len(rest) == 0 {
		return nil
	}
	members, err := c.usersAmong(ctx, rest)
	if err != nil {
		return err
	}
	return c.addUnknown(ctx, without(rest, members))
}

// addUnknown makes the users with external IDs members, and lets the other IDs
// wait. The lock makes sure that no user comes between the look and the wait.
func (c *memberChanger) addUnknown(ctx context.Context, ids []sso.ResourceID) error {
	if len(ids) == 0 {
		return nil
	}
	c.lockResources(c.push)
	users, known, err := c.byExternalID(ctx, ids)
	if err != nil {
		return err
	}
	added, err := c.insertMembers(ctx, users)
	if err != nil {
		return err
	}
	c.sets.added = append(c.sets.added, added...)
	return c.await(ctx, without(ids, known))
}

// remove ends memberships of users, and the waiting of IDs of no user.
func (c *memberChanger) remove(ctx context.Context, ids []sso.ResourceID) error {
	removed, err := c.deleteMembers(ctx, ids)
	if err != nil {
		return err
	}
	c.sets.removed = append(c.sets.removed, removed...)
	rest := without(ids, removed)
	if len(rest) == 0 {
		return nil
	}
	if err := c.forget(ctx, c.among("$4"), rest); err != nil {
		return err
	}
	users, _, err := c.byExternalID(ctx, rest)
	if err != nil {
		return err
	}
	removed, err = c.deleteMembers(ctx, users)
	c.sets.removed = append(c.sets.removed, removed...)
	return err
}

// replace makes the members those of a list, and no others.
func (c *memberChanger) replace(ctx context.Context, ids []sso.ResourceID) error {
	users, err := c.usersAmong(ctx, ids)
	if err != nil {
		return err
	}
	unknown := without(ids, users)
	if len(unknown) > 0 {
		c.lockResources(c.push)
		more, known, err := c.byExternalID(ctx, unknown)
		if err != nil {
			return err
		}
		users = append(users, more...)
		unknown = without(unknown, known)
	}
	c.sets.removed, err = c.memberRows(
		ctx, "delete from provisioned_members where enterprise_id = $1 and connection_id = $2 and group_id = $3 "+
			"and user_id not in ("+c.db.sql.Dialect.Values("$4")+") returning user_id", users,
	)
	if err != nil {
		return err
	}
	if c.sets.added, err = c.insertMembers(ctx, users); err != nil {
		return err
	}
	if err := c.forget(ctx, " not in ("+c.db.sql.Dialect.Values("$4")+")", unknown); err != nil {
		return err
	}
	return c.await(ctx, unknown)
}

// insertMembers makes those of the IDs that are users members, and returns the new
// ones.
func (c *memberChanger) insertMembers(ctx context.Context, ids []sso.ResourceID) ([]sso.ResourceID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return c.memberRows(
		ctx, `insert into provisioned_members (enterprise_id, connection_id, group_id, user_id, since)
		select $1, $2, $3, u.id, cast($5 as bigint) from provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and u.id`+c.among("$4")+`
			and (select 1 from provisioned_members m where m.enterprise_id = $1 and m.connection_id = $2
				and m.group_id = $3 and m.user_id = u.id) is null`+
			c.db.sql.Dialect.ForKeyShare+
			" on conflict (enterprise_id, connection_id, group_id, user_id) do nothing returning user_id",
		ids, engine.Micros(c.now),
	)
}

// deleteMembers ends memberships, and returns the IDs of those who were members.
func (c *memberChanger) deleteMembers(ctx context.Context, ids []sso.ResourceID) ([]sso.ResourceID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	d := c.db.sql.Dialect
	return c.memberRows(
		ctx, "delete from provisioned_members as m where (m.enterprise_id = $1) is true and "+d.Each(
			"m", "provisioned_members",
			"x.enterprise_id = $1 and x.connection_id = $2 and x.group_id = $3 and x.user_id = n.value",
			"("+d.Values("$4")+") n",
		)+" returning user_id", ids,
	)
}

// among returns the end of a condition that is true for the IDs of a parameter.
func (c *memberChanger) among(param string) string {
	return c.db.sql.Dialect.Among(c.db.sql.Dialect.Values(param))
}

// memberRows runs a statement about the group and a list of IDs, its fourth
// parameter, and returns the IDs of its rows.
func (c *memberChanger) memberRows(
	ctx context.Context, query string, ids []sso.ResourceID, others ...any,
) ([]sso.ResourceID, error) {
	args := c.args(append([]any{idList(ids)}, others...)...)
	return engine.List(ctx, c.tx, scanResourceID, query, args...)
}

func scanResourceID(r engine.Row) (id sso.ResourceID, err error) {
	err = r.Scan(&id)
	return id, err
}

// usersAmong returns those of the IDs that are users of the connection.
func (c *memberChanger) usersAmong(ctx context.Context, ids []sso.ResourceID) ([]sso.ResourceID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return engine.List(
		ctx, c.tx, scanResourceID,
		"select u.id from provisioned_users u where u.enterprise_id = $1 and u.connection_id = $2 "+
			"and u.id"+c.among("$3"),
		string(c.push.Enterprise), string(c.push.Connection), idList(ids),
	)
}

// byExternalID returns the users who have one of the IDs as their external ID, the
// oldest of each, and the external IDs that they have.
func (c *memberChanger) byExternalID(
	ctx context.Context, ids []sso.ResourceID,
) (users, external []sso.ResourceID, err error) {
	err = c.Query(ctx, func(r engine.Row) error {
		var user, id sso.ResourceID
		err := r.Scan(&id, &user)
		users = append(users, user)
		external = append(external, id)
		return err
	},
		`select u.external_id, min(u.id) from provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and u.external_id`+c.among("$3")+" group by u.external_id",
		string(c.push.Enterprise), string(c.push.Connection), idList(ids))
	return users, external, err
}

func idList(ids []sso.ResourceID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return engine.JSONList(texts)
}

// without returns the IDs that are not among others.
func without(ids, others []sso.ResourceID) []sso.ResourceID {
	if len(others) == 0 {
		return ids
	}
	is := make(map[sso.ResourceID]bool, len(others))
	for _, id := range others {
		is[id] = true
	}
	var rest []sso.ResourceID
	for _, id := range ids {
		if !is[id] {
			rest = append(rest, id)
		}
	}
	return rest
}

// lockGroupsOf queues a lock on the groups of a user, in the order of their IDs.
func (t *tx) lockGroupsOf(p sso.Push, user sso.ResourceID) {
	t.QueueQuery(func(engine.Row) error { return nil }, `select g.id from provisioned_groups g
		where g.enterprise_id = $1 and g.connection_id = $2 and g.id in (select m.group_id from provisioned_members m
			where m.enterprise_id = $1 and m.connection_id = $2 and m.user_id = $3) order by g.id`+
		t.db.sql.Dialect.ForNoKeyUpdate, string(p.Enterprise), string(p.Connection), string(user))
}

// leaveGroups queues that a user is no longer a member of any group.
func (t *tx) leaveGroups(p sso.Push, user sso.ResourceID) {
	t.Queue(
		`update provisioned_groups set member_count = member_count - 1, version = version + 1, modified_at = $4
		where enterprise_id = $1 and connection_id = $2 and id in (select m.group_id from provisioned_members m
			where m.enterprise_id = $1 and m.connection_id = $2 and m.user_id = $3)`,
		string(p.Enterprise), string(p.Connection), string(user), engine.Micros(t.now),
	)
	t.Queue(
		"delete from provisioned_members where enterprise_id = $1 and connection_id = $2 and user_id = $3",
		string(p.Enterprise), string(p.Connection), string(user),
	)
}

// ProvisionedGroupMembers lists members of a group by their ID, at most limit after
// the ID after. NotFound if there is no such group.
func (db *DB) ProvisionedGroupMembers(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id, after sso.ResourceID, limit int,
) (_ []sso.ProvisionedMember, err error) {
	defer func() { doing(&err, "list provisioned members") }()
	members, err := engine.List(
		ctx, db.sql, func(r engine.Row) (m sso.ProvisionedMember, err error) {
			err = r.Scan(&m.ID, &m.Name)
			return m, err
		}, `select u.id, u.user_name from provisioned_members m
		join provisioned_users u
			on u.enterprise_id = m.enterprise_id and u.connection_id = m.connection_id and u.id = m.user_id
		where m.enterprise_id = $1 and m.connection_id = $2 and m.group_id = $3 and m.user_id > $4
		order by m.user_id limit $5`,
		string(ent), string(conn), string(id), string(after), int64(limit))
	if err != nil || len(members) > 0 {
		return members, err
	}
	_, err = db.ProvisionedGroup(ctx, ent, conn, id)
	return nil, err
}

// ProvisionedUserGroups returns the groups of users by the ID of the user.
func (db *DB) ProvisionedUserGroups(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, users ...sso.ResourceID,
) (_ map[sso.ResourceID][]sso.ProvisionedMember, err error) {
	defer func() { doing(&err, "list groups of provisioned users") }()
	groups := map[sso.ResourceID][]sso.ProvisionedMember{}
	if len(users) == 0 {
		return groups, nil
	}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		var user sso.ResourceID
		var g sso.ProvisionedMember
		err := r.Scan(&user, &g.ID, &g.Name)
		groups[user] = append(groups[user], g)
		return err
	},
		`select m.user_id, g.id, g.display_name from provisioned_members m cross join provisioned_groups g
		where m.enterprise_id = $1 and m.connection_id = $2 and m.user_id`+
			db.sql.Dialect.Among(db.sql.Dialect.Values("$3"))+`
			and g.enterprise_id = $1 and g.connection_id = $2 and g.id = m.group_id order by m.user_id, g.id`,
		string(ent), string(conn), idList(users))
	return groups, err
}
