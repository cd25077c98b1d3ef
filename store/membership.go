package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

func membershipFields(m *sso.Membership) []any {
	return []any{&m.Group, &m.User, &m.Source, engine.Time(&m.Since), &m.Cause}
}

const membershipColumns = "m.group_id, m.user_id, m.source, m.since, m.cause"

func scanMembership(r engine.Row) (m sso.Membership, err error) {
	err = r.Scan(membershipFields(&m)...)
	return m, err
}

// insertMembership queues a membership; an existing one stays as it is.
func (t *tx) insertMembership(ent sso.EnterpriseID, m sso.Membership) {
	t.Queue(
		`insert into memberships (enterprise_id, user_id, group_id, source, since, cause) values ($1, $2, $3, $4, $5, $6)
		on conflict (enterprise_id, user_id, group_id) do nothing`,
		string(ent), string(m.User), string(m.Group), string(m.Source), engine.Micros(t.now),
		m.Cause,
	)
}

// GroupMembers lists the members of a group, oldest user first.
func (db *DB) GroupMembers(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, page sso.Page,
) (_ []sso.Member, next string, err error) {
	defer func() { doing(&err, "list members") }()
	if _, err := found(findGroup(ctx, db.sql, ent, group)); err != nil {
		return nil, "", err
	}
	w := &engine.Where{}
	w.And("m.enterprise_id = ", string(ent))
	w.And("m.group_id = ", string(group))
	query := "select " + userColumns + ", " + membershipColumns + ` from memberships m
		join users u on u.enterprise_id = m.enterprise_id and u.id = m.user_id` +
		w.Page("m.user_id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (m sso.Member, err error) {
		err = r.Scan(append(userFields(&m.User), membershipFields(&m.Membership)...)...)
		return m, err
	}, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(m sso.Member) string {
		return string(m.User.ID)
	})
	return all, next, err
}

// UserMemberships lists the groups of a user, with their roles, by organization and name.
func (db *DB) UserMemberships(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (_ []sso.UserMembership, err error) {
	defer func() { doing(&err, "list memberships") }()
	if _, err := found(findUser(ctx, db.sql, ent, user)); err != nil {
		return nil, err
	}
	all, err := userMemberships(ctx, db.sql, ent, user)
	if err != nil {
		return nil, err
	}
	groups := make([]*sso.Group, len(all))
	for i := range all {
		groups[i] = &all[i].Group
	}
	return all, db.withRoles(ctx, db.sql, ent, groups...)
}

// userMemberships is UserMemberships without the roles of the groups.
func userMemberships(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID,
) ([]sso.UserMembership, error) {
	return engine.List(ctx, r, func(r engine.Row) (m sso.UserMembership, err error) {
		dest := append(membershipFields(&m.Membership), groupFields(&m.Group)...)
		o := &m.Organization
		err = r.Scan(append(
			dest, &o.ID, &o.Enterprise, &o.Key, &o.Name, &o.DefaultGroup, engine.Time(&o.CreatedAt),
		)...)
		return m, err
	},
		"select "+membershipColumns+", "+groupColumns+
			`, o.id, o.enterprise_id, o.key, o.name, d.id, o.created_at from memberships m
		join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id
		join organizations o on o.enterprise_id = g.enterprise_id and o.id = g.organization_id
		join groups d on d.enterprise_id = o.enterprise_id and d.organization_id = o.id and d.is_default
		where m.enterprise_id = $1 and m.user_id = $2 order by o.name, o.id, g.name, g.id`,
		string(ent), string(user))
}

// AddMember adds a user to a group manually, and to the default group of its
// organization. An existing membership stays, except that one with source default
// becomes manual. conditions are checked in the transaction.
func (db *DB) AddMember(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID,
	conditions ...func(sso.Reach) error,
) (err error) {
	defer func() { doing(&err, "add member") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		g, err := t.commonGroup(ctx, ent, group, user)
		if err != nil {
			return err
		}
		if err := t.reachMember(ctx, by, ent, g, user, conditions); err != nil {
			return err
		}
		old, is, err := t.membership(ctx, ent, group, user)
		if err != nil {
			return err
		}
		switch {
		case is && old.Source != sso.SourceDefault:
			return nil
		case is:
			t.Queue("update memberships set source = $4 where enterprise_id = $1 and user_id = $2 and group_id = $3",
				string(ent), string(user), string(group), string(sso.SourceManual))
		default:
			t.insertMembership(ent, sso.Membership{
				Group:  group,
				User:   user,
				Source: sso.SourceManual,
				Cause:  string(by),
			})
		}
		if !g.Default {
			t.followDefault(ent, g.Organization, user, string(by))
		}
		t.followHistory(ent, user, string(by))
		t.invalidate(user)
		return t.audit(
			ctx, by, "membership.added", string(user), "group", string(group), "name", g.Name,
		)
	})
}

// RemoveMember removes a user from a group; with the last group they leave the
// organization. A user who is in another group cannot be removed from the default
// group: Conflict "default_group". conditions are checked in the transaction.
func (db *DB) RemoveMember(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID,
	conditions ...func(sso.Reach) error,
) (err error) {
	defer func() { doing(&err, "remove member") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		g, err := t.commonGroup(ctx, ent, group, user)
		if err != nil {
			return err
		}
		if err := t.reachMember(ctx, by, ent, g, user, conditions); err != nil {
			return err
		}
		_, is, err := t.membership(ctx, ent, group, user)
		if err != nil {
			return err
		}
		if !is {
			return errMissing()
		}
		others, _, err := engine.One(ctx, t, engine.ScanNumber, `select count(*) from memberships m
			join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id
			where m.enterprise_id = $1 and m.user_id = $2 and g.organization_id = $3 and g.id <> $4 and not g.is_default`,
			string(ent), string(user), string(g.Organization), string(group))
		if err != nil {
			return err
		}
		if g.Default && others > 0 {
			return errDefaultGroup()
		}
		t.Queue(
			"delete from memberships where enterprise_id = $1 and user_id = $2 and group_id = $3",
			string(ent), string(user), string(group),
		)
		t.followDefault(ent, g.Organization, user, string(by))
		t.followHistory(ent, user, string(by))
		t.invalidate(user)
		return t.audit(
			ctx, by, "membership.removed", string(user), "group", string(group), "name", g.Name,
		)
	})
}

// commonGroup returns a group; NotFound unless it and the user belong to the
// enterprise.
func (t *tx) commonGroup(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID,
) (sso.Group, error) {
	g, err := found(findGroup(ctx, t, ent, group))
	if err != nil {
		return g, err
	}
	u, err := found(findUser(ctx, t, ent, user))
	if err == nil && u.MergedInto != "" {
		err = sso.UserMerged(u.MergedInto)
	}
	return g, err
}

// membership returns the user's membership in a group, if any.
func (t *tx) membership(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, user sso.UserID,
) (m sso.Membership, is bool, err error) {
	return engine.One(ctx, t, scanMembership, "select "+membershipColumns+` from memberships m
		where m.enterprise_id = $1 and m.user_id = $2 and m.group_id = $3`, string(ent),
		string(user), string(group))
}
