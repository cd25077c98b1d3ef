package store

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const adminColumns = "id, login, name, password, passkeys, recovery, enterprise_id, user_id, created_at, last_sign_in_at, disabled_at"

func adminPassword(id sso.AdminID) place { return place{"admins.password", string(id), ""} }

func (db *DB) scanAdmin(r engine.Row) (a sso.Admin, err error) {
	var sealed string
	err = r.Scan(
		&a.ID, &a.Login, &a.Name, &sealed, engine.JSON(&a.Passkeys), &a.Recovery, &a.Enterprise,
		&a.User,
		engine.Time(&a.CreatedAt), engine.Time(&a.LastSignInAt),
		engine.Time(&a.DisabledAt),
	)
	if err == nil {
		a.Password, err = db.sealer.open(adminPassword(a.ID), sealed)
	}
	return a, err
}

func (db *DB) findAdmin(ctx context.Context, r engine.Reader, where string, args ...any) (sso.Admin, error) {
	return found(engine.One(
		ctx, r, db.scanAdmin, "select "+adminColumns+" from admins where "+where, args...,
	))
}

// Admin returns one account.
func (db *DB) Admin(ctx context.Context, id sso.AdminID) (_ sso.Admin, err error) {
	defer func() { doing(&err, "find admin") }()
	return db.findAdmin(ctx, db.sql, "id = $1", string(id))
}

// AdminByLogin returns the account of a login, whatever its letter case.
func (db *DB) AdminByLogin(ctx context.Context, login string) (_ sso.Admin, err error) {
	defer func() { doing(&err, "find admin by login") }()
	return db.findAdmin(
		ctx, db.sql, "lower(login) = lower($1)", engine.Clean(login, sso.MaxLoginLength),
	)
}

// AdminByUser returns the account that is tied to a user.
func (db *DB) AdminByUser(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (_ sso.Admin, err error) {
	defer func() { doing(&err, "find admin by user") }()
	return db.findAdmin(ctx, db.sql, "enterprise_id = $1 and user_id = $2 and user_id <> ''", string(ent), string(user))
}

// Admins lists all accounts, oldest first.
func (db *DB) Admins(ctx context.Context, page sso.Page) (_ []sso.Admin, next string, err error) {
	defer func() { doing(&err, "list admins") }()
	w := &engine.Where{}
	query := "select " + adminColumns + " from admins" +
		w.Page("id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, db.scanAdmin, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(a sso.Admin) string {
		return string(a.ID)
	})
	return all, next, err
}

// HasAdmin reports whether a user can sign in as an operator.
func (db *DB) HasAdmin(ctx context.Context) (_ bool, err error) {
	defer func() { doing(&err, "look for an admin") }()
	_, ok, err := engine.One(ctx, db.sql, engine.ScanText, "select id from admins where disabled_at = 0 limit 1")
	return ok, err
}

// HasRecovery reports whether there is a recovery admin who is not disabled.
func (db *DB) HasRecovery(ctx context.Context) (_ bool, err error) {
	defer func() { doing(&err, "look for a recovery admin") }()
	return otherRecovery(ctx, db.sql, "")
}

// otherRecovery reports whether there is an enabled recovery admin other than
// one; "" excludes none.
func otherRecovery(ctx context.Context, r engine.Reader, than sso.AdminID) (bool, error) {
	_, ok, err := engine.One(
		ctx, r, engine.ScanText,
		"select id from admins where recovery and disabled_at = 0 and id <> $1 limit 1",
		string(than),
	)
	return ok, err
}

func errLastRecovery() *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   "last_recovery_admin",
		Public: "This is the last recovery admin. Make another one first, or no one could get in if single sign-on fails.",
	}
}

func errLoginTaken() *sso.Error {
	return taken("login_taken", "login", "Another admin has this login. Choose another.")
}

// UpdateAdmin changes an account; action is the name of the audit event, and fn
// runs inside the transaction. Disabling an account ends its sessions; a new
// password ends all but the session keep. Removing the last enabled recovery
// admin is Conflict "last_recovery_admin".
func (db *DB) UpdateAdmin(
	ctx context.Context,
	by sso.Actor,
	id sso.AdminID,
	action string,
	keep sso.Hash,
	fn func(sso.Admin) (sso.Admin, error),
) (result sso.Admin, err error) {
	defer func() { doing(&err, "update admin") }()
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		old, err := db.findAdmin(ctx, t, "id = $1", string(id))
		if err != nil {
			return err
		}
		if result, err = fn(old); err != nil {
			return err
		}
		result.ID, result.CreatedAt = old.ID, old.CreatedAt
		if reflect.DeepEqual(result, old) {
			return nil
		}
		if err := t.keepsRecovery(ctx, old, result); err != nil {
			return err
		}
		return t.saveAdmin(ctx, by, action, keep, old, result)
	})
	if err != nil {
		return sso.Admin{}, err
	}
	return result, nil
}

func (t *tx) keepsRecovery(ctx context.Context, old, now sso.Admin) error {
	was, is := old.Recovery && old.DisabledAt.IsZero(), now.Recovery && now.DisabledAt.IsZero()
	if !was || is {
		return nil
	}
	another, err := otherRecovery(ctx, t, old.ID)
	if err == nil && !another {
		err = errLastRecovery()
	}
	return err
}

func (t *tx) saveAdmin(ctx context.Context, by sso.Actor, action string, keep sso.Hash, old, a sso.Admin) error {
	passkeys, err := json.Marshal(a.Passkeys)
	if err != nil {
		return err
	}
	_, err = t.Exec(
		ctx,
		`update admins set login = $2, name = $3, password = $4, passkeys = $5, recovery = $6, enterprise_id = $7, user_id = $8,
		last_sign_in_at = $9, disabled_at = $10 where id = $1`,
		string(a.ID), a.Login, a.Name,
		t.db.sealer.seal(adminPassword(a.ID), a.Password),
		string(passkeys), a.Recovery, string(a.Enterprise), string(a.User),
		engine.Micros(a.LastSignInAt), engine.Micros(a.DisabledAt),
	)
	switch {
	case engine.IsUnique(err) && a.User != old.User:
		return taken("user_tied", "user", "Another admin account is tied to this person already.").WithCause(err)
	case err != nil:
		return ifTaken(err, errLoginTaken())
	}
	if a.Password != old.Password || !a.DisabledAt.IsZero() {
		t.Queue("delete from admin_sessions where admin_id = $1 and token <> $2", string(a.ID), keep.String())
	}
	return t.audit(
		ctx, by, action, string(a.ID), "login", a.Login, "recovery",
		changedFlag(old.Recovery, a.Recovery),
		"enterprise",
		changedText(string(old.Enterprise), string(a.Enterprise)), "user",
		changedText(string(old.User), string(a.User)),
	)
}

// changedText returns the new text for an audit event, "" if it did not change.
func changedText(old, now string) string {
	if old == now {
		return ""
	}
	return now
}

const invitationColumns = "id, token, recovery, created_by, created_at, expires_at, used_at, admin_id"

func scanInvitation(r engine.Row) (i sso.Invitation, err error) {
	err = r.Scan(
		&i.ID, hexHash(&i.Token), &i.Recovery, &i.CreatedBy, engine.Time(&i.CreatedAt),
		engine.Time(&i.ExpiresAt), engine.Time(&i.UsedAt), &i.Admin,
	)
	return i, err
}

// CreateInvitation creates a one-time link; ID and CreatedAt are filled in. An
// invitation of ActorStart replaces its earlier unused ones.
func (db *DB) CreateInvitation(ctx context.Context, by sso.Actor, i sso.Invitation) (_ sso.Invitation, err error) {
	defer func() { doing(&err, "create invitation") }()
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		i.ID = sso.NewID[sso.InvitationID](t.now)
		i.CreatedAt = t.now
		i.CreatedBy = by
		i.UsedAt = time.Time{}
		i.Admin = ""
		if by == sso.ActorStart {
			t.Queue("delete from invitations where created_by = $1 and used_at = 0", string(by))
		}
		t.Queue(
			"insert into invitations ("+invitationColumns+
				") values ($1, $2, $3, $4, $5, $6, 0, '')",
			string(i.ID), i.Token.String(), i.Recovery, string(by), engine.Micros(i.CreatedAt),
			engine.Micros(i.ExpiresAt),
		)
		return t.audit(
			ctx, by, "admin.invited", string(i.ID), "recovery", changedFlag(false, i.Recovery),
		)
	})
	if err != nil {
		return sso.Invitation{}, err
	}
	return i, nil
}

// errInvitation is the same for every invitation that cannot be used.
func errInvitation() *sso.Error {
	return sso.NotFound(sso.CodeInvitationGone, "This link has expired or was used already. Ask for a new one.")
}

// Invitation returns the usable invitation of a token; any other is NotFound
// "invitation_gone".
func (db *DB) Invitation(ctx context.Context, token sso.Hash) (_ sso.Invitation, err error) {
	defer func() { doing(&err, "find invitation") }()
	return openInvitation(ctx, db.sql, token, db.now())
}

func openInvitation(ctx context.Context, r engine.Reader, token sso.Hash, now time.Time) (sso.Invitation, error) {
	i, ok, err := engine.One(
		ctx, r, scanInvitation, "select "+invitationColumns+" from invitations where token = $1",
		token.String(),
	)
	if err == nil && (!ok || !i.UsedAt.IsZero() || !now.Before(i.ExpiresAt)) {
		err = errInvitation()
	}
	return i, err
}

// AcceptInvitation creates an account and uses its invitation up. ID, CreatedAt
// and, as the invitation says, whether it is a recovery admin are filled in. Of
// several concurrent calls, one creates an account.
func (db *DB) AcceptInvitation(ctx context.Context, token sso.Hash, a sso.Admin) (_ sso.Admin, err error) {
	defer func() { doing(&err, "accept invitation") }()
	err = db.change(ctx, "", func(ctx context.Context, t *tx) error {
		i, err := openInvitation(ctx, t, token, t.now)
		if err != nil {
			return err
		}
		a.ID, a.CreatedAt, a.Recovery = sso.NewID[sso.AdminID](t.now), t.now, i.Recovery
		_, err = t.Exec(
			ctx,
			"insert into admins ("+adminColumns+") values ($1, $2, $3, $4, '[]', $5, '', '', $6, 0, 0)",
			string(a.ID), a.Login, a.Name,
			t.db.sealer.seal(adminPassword(a.ID), a.Password),
			a.Recovery,
			engine.Micros(a.CreatedAt),
		)
		if err != nil {
			return ifTaken(err, errLoginTaken())
		}
		t.Queue(
			"update invitations set used_at = $2, admin_id = $3 where id = $1",
			string(i.ID), engine.Micros(t.now), string(a.ID),
		)
		return t.audit(
			ctx, sso.Actor(a.ID), "admin.created", string(a.ID), "login", a.Login, "invitation",
			string(i.ID),
			"invited_by", string(i.CreatedBy), "recovery",
			changedFlag(false, a.Recovery),
		)
	})
	if err != nil {
		return sso.Admin{}, err
	}
	return a, nil
}
