package store

import (
	"context"
	"slices"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/store/engine"
)

// createMissing creates a pushed group that no group has the name of in the
// organizations that the configuration names.
func (e *effects) createMissing(ctx context.Context, g sso.ProvisionedGroup) error {
	if len(e.cfg.SCIM.CreateGroups.Organizations) == 0 || !e.whole() && !e.pilots(g) {
		return nil
	}
	if groups, err := e.groupsNamed(ctx, g.DisplayName); err != nil || len(groups) > 0 {
		return err
	}
	organizations, err := e.missingIn(ctx, g, nil)
	if err != nil {
		return err
	}
	for _, id := range organizations {
		if err := e.createGroupIn(ctx, id, g); err != nil {
			return err
		}
	}
	return nil
}

// missingIn returns the organizations in which a pushed group that no group has the
// name of is created. more are groups that count as created there.
func (e *effects) missingIn(
	ctx context.Context, g sso.ProvisionedGroup, more map[sso.OrganizationID]int,
) (in []sso.OrganizationID, err error) {
	rules := e.cfg.SCIM.CreateGroups
	if len(rules.Organizations) == 0 || !e.whole() && !e.pilots(g) {
		return nil, nil
	}
	created := map[sso.OrganizationID]int{}
	ids := make([]string, len(rules.Organizations))
	for i, id := range rules.Organizations {
		ids[i] = string(id)
	}
	err = e.Query(ctx, func(r engine.Row) error {
		var id sso.OrganizationID
		var n int
		err := r.Scan(&id, &n)
		created[id] = n
		return err
	}, "select o.id, (select count(*) from provisioned_creations c cross join groups x where c.enterprise_id = $1 "+
		"and x.enterprise_id = $1 and x.id = c.group_id and x.organization_id = o.id) from ("+
		e.db.sql.Dialect.Values("$2")+") n cross join organizations o where o.enterprise_id = $1 and o.id = n.value",
		string(e.push.Enterprise), engine.JSONList(ids))
	for _, id := range rules.Organizations {
		if n, exists := created[id]; exists && groupsync.Creates(rules, g.DisplayName, n+more[id]) {
			in = append(in, id)
		}
	}
	return in, err
}

// createGroupIn creates a pushed group in an organization.
func (e *effects) createGroupIn(ctx context.Context, org sso.OrganizationID, g sso.ProvisionedGroup) error {
	group := sso.Group{
		ID:           sso.NewID[sso.GroupID](e.now),
		Organization: org,
		Name:         g.DisplayName,
		Revision:     1,
		CreatedAt:    e.now,
	}
	e.insertGroup(e.push.Enterprise, group)
	e.Queue(
		`insert into provisioned_creations (enterprise_id, connection_id, group_id, resource_id, event_id, at)
		values ($1, $2, $3, $4, $5, $6)`,
		string(e.push.Enterprise), string(e.push.Connection), string(group.ID), string(g.ID),
		string(e.push.Event), engine.Micros(e.now),
	)
	if err := e.Flush(ctx); err != nil {
		return err
	}
	return e.audit(
		ctx, e.push.Actor(), "group.created", string(group.ID), "name", group.Name, "organization", string(org),
		"resource", string(g.ID), "event", string(e.push.Event),
	)
}

// renameGroup carries out what follows from another name of a pushed group: groups
// that were created for it get the name, members stay in the groups that still
// match, leave the others, and join those that match now. So do those who left with
// the rename: one change of each group, so that the brake judges it as a whole.
func (e *effects) renameGroup(
	ctx context.Context, before, after sso.ProvisionedGroup, left []sso.ResourceID,
) error {
	old, err := e.groupsNamed(ctx, before.DisplayName)
	if err != nil {
		return err
	}
	if err := e.renameCreated(ctx, before, after); err != nil {
		return err
	}
	if err := e.createMissing(ctx, after); err != nil {
		return err
	}
	now, err := e.groupsNamed(ctx, after.DisplayName)
	if err != nil {
		return err
	}
	members, err := e.membersAfter(ctx, after.ID, "", -1)
	if err != nil {
		return err
	}
	if err := e.adoptMembers(ctx, after, members); err != nil {
		return err
	}
	gone := slices.Concat(members, left)
	if err := e.changeGroups(ctx, after.ID, groupsWithout(old, now), nil, gone); err != nil {
		return err
	}
	return e.changeGroups(ctx, after.ID, groupsWithout(now, old), members, nil)
}

// groupsWithout returns the groups that are not among others.
func groupsWithout(groups, others []sso.Group) []sso.Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g sso.Group) bool {
		return slices.ContainsFunc(others, func(o sso.Group) bool { return o.ID == g.ID })
	})
}

// renameCreated gives groups that were created for a pushed group its new name,
// unless an admin renamed them, another group has the name, or no group would be
// created by that name.
func (e *effects) renameCreated(ctx context.Context, before, after sso.ProvisionedGroup) error {
	if !groupsync.Named(e.cfg.SCIM.CreateGroups, after.DisplayName) {
		return nil
	}
	groups, err := engine.List(
		ctx, e.tx, scanGroup,
		"select "+groupColumns+` from provisioned_creations c cross join groups g
		where c.enterprise_id = $1 and c.connection_id = $2 and c.resource_id = $3
			and g.enterprise_id = $1 and g.id = c.group_id and g.name = $4
			and not exists (select 1 from groups x where x.enterprise_id = $1 and x.organization_id = g.organization_id
				and x.name = $5)
			and not exists (select 1 from group_idp_names i where i.enterprise_id = $1
				and i.organization_id = g.organization_id and i.name = $5)`,
		string(e.push.Enterprise), string(e.push.Connection), string(after.ID), before.DisplayName,
		after.DisplayName,
	)
	if err != nil {
		return err
	}
	for _, g := range groups {
		e.Queue(
			"update groups set name = $3, folded = $4, revision = revision + 1 where enterprise_id = $1 and id = $2",
			string(e.push.Enterprise), string(g.ID), after.DisplayName, fold.Name(after.DisplayName),
		)
		e.revokeMembers(e.push.Enterprise, g.ID)
		if err := e.audit(
			ctx, e.push.Actor(), "group.updated", string(g.ID), "name", after.DisplayName, "was", g.Name,
			"resource", string(after.ID), "event", string(e.push.Event),
		); err != nil {
			return err
		}
	}
	return nil
}

// membersAfter lists members of a pushed group by ID, at most limit; all if it is
// negative.
func (e *effects) membersAfter(
	ctx context.Context, group, after sso.ResourceID, limit int64,
) ([]sso.ResourceID, error) {
	query := `select m.user_id from provisioned_members m where m.enterprise_id = $1 and m.connection_id = $2
		and m.group_id = $3 and m.user_id > $4 order by m.user_id`
	args := []any{string(e.push.Enterprise), string(e.push.Connection), string(group), string(after)}
	if limit >= 0 {
		query += " limit $5"
		args = append(args, limit)
	}
	return engine.List(ctx, e.tx, scanResourceID, query, args...)
}

// joinGroups makes users who were just adopted members of the groups that were
// pushed with them.
func (e *effects) joinGroups(ctx context.Context, users ...sso.ProvisionedUser) error {
	if len(users) == 0 {
		return nil
	}
	ids := make([]sso.ResourceID, len(users))
	for i, u := range users {
		ids[i] = u.ID
		e.saveAccount(u, sso.ProvisionedUser{}) // the memberships are read by it
	}
	var groups []sso.ProvisionedGroup
	members := map[sso.ResourceID][]sso.ResourceID{}
	err := e.Query(ctx, func(r engine.Row) error {
		var user sso.ResourceID
		row, err := scanProvisionedGroup(scanMore{r, []any{&user}})
		if members[row.ID] == nil {
			groups = append(groups, row.ProvisionedGroup)
		}
		members[row.ID] = append(members[row.ID], user)
		return err
	}, "select "+provisionedGroupColumns+", m.user_id from ("+e.db.sql.Dialect.Values("$3")+`) n
		cross join provisioned_members m cross join provisioned_groups g
		where m.enterprise_id = $1 and m.connection_id = $2 and m.user_id = n.value
			and g.enterprise_id = $1 and g.connection_id = $2 and g.id = m.group_id order by g.id, m.user_id`,
		string(e.push.Enterprise), string(e.push.Connection), idList(ids))
	if err != nil || e.cfg.SCIM.GroupsOff {
		return err
	}
	for _, g := range groups {
		if err := e.followMembers(ctx, g, members[g.ID], nil); err != nil {
			return err
		}
	}
	return nil
}

// leaveAll ends the memberships that pushes and sign-ins gave a user. The brake is
// not asked: the identity provider decides about people.
func (e *effects) leaveAll(ctx context.Context, user sso.UserID) error {
	e.Queue(
		`delete from memberships where enterprise_id = $1 and user_id = $2 and source in ('scim', 'jit', 'connection')
		and group_id in (select g.id from groups g where g.enterprise_id = $1 and not g.is_default)`,
		string(e.push.Enterprise), string(user),
	)
	e.Queue(
		`delete from memberships where enterprise_id = $1 and user_id = $2 and source = 'default'
		and not exists (select 1 from groups d join groups y on y.enterprise_id = d.enterprise_id
				and y.organization_id = d.organization_id and not y.is_default
			join memberships x on x.enterprise_id = y.enterprise_id and x.group_id = y.id and x.user_id = $2
			where d.enterprise_id = $1 and d.id = memberships.group_id)`,
		string(e.push.Enterprise), string(user),
	)
	e.followHistory(e.push.Enterprise, user, string(e.push.Event))
	e.invalidate(user)
	return e.Flush(ctx)
}

// CreatedGroups lists the groups that were created because the identity provider of
// a connection pushed them, oldest first.
func (db *DB) CreatedGroups(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (_ []sso.Group, err error) {
	defer func() { doing(&err, "list created groups") }()
	return createdGroups(ctx, db.sql, ent, conn)
}

func createdGroups(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, conn sso.ConnectionID,
) ([]sso.Group, error) {
	return engine.List(
		ctx, r, scanGroup,
		"select "+groupColumns+` from provisioned_creations c cross join groups g
		where c.enterprise_id = $1 and c.connection_id = $2 and g.enterprise_id = $1 and g.id = c.group_id
		order by g.id`,
		string(ent), string(conn),
	)
}

// UndoCreatedGroups deletes the groups that were created because the identity
// provider of a connection pushed them, and returns their number and that of those
// it keeps: groups of admins, default groups of a connection, and groups with
// members who were added in another way.
func (db *DB) UndoCreatedGroups(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID,
) (deleted, kept int, err error) {
	defer func() { doing(&err, "undo created groups") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		deleted, kept = 0, 0
		groups, err := createdGroups(ctx, t, ent, conn)
		if err != nil {
			return err
		}
		for _, g := range groups {
			used, err := t.usedElsewhere(ctx, ent, g)
			if err != nil {
				return err
			}
			if used {
				kept++
				continue
			}
			deleted++
			if err := t.deleteGroup(ctx, by, ent, g); err != nil {
				return err
			}
		}
		return t.needEnterprise(ctx)
	})
	return deleted, kept, err
}

// usedElsewhere reports whether a created group has a use besides the pushes.
func (t *tx) usedElsewhere(ctx context.Context, ent sso.EnterpriseID, g sso.Group) (bool, error) {
	if g.Admin {
		return true, nil
	}
	if err := t.checkNotDefault(ctx, "g.id = $2", string(ent), string(g.ID)); err != nil {
		if sso.KindOf(err) == sso.Conflict {
			return true, nil
		}
		return false, err
	}
	_, manual, err := engine.One(
		ctx, t, engine.ScanText,
		"select user_id from memberships where enterprise_id = $1 and group_id = $2 and source <> 'scim' limit 1",
		string(ent), string(g.ID),
	)
	return manual, err
}
