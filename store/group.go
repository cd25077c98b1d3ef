package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/store/engine"
)

const groupColumns = "g.id, g.organization_id, g.name, g.is_default, g.is_admin, g.revision, g.created_at"

func groupFields(g *sso.Group) []any {
	return []any{
		&g.ID, &g.Organization, &g.Name, &g.Default, &g.Admin, &g.Revision,
		engine.Time(&g.CreatedAt),
	}
}

func scanGroup(r engine.Row) (g sso.Group, err error) {
	err = r.Scan(groupFields(&g)...)
	return g, err
}

func errNameTaken() *sso.Error {
	return taken("name_taken", "name", "The organization has a group of this name already.")
}

func errDefaultGroup() *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   "default_group",
		Public: "The default group belongs to its organization: it cannot be renamed or deleted, and people leave it with their last other group.",
	}
}

func (t *tx) insertGroup(ent sso.EnterpriseID, g sso.Group) {
	t.Queue(
		"insert into groups (enterprise_id, id, organization_id, name, folded, is_default, is_admin, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
		string(ent), string(g.ID), string(g.Organization), g.Name, fold.Name(g.Name), g.Default,
		g.Admin, engine.Micros(g.CreatedAt),
	)
}

// writeNewGroup writes a new group with its IdP names and roles at once: what follows
// needs the group, and a name that another group took meanwhile is known only then.
func (t *tx) writeNewGroup(ctx context.Context, ent sso.EnterpriseID, g sso.Group, roles []sso.ProductRole) error {
	t.insertGroup(ent, g)
	t.saveIDPNames(ent, sso.Group{}, g)
	t.saveRoles(ent, g.ID, nil, roles)
	return ifTaken(t.Flush(ctx), errNameTaken())
}

// changedFlag returns the new value of a flag for an audit event, "" if it did
// not change.
func changedFlag(old, now bool) string {
	if old == now {
		return ""
	}
	return strconv.FormatBool(now)
}

// CreateGroup creates a group of g.Organization; ID, Revision and CreatedAt are
// filled in.
// A name or IdP name that another group of the organization has, of either kind,
// is Conflict "name_taken"; a role that does not exist is an invalid value.
// conditions are checked in the transaction.
func (db *DB) CreateGroup(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, g sso.Group, conditions ...func(sso.Reach) error,
) (_ sso.Group, err error) {
	defer func() { doing(&err, "create group") }()
	var follow []sso.ConnectionID
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) (err error) {
		g.ID = sso.NewID[sso.GroupID](t.now)
		g.Default = false
		g.Revision = 1
		g.CreatedAt = t.now
		if err := t.reach(ctx, by, ent, g.Organization, reachOf{group: g}, conditions); err != nil {
			return err
		}
		if err := t.checkNames(ctx, ent, g); err != nil {
			return err
		}
		roles, err := t.rolesByKey(ctx, g.Roles)
		if err != nil {
			return err
		}
		g.Roles = keysOf(roles)
		if err := t.writeNewGroup(ctx, ent, g, roles); err != nil {
			return err
		}
		if follow, err = t.askToFollow(ctx, ent, append([]string{g.Name}, g.IDPNames...)); err != nil {
			return err
		}
		return t.audit(
			ctx, by, "group.created", string(g.ID), "name", g.Name, "organization",
			string(g.Organization),
			"idp_names", strings.Join(g.IDPNames, ", "), "roles", strings.Join(g.Roles, ", "),
		)
	})
	if err != nil {
		return sso.Group{}, err
	}
	db.followSoon(ctx, ent, follow)
	return g, nil
}

// followSoon has the members of pushed groups join, as [DB.applySoon] does.
func (db *DB) followSoon(ctx context.Context, ent sso.EnterpriseID, connections []sso.ConnectionID) {
	for _, id := range connections {
		db.applySoon(ctx, ent, id)
	}
}

// Group returns one group with its IdP names and roles.
func (db *DB) Group(ctx context.Context, ent sso.EnterpriseID, id sso.GroupID) (_ sso.Group, err error) {
	defer func() { doing(&err, "find group") }()
	return found(db.findNamedGroup(ctx, db.sql, ent, id))
}

func findGroup(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.GroupID) (sso.Group, bool, error) {
	return engine.One(
		ctx, r, scanGroup,
		"select "+groupColumns+" from groups g where g.enterprise_id = $1 and g.id = $2",
		string(ent), string(id),
	)
}

// Groups lists the groups of an enterprise with their IdP names, roles and member
// counts, oldest first.
func (db *DB) Groups(
	ctx context.Context, ent sso.EnterpriseID, f sso.GroupFilter, page sso.Page,
) (_ []sso.GroupCount, next string, err error) {
	defer func() { doing(&err, "list groups") }()
	w := &engine.Where{}
	w.And("g.enterprise_id = ", string(ent))
	w.AndText("g.organization_id = ", string(f.Organization))
	w.AndText("g.name = ", f.Name)
	if part := fold.Name(f.Contains); part != "" {
		w.And(
			"g.folded like ",
			containing(part),
		)
		w.Add(" escape '!'")
	}
	query := "select " + groupColumns + `,
		(select count(*) from memberships m where m.enterprise_id = g.enterprise_id and m.group_id = g.id), ` +
		shouldBeIn + `
		from (select * from groups g` + w.Page("g.id", page.Cursor, page.Size(), false) +
		") g order by g.id" // counts only the page
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (c sso.GroupCount, err error) {
		err = r.Scan(append(groupFields(&c.Group), &c.Members, &c.Expected)...)
		return c, err
	}, query, w.Args()...)
	if err != nil {
		return nil, "", err
	}
	all, next = engine.CutPage(all, page.Size(), func(c sso.GroupCount) string {
		return string(c.Group.ID)
	})
	groups := make([]*sso.Group, len(all))
	for i := range all {
		groups[i] = &all[i].Group
	}
	return all, next, db.completeGroups(ctx, db.sql, ent, groups...)
}

// UpdateGroup changes the name, the IdP names, the roles, and whether the members
// are admins; fn runs inside the transaction, where it can compare the revision. A
// change adds one to it. Of a default group of an organization only the roles
// can be changed: Conflict "default_group". A name of another group of the
// organization is Conflict "name_taken". A default group of a connection cannot
// become an admin group: Conflict "group_is_default". A role that does not exist is
// an invalid value. conditions are checked in the transaction, too.
func (db *DB) UpdateGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.GroupID,
	fn func(sso.Group) (sso.Group, error), conditions ...func(sso.Reach) error) (g sso.Group, err error) {
	defer func() { doing(&err, "update group") }()
	var follow []sso.ConnectionID
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		old, err := found(db.findNamedGroup(ctx, t, ent, id))
		if err != nil {
			return err
		}
		if g, err = editGroup(old, fn); err != nil {
			return err
		}
		if err := t.reach(ctx, by, ent, old.Organization, reachOf{
			group: g,
			was:   old.Name,
		}, conditions); err != nil {
			return err
		}
		if g.Roles, err = t.changeRoles(ctx, ent, old, g.Roles); err != nil {
			return err
		}
		if sameButRoles(old, g) && slices.Equal(g.Roles, old.Roles) {
			return nil
		}
		if err := t.mayBecome(ctx, ent, old, g); err != nil {
			return err
		}
		g.Revision++
		if err := t.updateGroup(ctx, by, ent, old, g); err != nil {
			return err
		}
		follow, err = t.askToFollow(ctx, ent, newNames(old, g))
		return err
	})
	if err != nil {
		return sso.Group{}, err
	}
	db.followSoon(ctx, ent, follow)
	return g, nil
}

// editGroup returns a group as fn changes it, without what no edit changes. fn gets
// copies of the lists, so that those of old stay to be compared with.
func editGroup(old sso.Group, fn func(sso.Group) (sso.Group, error)) (sso.Group, error) {
	given := old
	given.IDPNames = slices.Clone(old.IDPNames)
	given.Roles = slices.Clone(old.Roles)
	g, err := fn(given)
	if err != nil {
		return g, err
	}
	keepGroup(&g, old)
	return g, nil
}

// sameButRoles reports whether an edit changed nothing but the roles, which are all that
// can change of a default group.
func sameButRoles(old, g sso.Group) bool {
	return g.Name == old.Name &&
		g.Admin == old.Admin &&
		slices.Equal(g.IDPNames, old.IDPNames)
}

// mayBecome returns an error unless a group may change so: the default group of an
// organization keeps all but its roles, and one that a connection puts everybody into
// makes no admins.
func (t *tx) mayBecome(ctx context.Context, ent sso.EnterpriseID, old, g sso.Group) error {
	if g.Default && !sameButRoles(old, g) {
		return errDefaultGroup()
	}
	if g.Admin && !old.Admin {
		return t.checkNotDefault(ctx, "g.id = $2", string(ent), string(g.ID))
	}
	return nil
}

// keepGroup restores what no edit changes.
func keepGroup(g *sso.Group, old sso.Group) {
	g.ID = old.ID
	g.Organization = old.Organization
	g.Default = old.Default
	g.Revision = old.Revision
	g.CreatedAt = old.CreatedAt
}

// newNames returns the names of a group, its IdP names included, that it had not.
func newNames(old, g sso.Group) []string {
	before := append([]string{old.Name}, old.IDPNames...)
	return slices.DeleteFunc(append([]string{g.Name}, g.IDPNames...), func(name string) bool {
		return slices.Contains(before, name)
	})
}

func (t *tx) updateGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, old, g sso.Group) error {
	if !g.Default { // of which only the roles have changed
		if err := t.checkNames(ctx, ent, g); err != nil {
			return err
		}
	}
	_, err := t.Exec(
		ctx,
		"update groups set name = $3, folded = $4, is_admin = $5, revision = $6 where enterprise_id = $1 and id = $2",
		string(ent), string(g.ID), g.Name, fold.Name(g.Name), g.Admin, g.Revision,
	)
	if err != nil {
		return ifTaken(err, errNameTaken())
	}
	t.saveIDPNames(ent, old, g)
	if g.Name != old.Name || !slices.Equal(g.Roles, old.Roles) {
		t.revokeMembers(ent, g.ID)
	}
	return t.audit(
		ctx, by, "group.updated", string(g.ID), "name", g.Name, "was", old.Name, "admin",
		changedFlag(old.Admin, g.Admin),
		"idp_names_added", changedNames(g.IDPNames, old.IDPNames),
		"idp_names_removed",
		changedNames(old.IDPNames, g.IDPNames),
		"roles_added", changedNames(g.Roles, old.Roles), "roles_removed", changedNames(old.Roles, g.Roles),
	)
}

// DeleteGroup deletes a group; members who are in no other group of its
// organization leave the organization. The default group cannot be deleted:
// Conflict "default_group"; nor can a default group of a connection: Conflict
// "group_is_default". conditions are checked in the transaction; an error of one
// aborts it.
func (db *DB) DeleteGroup(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.GroupID, conditions ...func(sso.Reach) error,
) (err error) {
	defer func() { doing(&err, "delete group") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		g, err := found(db.findNamedGroup(ctx, t, ent, id))
		if err != nil {
			return err
		}
		if err := t.reach(ctx, by, ent, g.Organization, reachOf{
			group: g,
			was:   g.Name,
		}, conditions); err != nil {
			return err
		}
		if g.Default {
			return errDefaultGroup()
		}
		if err := t.checkNotDefault(ctx, "g.id = $2", string(ent), string(id)); err != nil {
			return err
		}
		return t.deleteGroup(ctx, by, ent, g)
	})
}

// deleteGroup deletes a group; members who are in no other group of its
// organization leave the organization.
func (t *tx) deleteGroup(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, g sso.Group) error {
	id := g.ID
	t.endGroup(ent, id, by)
	t.revokeMembers(ent, id)
	t.Queue(`delete from memberships where enterprise_id = $1 and source = $4
		and group_id in (select d.id from groups d where d.enterprise_id = $1 and d.organization_id = $2 and d.is_default)
		and user_id in (select m.user_id from memberships m where m.enterprise_id = $1 and m.group_id = $3)
		and not exists (select 1 from memberships m join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id
			where m.enterprise_id = $1 and m.user_id = memberships.user_id and g.organization_id = $2 and not g.is_default and g.id <> $3)`,
		string(ent), string(g.Organization), string(id), string(sso.SourceDefault))
	t.Queue(`update membership_history set until_at = $3, ended_by = $4 where enterprise_id = $1 and until_at = 0
		and group_id in (select d.id from groups d where d.enterprise_id = $1 and d.organization_id = $2 and d.is_default)
		and not exists (select 1 from memberships m where m.enterprise_id = $1 and m.user_id = membership_history.user_id
			and m.group_id = membership_history.group_id)`, string(ent), string(g.Organization),
		engine.Micros(t.now), string(by))
	t.Queue("delete from groups where enterprise_id = $1 and id = $2", string(ent), string(id))
	return t.audit(
		ctx, by, "group.deleted", string(id), "name", g.Name, "organization",
		string(g.Organization),
	)
}
