package store

import (
	"context"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// Administers reports whether an active user was appointed as an admin of their
// enterprise, or is in a group whose members are admins.
func (db *DB) Administers(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (_ bool, err error) {
	defer func() { doing(&err, "find out who administers") }()
	_, ok, err := engine.One(
		ctx, db.sql, engine.ScanText,
		`select u.id from users u where u.enterprise_id = $1 and u.id = $2 and u.status = $3 and (
			exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id = $2) or
			exists (select 1 from memberships m join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id
				where m.enterprise_id = $1 and m.user_id = $2 and g.is_admin))`,
		string(ent),
		string(user), string(sso.UserActive),
	)
	return ok, err
}

// mayAppoint reports whether an actor could make a user an admin. Admins of the
// enterprise and operators can; of tokens, see [sso.Token.Appoints].
func mayAppoint(ctx context.Context, r engine.Reader, by sso.Actor) (bool, error) {
	if _, ok := by.CompanyToken(); ok || by.OfLink() {
		return false, nil
	}
	id, ok := by.APIToken()
	if !ok {
		return true, nil
	}
	k, err := findToken(ctx, r, "", id)
	if sso.KindOf(err) == sso.NotFoundKind {
		return false, nil
	}
	return k.Appoints(), err
}

// EnterpriseAdmins lists the users appointed as admins of an enterprise, by ID.
func (db *DB) EnterpriseAdmins(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.EnterpriseAdmin, next string, err error) {
	defer func() { doing(&err, "list enterprise admins") }()
	w := &engine.Where{}
	w.And("a.enterprise_id = ", string(ent))
	query := "select " + userColumns + `, a.created_by, a.created_at from enterprise_admins a
		join users u on u.enterprise_id = a.enterprise_id and u.id = a.user_id` +
		w.Page("a.user_id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (a sso.EnterpriseAdmin, err error) {
		err = r.Scan(append(userFields(&a.User), &a.CreatedBy, engine.Time(&a.CreatedAt))...)
		return a, err
	}, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(a sso.EnterpriseAdmin) string {
		return string(a.User.ID)
	})
	return all, next, err
}

// AdminGroups lists the groups whose members are admins of an enterprise.
func (db *DB) AdminGroups(ctx context.Context, ent sso.EnterpriseID) (_ []sso.Group, err error) {
	defer func() { doing(&err, "list admin groups") }()
	return engine.List(
		ctx, db.sql, scanGroup,
		"select "+groupColumns+
			" from groups g where g.enterprise_id = $1 and g.is_admin order by g.name, g.id limit 200",
		string(ent),
	)
}

// AddEnterpriseAdmin appoints a user as an admin of their enterprise; appointing
// them again changes nothing.
func (db *DB) AddEnterpriseAdmin(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID) (err error) {
	defer func() { doing(&err, "add enterprise admin") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		u, err := found(findUser(ctx, t, ent, user))
		if err != nil {
			return err
		}
		if u.MergedInto != "" {
			return sso.UserMerged(u.MergedInto)
		}
		n, err := t.Exec(
			ctx,
			"insert into enterprise_admins (enterprise_id, user_id, created_by, created_at) values ($1, $2, $3, $4) on conflict do nothing",
			string(ent), string(user), string(by), engine.Micros(t.now),
		)
		if err != nil || n == 0 {
			return err
		}
		return t.audit(ctx, by, "enterprise_admin.added", string(user), "login", u.Login)
	})
}

// RemoveEnterpriseAdmin revokes the appointment of a user.
func (db *DB) RemoveEnterpriseAdmin(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
) (err error) {
	defer func() { doing(&err, "remove enterprise admin") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if err := t.ExecOne(
			ctx, errMissing(),
			"delete from enterprise_admins where enterprise_id = $1 and user_id = $2",
			string(ent), string(user),
		); err != nil {
			return err
		}
		return t.audit(ctx, by, "enterprise_admin.removed", string(user))
	})
}

// EnforceSSO sets whether admins of the enterprise must sign in through it.
// Enforcing needs an enabled recovery admin, else it is Conflict
// "no_recovery_admin"; test is the test connection that proves that signing in
// works.
func (db *DB) EnforceSSO(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, on bool, test sso.TestRunID,
) (err error) {
	defer func() { doing(&err, "enforce single sign-on") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if on {
			// The last recovery admin cannot be removed, so this stays true.
			if some, err := otherRecovery(ctx, t, ""); err != nil || !some {
				return orNone(err)
			}
			// The connection of the test may have been disabled meanwhile.
			if _, err := found(engine.One(
				ctx, t, engine.ScanText,
				"select id from connections where enterprise_id = $1 and state = $2 limit 1",
				string(ent), string(sso.ConnectionEnabled),
			)); err != nil {
				return orNoConnection(err)
			}
		}
		n, err := t.Exec(ctx, "update enterprises set enforced = $2 where id = $1 and enforced <> $2", string(ent), on)
		if err != nil || n == 0 {
			return err
		}
		if on {
			return t.audit(ctx, by, "enterprise.sso_enforced", string(ent), "test", string(test))
		}
		return t.audit(ctx, by, "enterprise.sso_not_enforced", string(ent))
	})
}

func orNoConnection(err error) error {
	if sso.KindOf(err) != sso.NotFoundKind {
		return err
	}
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   sso.CodeTestNeeded,
		Public: "No connection of this company is enabled. Enable one and pass a test connection on it first.",
	}
}

func orNone(err error) error {
	if err != nil {
		return err
	}
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   sso.CodeNoRecoveryAdmin,
		Public: "There is no recovery admin who could get in if single sign-on fails. Make one first, with gatehouse admin link --recovery.",
	}
}
