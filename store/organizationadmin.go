package store

import (
	"context"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const selectOrganizationAdmins = "select o.id, o.enterprise_id, o.key, o.name, g.id, o.revision, o.created_at, " +
	userColumns + `, a.roles, a.created_by, a.created_at from organization_admins a
	join organizations o on o.enterprise_id = a.enterprise_id and o.id = a.organization_id
	join groups g on g.enterprise_id = o.enterprise_id and g.organization_id = o.id and g.is_default
	join users u on u.enterprise_id = a.enterprise_id and u.id = a.user_id`

func scanOrganizationAdmin(r engine.Row) (a sso.OrganizationAdmin, err error) {
	dest := append(organizationFields(&a.Organization), userFields(&a.User)...)
	err = r.Scan(append(dest, &a.Roles, &a.CreatedBy, engine.Time(&a.CreatedAt))...)
	return a, err
}

// AdministeredBy lists the organizations that an active user was appointed for, by name.
func (db *DB) AdministeredBy(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (_ []sso.OrganizationAdmin, err error) {
	defer func() { doing(&err, "list the organizations of an admin") }()
	return engine.List(
		ctx, db.sql, scanOrganizationAdmin, selectOrganizationAdmins+`
		where a.enterprise_id = $1 and a.user_id = $2 and u.status = $3 order by o.name, o.id`,
		string(ent), string(user), string(sso.UserActive),
	)
}

// OrganizationAdmins lists the appointments of an enterprise, or of one organization of
// it unless that is "", by organization and user.
func (db *DB) OrganizationAdmins(
	ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, page sso.Page,
) (_ []sso.OrganizationAdmin, next string, err error) {
	defer func() { doing(&err, "list organization admins") }()
	w := &engine.Where{}
	w.And("a.enterprise_id = ", string(ent))
	column := "a.organization_id || '.' || a.user_id"
	if organization != "" {
		if _, err := found(findOrganization(ctx, db.sql, ent, organization)); err != nil {
			return nil, "", err
		}
		w.And("a.organization_id = ", string(organization))
		column = "a.user_id"
	}
	query := selectOrganizationAdmins + w.Page(column, page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanOrganizationAdmin, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(a sso.OrganizationAdmin) string {
		if organization != "" {
			return string(a.User.ID)
		}
		return string(a.Organization.ID) + "." + string(a.User.ID)
	})
	return all, next, err
}

// AddOrganizationAdmin appoints an active user as an admin of an organization; again, it
// changes whether the appointment includes groups that carry roles. A user who is not
// active is Conflict "user_inactive". conditions are checked in the transaction.
func (db *DB) AddOrganizationAdmin(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
	roles bool, conditions ...func(sso.Reach) error,
) (a sso.OrganizationAdmin, err error) {
	defer func() { doing(&err, "add organization admin") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if err := t.checkAppointment(ctx, by, ent, organization, user, conditions); err != nil {
			return err
		}
		n, err := t.Exec(
			ctx,
			`insert into organization_admins (enterprise_id, organization_id, user_id, roles, created_by, created_at)
			values ($1, $2, $3, $4, $5, $6) on conflict (enterprise_id, organization_id, user_id)
			do update set roles = excluded.roles where organization_admins.roles <> excluded.roles`,
			string(ent), string(organization), string(user), roles, string(by), engine.Micros(t.now),
		)
		if err != nil {
			return err
		}
		if a, err = found(t.organizationAdmin(ctx, ent, organization, user)); err != nil || n == 0 {
			return err
		}
		return t.audit(
			ctx, by, "organization_admin.added", string(user), "login", a.User.Login,
			"organization", string(organization), "roles", strconv.FormatBool(roles),
		)
	})
	if err != nil {
		return sso.OrganizationAdmin{}, err
	}
	return a, nil
}

func (t *tx) checkAppointment(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
	conditions []func(sso.Reach) error,
) error {
	if _, err := found(findOrganization(ctx, t, ent, organization)); err != nil {
		return err
	}
	u, err := found(findUser(ctx, t, ent, user))
	switch {
	case err != nil:
		return err
	case u.MergedInto != "":
		return sso.UserMerged(u.MergedInto)
	case u.Status != sso.UserActive:
		return &sso.Error{
			Kind:   sso.Conflict,
			Code:   "user_inactive",
			Public: "This person is not active, and cannot be appointed.",
		}
	}
	return t.reach(ctx, by, ent, organization, reachOf{}, conditions)
}

func (t *tx) organizationAdmin(
	ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
) (sso.OrganizationAdmin, bool, error) {
	return engine.One(
		ctx, t, scanOrganizationAdmin,
		selectOrganizationAdmins+" where a.enterprise_id = $1 and a.organization_id = $2 and a.user_id = $3",
		string(ent), string(organization), string(user),
	)
}

// RemoveOrganizationAdmin ends the appointment of a user for an organization.
func (db *DB) RemoveOrganizationAdmin(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, user sso.UserID,
	conditions ...func(sso.Reach) error,
) (err error) {
	defer func() { doing(&err, "remove organization admin") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		a, err := found(t.organizationAdmin(ctx, ent, organization, user))
		if err != nil {
			return err
		}
		if err := t.reach(ctx, by, ent, organization, reachOf{}, conditions); err != nil {
			return err
		}
		return t.endAppointment(ctx, by, ent, a)
	})
}

func (t *tx) endAppointment(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, a sso.OrganizationAdmin,
) error {
	t.Queue(
		"delete from organization_admins where enterprise_id = $1 and organization_id = $2 and user_id = $3",
		string(ent), string(a.Organization.ID), string(a.User.ID),
	)
	return t.audit(
		ctx, by, "organization_admin.removed", string(a.User.ID), "login", a.User.Login,
		"organization", string(a.Organization.ID),
	)
}

// endAppointments ends the appointments of a user as an admin of organizations, for good.
func (t *tx) endAppointments(ctx context.Context, by sso.Actor, u sso.User) error {
	all, err := engine.List(
		ctx, t, scanOrganizationAdmin, selectOrganizationAdmins+`
		where a.enterprise_id = $1 and a.user_id = $2 order by a.organization_id`,
		string(u.Enterprise), string(u.ID),
	)
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := t.endAppointment(ctx, by, u.Enterprise, a); err != nil {
			return err
		}
	}
	return nil
}
