package store

import (
	"context"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// reachOf is what a change of an organization is about.
type reachOf struct {
	group sso.Group // as it will be; zero for none
	was   string    // name of a group that is renamed or deleted
	user  sso.UserID
}

// reach checks the conditions of a change of an organization by an actor. Without any it
// reads nothing.
func (t *tx) reach(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, of reachOf,
	conditions []func(sso.Reach) error,
) error {
	if len(conditions) == 0 {
		return nil
	}
	r := sso.Reach{
		Group: of.group,
		Was:   of.was,
	}
	if err := t.readActor(ctx, &r, by, ent, organization); err != nil {
		return err
	}
	if of.group.Name != "" {
		if err := t.db.completeReach(ctx, t, &r, ent, of); err != nil {
			return err
		}
	}
	for _, check := range conditions {
		if err := check(r); err != nil {
			return err
		}
	}
	return nil
}

// readActor reads what an actor may do in an organization at all.
func (t *tx) readActor(
	ctx context.Context, r *sso.Reach, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID,
) error {
	user, err := sso.ParseID[sso.UserID](string(by))
	if err != nil {
		r.Company = true
		return nil //nolint:nilerr // the actor is no user
	}
	var roles int64
	err = t.Query(ctx, func(row engine.Row) error {
		return row.Scan(&r.Company, &r.Appointed, &roles)
	}, "select "+administersUser+`,
			exists (select 1 from organization_admins o
				where o.enterprise_id = $1 and o.organization_id = $3 and o.user_id = u.id),
			(select count(*) from organization_admins o
				where o.enterprise_id = $1 and o.organization_id = $3 and o.user_id = u.id and o.roles)
		from users u where u.enterprise_id = $1 and u.id = $2 and u.status = $4`,
		string(ent), string(user), string(organization), string(sso.UserActive))
	r.Roles = roles > 0
	return err
}

// completeReach reads the facts about a group, and the user whose membership changes.
func (db *DB) completeReach(
	ctx context.Context, r engine.Reader, facts *sso.Reach, ent sso.EnterpriseID, of reachOf,
) error {
	return r.Query(ctx, func(row engine.Row) error {
		return row.Scan(&facts.Asserted, &facts.Synced, &facts.Inside)
	}, `select exists (select 1 from asserted_names n where n.enterprise_id = $1 and n.name = $2)
			or exists (select 1 from provisioned_groups p
				where p.enterprise_id = $1 and p.display_name_folded = $3),
		exists (select 1 from memberships m where m.enterprise_id = $1 and m.group_id = $4
			and m.source in ('jit', 'scim', 'connection')),
		exists (select 1 from memberships m join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id
			where m.enterprise_id = $1 and m.user_id = $5 and g.organization_id = $6)`,
		string(ent), of.group.Name, filter.Fold(of.group.Name), string(of.group.ID), string(of.user),
		string(of.group.Organization))
}

// reachMember is reach about the membership of a user in a group.
func (t *tx) reachMember(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, g sso.Group, user sso.UserID,
	conditions []func(sso.Reach) error,
) error {
	if len(conditions) == 0 {
		return nil
	}
	if err := t.db.withRoles(ctx, t, ent, &g); err != nil {
		return err
	}
	return t.reach(ctx, by, ent, g.Organization, reachOf{
		group: g,
		user:  user,
	}, conditions)
}

// reachService checks the conditions for each group of a service, and for its owner.
func (t *tx) reachService(
	ctx context.Context, by sso.Actor, s sso.Service, conditions []func(sso.Reach) error,
) error {
	if len(conditions) == 0 {
		return nil
	}
	// A service without groups is checked, too: whether the actor is an admin at all.
	if err := t.reach(ctx, by, s.Enterprise, s.Organization, reachOf{}, conditions); err != nil {
		return err
	}
	ids := []sso.GroupID{s.Owner}
	for _, g := range s.Groups {
		ids = append(ids, g.ID)
	}
	for _, id := range ids {
		g, ok, err := t.db.findNamedGroup(ctx, t, s.Enterprise, id)
		if err == nil && ok {
			err = t.reach(ctx, by, s.Enterprise, s.Organization, reachOf{group: g}, conditions)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
