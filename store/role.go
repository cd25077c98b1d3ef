package store

import (
	"context"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// maxRoles is how many roles an installation may have.
const maxRoles = 100

const roleColumns = "r.id, r.key, r.name, r.about, r.precedence, r.revision, r.created_at"

func scanRole(r engine.Row) (v sso.ProductRole, err error) {
	err = r.Scan(&v.ID, &v.Key, &v.Name, &v.About, &v.Precedence, &v.Revision, engine.Time(&v.CreatedAt))
	return v, err
}

// Roles lists all roles, the strongest first.
func (db *DB) Roles(ctx context.Context) (_ []sso.ProductRole, err error) {
	defer func() { doing(&err, "list roles") }()
	return engine.List(ctx, db.sql, scanRole, "select "+roleColumns+" from roles r order by r.precedence")
}

// Role returns one role.
func (db *DB) Role(ctx context.Context, id sso.RoleID) (_ sso.ProductRole, err error) {
	defer func() { doing(&err, "find role") }()
	return found(findRole(ctx, db.sql, id))
}

func findRole(ctx context.Context, r engine.Reader, id sso.RoleID) (sso.ProductRole, bool, error) {
	return engine.One(ctx, r, scanRole, "select "+roleColumns+" from roles r where r.id = $1", string(id))
}

// CreateRole creates a role; ID, Revision and CreatedAt are filled in. A key or a
// precedence of another role is Conflict "key_taken" or "precedence_taken", more than
// 100 roles are Conflict "too_many_roles".
func (db *DB) CreateRole(ctx context.Context, by sso.Actor, v sso.ProductRole) (_ sso.ProductRole, err error) {
	defer func() { doing(&err, "create role") }()
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		v.ID = sso.NewID[sso.RoleID](t.now)
		v.Revision = 1
		v.CreatedAt = t.now
		n, _, err := engine.One(ctx, t, engine.ScanNumber, "select count(*) from roles")
		if err != nil {
			return err
		}
		if n >= maxRoles {
			return errTooManyRoles()
		}
		if err := t.checkRole(ctx, v); err != nil {
			return err
		}
		t.Queue(
			`insert into roles (id, key, name, about, precedence, revision, created_at)
			values ($1, $2, $3, $4, $5, $6, $7)`,
			string(v.ID), v.Key, v.Name, v.About, int64(v.Precedence), v.Revision, engine.Micros(v.CreatedAt),
		)
		return t.auditRole(ctx, by, "role.created", v)
	})
	if err != nil {
		return sso.ProductRole{}, err
	}
	return v, nil
}

func errTooManyRoles() *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   "too_many_roles",
		Public: "There are 100 roles already. Delete one first.",
	}
}

// checkRole returns Conflict if another role has the key or the precedence. The
// caller is alone among changes of roles.
func (t *tx) checkRole(ctx context.Context, v sso.ProductRole) error {
	others, err := engine.List(
		ctx, t, scanRole,
		"select "+roleColumns+" from roles r where (r.key = $1 or r.precedence = $2) and r.id <> $3"+
			" order by r.precedence",
		v.Key, int64(v.Precedence), string(v.ID),
	)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Key == v.Key {
			return errKeyTaken()
		}
	}
	for _, o := range others {
		return taken(
			"precedence_taken", "precedence",
			"The role “"+o.Name+"” has the precedence "+strconv.Itoa(o.Precedence)+". Choose another number.",
		)
	}
	return nil
}

func (t *tx) auditRole(ctx context.Context, by sso.Actor, action string, v sso.ProductRole) error {
	return t.audit(
		ctx, by, action, string(v.ID), "key", v.Key, "name", v.Name, "about", v.About,
		"precedence", strconv.Itoa(v.Precedence),
	)
}

// UpdateRole changes a role; fn runs inside the transaction, where it can compare the
// revision. A change adds one to it. Every node applies another key or precedence to
// sessions that exist. Errors: those of CreateRole.
func (db *DB) UpdateRole(
	ctx context.Context, by sso.Actor, id sso.RoleID, fn func(sso.ProductRole) (sso.ProductRole, error),
) (_ sso.ProductRole, err error) {
	defer func() { doing(&err, "update role") }()
	load := func(ctx context.Context, t *tx) (sso.ProductRole, bool, error) { return findRole(ctx, t, id) }
	change := func(old sso.ProductRole) (sso.ProductRole, error) {
		v, err := fn(old)
		v.ID = old.ID
		v.CreatedAt = old.CreatedAt
		v.Revision = old.Revision
		if v != old {
			v.Revision++
		}
		return v, err
	}
	return edit(ctx, db, "", load, change, func(ctx context.Context, t *tx, old, v sso.ProductRole) error {
		if err := t.checkRole(ctx, v); err != nil {
			return err
		}
		// The row is locked before its groups are read: one that gets the role
		// meanwhile waits, and reads what is written here.
		_, err := t.Exec(
			ctx, "update roles set key = $2, name = $3, about = $4, precedence = $5, revision = $6 where id = $1",
			string(id), v.Key, v.Name, v.About, int64(v.Precedence), v.Revision,
		)
		if err != nil {
			return err
		}
		if v.Key != old.Key || v.Precedence != old.Precedence {
			t.revokeSelected(
				"'', '', n.enterprise_id",
				"(select distinct x.enterprise_id from group_roles x where x.role_id = $2) n", string(id),
			)
		}
		return t.auditRole(ctx, by, "role.updated", v)
	})
}

// DeleteRole deletes a role. One that a group carries is Conflict "role_in_use".
// conditions are checked in the transaction; an error of one aborts it.
func (db *DB) DeleteRole(
	ctx context.Context, by sso.Actor, id sso.RoleID, conditions ...func(sso.ProductRole) error,
) (err error) {
	defer func() { doing(&err, "delete role") }()
	return db.change(ctx, "", func(ctx context.Context, t *tx) error {
		v, err := found(findRole(ctx, t, id))
		if err != nil {
			return err
		}
		for _, check := range conditions {
			if err := check(v); err != nil {
				return err
			}
		}
		_, err = t.Exec(ctx, "delete from roles where id = $1", string(id))
		if engine.IsForeignKey(err) {
			return errRoleInUse().WithCause(err)
		}
		if err != nil {
			return err
		}
		return t.auditRole(ctx, by, "role.deleted", v)
	})
}

func errRoleInUse() *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   "role_in_use",
		Public: "Groups carry this role. Take it from them first.",
	}
}

// mostRoleGroups is how many groups RoleGroups lists.
const mostRoleGroups = 500

// RoleGroups lists the groups of all enterprises that carry a role, at most 500, by
// enterprise, organization and name.
func (db *DB) RoleGroups(ctx context.Context, id sso.RoleID) (_ []sso.RoleGroup, err error) {
	defer func() { doing(&err, "list the groups of a role") }()
	return engine.List(ctx, db.sql, func(r engine.Row) (v sso.RoleGroup, err error) {
		err = r.Scan(append(
			groupFields(&v.Group), &v.Organization, &v.Enterprise.ID, &v.Enterprise.Key, &v.Enterprise.Name,
		)...)
		return v, err
	}, "select "+groupColumns+`, o.name, e.id, e.key, e.name
		from group_roles x cross join groups g cross join organizations o cross join enterprises e
		where x.role_id = $1 and g.enterprise_id = x.enterprise_id and g.id = x.group_id
			and o.enterprise_id = g.enterprise_id and o.id = g.organization_id and e.id = g.enterprise_id
		order by e.name, e.id, o.name, g.name limit $2`, string(id), int64(mostRoleGroups))
}

// RoleCounts returns how many groups carry each role; one that none carries is not in it.
func (db *DB) RoleCounts(ctx context.Context) (_ map[sso.RoleID]int, err error) {
	defer func() { doing(&err, "count the groups of roles") }()
	counts := map[sso.RoleID]int{}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		var id sso.RoleID
		var n int
		err := r.Scan(&id, &n)
		counts[id] = n
		return err
	}, "select x.role_id, count(*) from group_roles x group by x.role_id")
	return counts, err
}
