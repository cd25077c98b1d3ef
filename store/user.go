package store

import (
	"context"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

const userColumns = "u.id, u.enterprise_id, u.login, u.email, u.email_verified, u.name, u.status, " +
	"u.created_at, u.last_sign_in_at, u.vouched_at, u.login_given, u.merged_into, u.ended_by_push"

func userFields(u *sso.User) []any {
	return []any{
		&u.ID, &u.Enterprise, &u.Login, &u.Email, &u.EmailVerified, &u.Name, &u.Status,
		engine.Time(&u.CreatedAt), engine.Time(&u.LastSignInAt), engine.Time(&u.VouchedAt),
		&u.LoginGiven, &u.MergedInto, &u.EndedByPush,
	}
}

func scanUser(r engine.Row) (u sso.User, err error) {
	err = r.Scan(userFields(&u)...)
	return u, err
}

// User returns one user.
func (db *DB) User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (_ sso.User, err error) {
	defer func() { doing(&err, "find user") }()
	return found(findUser(ctx, db.sql, ent, id))
}

func findUser(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.UserID) (sso.User, bool, error) {
	return engine.One(
		ctx, r, scanUser,
		"select "+userColumns+" from users u where u.enterprise_id = $1 and u.id = $2",
		string(ent), string(id),
	)
}

// Users lists the users of an enterprise, oldest first; a search by prefix lists
// them by matching term.
func (db *DB) Users(
	ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, page sso.Page,
) (_ []sso.User, next string, err error) {
	defer func() { doing(&err, "list users") }()
	if encodeTerm(f.Prefix) != "" {
		return db.searchUsers(ctx, ent, f, page)
	}
	w := &engine.Where{}
	w.And("u.enterprise_id = ", string(ent))
	w.AndText("u.login = ", f.Login)
	w.AndText("lower(u.email) = ", strings.ToLower(f.Email))
	w.AndText("u.status = ", string(f.Status))
	query := "select " + userColumns + " from users u" +
		w.Page("u.id", page.Cursor, page.Size(), false)
	all, err := engine.List(ctx, db.sql, scanUser, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(u sso.User) string {
		return string(u.ID)
	})
	return all, next, err
}

// UserIdentities lists the identities of a user, with the linked subjects. Subject is
// empty while none is bound.
func (db *DB) UserIdentities(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (_ []sso.UserIdentity, err error) {
	defer func() { doing(&err, "list identities") }()
	if _, err := found(findUser(ctx, db.sql, ent, user)); err != nil {
		return nil, err
	}
	return userIdentities(ctx, db.sql, ent, user)
}

func userIdentities(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, user sso.UserID,
) ([]sso.UserIdentity, error) {
	return engine.List(ctx, r, func(r engine.Row) (i sso.UserIdentity, err error) {
		err = r.Scan(
			&i.Linked, &i.User, &i.Connection, &i.Subject, &i.Login, engine.Time(&i.CreatedAt),
			engine.Time(&i.LastSeenAt),
		)
		return i, err
	}, `select '' as linked, user_id, connection_id, coalesce(subject, ''), login, created_at, last_seen_at
		from identities where enterprise_id = $1 and user_id = $2
		union all select id, user_id, connection_id, coalesce(subject, ''), login, created_at, last_seen_at
		from linked_subjects where enterprise_id = $1 and user_id = $2
		order by created_at, connection_id, linked`, string(ent), string(user))
}

// UpdateUser changes a user; fn runs inside the transaction. Deactivating ends
// all access of the user: sessions, sign-ins under way and setup links. A user whom a push
// deactivated stays deactivated whatever is pushed once fn takes EndedByPush away; fn cannot
// set it. A changed login survives sign-ins if LoginGiven is set. It returns Conflict:
// "login_in_use" for the login of another active user, "provisioned_by_scim" for a change
// of what the identity provider owns because it pushes the user, "user_merged" for a
// merged user, and "question_open" for making a user active about whom an identity
// question waits.
func (db *DB) UpdateUser(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.UserID,
	fn func(sso.User) (sso.User, error)) (_ sso.User, err error) {
	defer func() { doing(&err, "update user") }()
	load := func(ctx context.Context, t *tx) (sso.User, bool, error) {
		return findUser(ctx, t, ent, id)
	}
	change := func(old sso.User) (sso.User, error) {
		if old.MergedInto != "" {
			return old, sso.UserMerged(old.MergedInto)
		}
		u, err := fn(old)
		u.MergedInto = ""
		u.ID = old.ID
		u.Enterprise = old.Enterprise
		u.CreatedAt = old.CreatedAt
		u.LastSignInAt = old.LastSignInAt
		return u, err
	}
	return edit(ctx, db, ent, load, change, func(ctx context.Context, t *tx, old, u sso.User) error {
		if err := t.checkOwned(ctx, old, u); err != nil {
			return err
		}
		if err := t.changeUser(ctx, by, old, u); err != nil {
			return err
		}
		if old.Status != sso.UserActive && u.Status == sso.UserActive {
			return t.checkUnasked(ctx, u)
		}
		return nil
	})
}

// checkUnasked refuses to make a user active while a question waits whether they are
// another user: two active users could be one person then, and no answer would follow. A
// question about a login is decided by the login alone.
func (t *tx) checkUnasked(ctx context.Context, u sso.User) error {
	kind, waits, err := engine.One(
		ctx, t, engine.ScanText,
		"select kind from identity_questions where enterprise_id = $1 and user_id = $2 and state = 'waiting'",
		string(u.Enterprise), string(u.ID),
	)
	if err != nil || !waits || !sso.QuestionKind(kind).AboutPerson() {
		return err
	}
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "question_open",
		Public: "A question waits whether this person is one who is here already. Answer it under Login conflicts; the " +
			"answer lets them in.",
	}
}

// checkOwned refuses a change of login, name or address of a user whom the identity
// provider of an enabled connection pushes.
func (t *tx) checkOwned(ctx context.Context, old, u sso.User) error {
	field := ""
	switch {
	case old.Login != u.Login || old.LoginGiven != u.LoginGiven:
		field = "login"
	case old.Name != u.Name:
		field = "name"
	case old.Email != u.Email:
		field = "email"
	default:
		return nil
	}
	_, owned, err := engine.One(
		ctx, t, engine.ScanText,
		`select p.id from provisioned_users p join connections c
			on c.enterprise_id = p.enterprise_id and c.id = p.connection_id
		where p.enterprise_id = $1 and p.account_id = $2 and p.origin = 'pushed' and c.state = 'enabled'
			and c.live like '%"provisioning":"scim"%' and (p.adopted or not `+duringPilot+`) limit 1`,
		string(u.Enterprise), string(u.ID),
	)
	if err != nil || !owned {
		return err
	}
	return sso.ProvisionedBySCIM(field)
}

// changeUser writes a user whom an admin changed, with sessions and audit event.
func (t *tx) changeUser(ctx context.Context, by sso.Actor, old, u sso.User) error {
	if err := t.loginFree(ctx, old, u); err != nil {
		return err
	}
	u.EndedByPush = u.EndedByPush && old.EndedByPush && u.Status == old.Status
	t.updateUser(u)
	t.updateTerms(old, u)
	if err := t.Flush(ctx); err != nil {
		return ifTaken(err, sso.LoginInUse("login", u.Login))
	}
	action := "user.updated"
	var ended []string
	switch {
	case old.VouchedAt.IsZero() && !u.VouchedAt.IsZero():
		action = "user.vouched"
	case keptOff(old, u): // they have no access to end
		action = "user.deactivated"
		ended = []string{"ended_by_push", "no", "ended_by_push_was", "yes"}
	case old.Status == u.Status:
	case u.Status == sso.UserActive:
		action = "user.reactivated"
	default:
		action = "user.deactivated"
		access, err := t.endAccess(ctx, by, u, "")
		if err != nil {
			return err
		}
		ended = endedDetail(access)
	}
	// Applications are told the login of a session's user and whether the address is
	// verified.
	if u.Status == sso.UserActive &&
		(old.Login != u.Login || old.EmailVerified != u.EmailVerified) {
		t.invalidate(u.ID)
	}
	return t.audit(
		ctx, by, action, string(u.ID), append(difference(old, u), ended...)...,
	)
}

// keptOff reports whether an admin keeps a user deactivated whom a push had deactivated.
func keptOff(old, u sso.User) bool {
	return old.EndedByPush && !u.EndedByPush && old.Status == u.Status
}

func (t *tx) insertUser(u sso.User) {
	t.Queue(
		`insert into users (enterprise_id, id, login, email, email_verified, name, status, created_at, last_sign_in_at,
			vouched_at, login_given, login_folded, ended_by_push, off_since_sign_in)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		string(u.Enterprise), string(u.ID), u.Login, u.Email, u.EmailVerified, u.Name,
		string(u.Status), engine.Micros(u.CreatedAt), engine.Micros(u.LastSignInAt),
		engine.Micros(u.VouchedAt),
		u.LoginGiven, identity.LoginKey(u.Login), endedByPush(u), u.Status != sso.UserActive,
	)
}

// updateUser queues a changed user. off_since_sign_in is kept by the order of transactions,
// since the clocks of nodes may differ: it is set while the user is not active, and goes with
// the next sign-in.
func (t *tx) updateUser(u sso.User) {
	t.Queue(
		`update users set login = $3, email = $4, email_verified = $5, name = $6, status = $7,
			last_sign_in_at = $8, vouched_at = $9, login_given = $10, login_folded = $11, ended_by_push = $12,
			off_since_sign_in = $13 or off_since_sign_in and last_sign_in_at >= $8
		where enterprise_id = $1 and id = $2`,
		string(u.Enterprise), string(u.ID), u.Login, u.Email, u.EmailVerified, u.Name,
		string(u.Status), engine.Micros(u.LastSignInAt), engine.Micros(u.VouchedAt),
		u.LoginGiven,
		identity.LoginKey(u.Login),
		endedByPush(u),
		u.Status != sso.UserActive,
	)
}

// endedByPush is what is stored: a user who is not deactivated has not ended.
func endedByPush(u sso.User) bool { return u.EndedByPush && u.Status == sso.UserDeactivated }

// difference returns the audit detail of a changed user.
func difference(old, u sso.User) []string {
	var detail []string
	for _, f := range []struct{ name, old, new string }{
		{"login", old.Login, u.Login},
		{"email", old.Email, u.Email},
		{"name", old.Name, u.Name},
		{
			"email_verified", strconv.FormatBool(old.EmailVerified),
			strconv.FormatBool(u.EmailVerified),
		},
	} {
		if f.old != f.new {
			detail = append(detail, f.name, f.new, f.name+"_was", f.old)
		}
	}
	return detail
}
