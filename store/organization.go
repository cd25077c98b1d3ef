package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const selectOrganizations = `select o.id, o.enterprise_id, o.key, o.name, g.id, o.revision, o.created_at
	from organizations o
	join groups g on g.enterprise_id = o.enterprise_id and g.organization_id = o.id and g.is_default`

func organizationFields(o *sso.Organization) []any {
	return []any{
		&o.ID, &o.Enterprise, &o.Key, &o.Name, &o.DefaultGroup, &o.Revision,
		engine.Time(&o.CreatedAt),
	}
}

func scanOrganization(r engine.Row) (o sso.Organization, err error) {
	err = r.Scan(organizationFields(&o)...)
	return o, err
}

// CreateOrganization creates an organization of o.Enterprise with its default
// group; ID, DefaultGroup, Revision and CreatedAt are filled in. A key in use in the
// enterprise is Conflict "key_taken".
func (db *DB) CreateOrganization(
	ctx context.Context, by sso.Actor, o sso.Organization,
) (_ sso.Organization, err error) {
	defer func() { doing(&err, "create organization") }()
	err = db.change(ctx, o.Enterprise, func(ctx context.Context, t *tx) error {
		return t.createOrganization(ctx, by, &o)
	})
	if err != nil {
		return sso.Organization{}, err
	}
	return o, nil
}

// createOrganization inserts an organization and its default group, and fills in
// their IDs.
func (t *tx) createOrganization(ctx context.Context, by sso.Actor, o *sso.Organization) error {
	o.ID = sso.NewID[sso.OrganizationID](t.now)
	o.Revision = 1
	o.CreatedAt = t.now
	_, err := t.Exec(
		ctx,
		"insert into organizations (enterprise_id, id, key, name, created_at) values ($1, $2, $3, $4, $5)",
		string(o.Enterprise), string(o.ID), o.Key, o.Name, engine.Micros(o.CreatedAt),
	)
	if err != nil {
		return ifTaken(err, errKeyTaken())
	}
	o.DefaultGroup = sso.NewID[sso.GroupID](t.now)
	t.insertGroup(o.Enterprise, sso.Group{
		ID:           o.DefaultGroup,
		Organization: o.ID,
		Name:         sso.DefaultGroupName,
		Default:      true,
		CreatedAt:    t.now,
	})
	return t.audit(ctx, by, "organization.created", string(o.ID), "key", o.Key, "name", o.Name)
}

// Organization returns one organization.
func (db *DB) Organization(
	ctx context.Context, ent sso.EnterpriseID, id sso.OrganizationID,
) (_ sso.Organization, err error) {
	defer func() { doing(&err, "find organization") }()
	return found(findOrganization(ctx, db.sql, ent, id))
}

// OrganizationNamed returns the organization with an ID or a key.
func (db *DB) OrganizationNamed(
	ctx context.Context, ent sso.EnterpriseID, idOrKey string,
) (_ sso.Organization, err error) {
	defer func() { doing(&err, "find organization by name") }()
	return found(engine.One(
		ctx, db.sql, scanOrganization,
		selectOrganizations+" where o.enterprise_id = $1 and (o.key = $2 or o.id = $2)",
		string(ent), engine.Clean(idOrKey, 128),
	))
}

func findOrganization(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.OrganizationID,
) (sso.Organization, bool, error) {
	return engine.One(
		ctx, r, scanOrganization, selectOrganizations+" where o.enterprise_id = $1 and o.id = $2",
		string(ent), string(id),
	)
}

// Organizations lists an enterprise's organizations, oldest first.
func (db *DB) Organizations(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.Organization, next string, err error) {
	defer func() { doing(&err, "list organizations") }()
	w := &engine.Where{}
	w.And("o.enterprise_id = ", string(ent))
	query := selectOrganizations + w.Page("o.id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanOrganization, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(o sso.Organization) string {
		return string(o.ID)
	})
	return all, next, err
}

// OrganizationCounts is Organizations with the numbers of groups and members.
func (db *DB) OrganizationCounts(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.OrganizationCount, next string, err error) {
	defer func() { doing(&err, "count organizations") }()
	w := &engine.Where{}
	w.And("o.enterprise_id = ", string(ent))
	query := `select o.*, (select count(*) from groups x where x.enterprise_id = o.enterprise_id and x.organization_id = o.id and not x.is_default),
		(select count(*) from memberships m where m.enterprise_id = o.enterprise_id and m.group_id = o.group_id)
		from (select o.id, o.enterprise_id, o.key, o.name, g.id as group_id, o.revision, o.created_at
			from organizations o
			join groups g on g.enterprise_id = o.enterprise_id and g.organization_id = o.id and g.is_default` +
		w.Page("o.id", page.Cursor, page.Size(), false) + ") o order by o.id" // counts only the page
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (c sso.OrganizationCount, err error) {
		err = r.Scan(append(organizationFields(&c.Organization), &c.Groups, &c.Members)...)
		return c, err
	}, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(c sso.OrganizationCount) string {
		return string(c.Organization.ID)
	})
	return all, next, err
}

// UpdateOrganization changes key and name; fn runs inside the transaction, where
// it can compare the revision. A change adds one to it.
func (db *DB) UpdateOrganization(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.OrganizationID,
	fn func(sso.Organization) (sso.Organization, error)) (_ sso.Organization, err error) {
	defer func() { doing(&err, "update organization") }()
	load := func(ctx context.Context, t *tx) (sso.Organization, bool, error) {
		return findOrganization(ctx, t, ent, id)
	}
	change := func(old sso.Organization) (sso.Organization, error) {
		o, err := fn(old)
		o.ID = old.ID
		o.Enterprise = old.Enterprise
		o.DefaultGroup = old.DefaultGroup
		o.CreatedAt = old.CreatedAt
		o.Revision = old.Revision
		if err == nil && o != old {
			o.Revision++
		}
		return o, err
	}
	return edit(ctx, db, ent, load, change, func(ctx context.Context, t *tx, old, o sso.Organization) error {
		_, err := t.Exec(
			ctx,
			"update organizations set key = $3, name = $4, revision = $5 where enterprise_id = $1 and id = $2",
			string(ent), string(id), o.Key, o.Name, o.Revision,
		)
		if err != nil {
			return ifTaken(err, errKeyTaken())
		}
		if o.Key != old.Key { // applications are told organization/group
			t.revoke(sso.Revocation{Enterprise: ent})
		}
		return t.audit(ctx, by, "organization.updated", string(id), "key", o.Key, "name", o.Name)
	})
}

// DeleteOrganization deletes an organization with its groups and memberships. An
// organization with a default group of a connection cannot be deleted: Conflict
// "group_is_default". conditions are checked in the transaction; an error of one
// aborts it.
func (db *DB) DeleteOrganization(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.OrganizationID,
	conditions ...func(sso.Organization) error,
) (err error) {
	defer func() { doing(&err, "delete organization") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		o, err := found(findOrganization(ctx, t, ent, id))
		if err != nil {
			return err
		}
		for _, check := range conditions {
			if err := check(o); err != nil {
				return err
			}
		}
		if err := t.checkNotDefault(ctx, "g.organization_id = $2", string(ent), string(id)); err != nil {
			return err
		}
		groups, err := engine.List(
			ctx, t, engine.ScanText,
			"select id from groups where enterprise_id = $1 and organization_id = $2",
			string(ent), string(id),
		)
		if err != nil {
			return err
		}
		for _, g := range groups {
			t.endGroup(ent, sso.GroupID(g), by)
		}
		t.Queue("delete from organizations where enterprise_id = $1 and id = $2", string(ent), string(id))
		t.revoke(sso.Revocation{Enterprise: ent})
		return t.audit(ctx, by, "organization.deleted", string(id), "key", o.Key, "name", o.Name)
	})
}
