package store

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// trustColumns returns the stored trust of a connection: JSON, "" for the zero
// value, and the time when a change was requested or, if none waits, when a
// passed test alone made one live. Admins are notified of both within minutes.
func trustColumns(t sso.Trust) (text string, asked int64, err error) {
	if reflect.DeepEqual(t, sso.Trust{}) {
		return "", 0, nil
	}
	written, err := json.Marshal(t)
	switch w := t.Waiting(); {
	case w != nil:
		asked = engine.Micros(w.AskedAt)
	case t.Tested != nil:
		asked = engine.Micros(t.Since)
	}
	return string(written), asked, err
}

// UpdateTrust changes the trust of a connection; fn runs inside the transaction.
// Revision stays. action is the name of the audit event; if fn changes nothing,
// there is none.
func (db *DB) UpdateTrust(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, action string,
	fn func(sso.Connection) (sso.Trust, error)) (result sso.Connection, err error) {
	defer func() { doing(&err, "update trust") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		c, err := found(db.findConnection(ctx, t, ent, id))
		if err != nil {
			return err
		}
		old := c.Trust
		if c.Trust, err = fn(c); err != nil {
			return err
		}
		result = c
		if reflect.DeepEqual(old, c.Trust) {
			return nil
		}
		text, asked, err := trustColumns(c.Trust)
		if err != nil {
			return err
		}
		t.Queue(
			"update connections set trust = $3, trust_asked = $4 where enterprise_id = $1 and id = $2",
			string(ent), string(id), text, asked,
		)
		return t.audit(ctx, by, action, string(id), trustDetail(c.Trust)...)
	})
	if err != nil {
		return sso.Connection{}, err
	}
	return result, nil
}

// trustDetail returns the audit detail of a change of trust: of the draft, if
// there is one.
func trustDetail(t sso.Trust) []string {
	c := t.Draft
	if t.Back != nil &&
		(c == nil || t.Back.DecidedAt.After(c.DecidedAt) || t.Back.AskedAt.After(c.AskedAt)) {
		c = t.Back
	}
	if c == nil {
		return nil
	}
	return []string{"digest", c.Digest, "asked_by", string(c.AskedBy), "test", string(c.Test)}
}

// unlinkAdmins unlinks operators' accounts from the users of a connection, whose
// identities another party decides from now on.
func (t *tx) unlinkAdmins(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) error {
	tied, err := engine.List(ctx, t, engine.ScanText, `update admins set enterprise_id = '', user_id = ''
		where enterprise_id = $1
		and user_id in (select i.user_id from identities i where i.enterprise_id = $1 and i.connection_id = $2)
		returning id`, string(ent), string(id))
	if err != nil {
		return err
	}
	for _, admin := range tied {
		if err := t.audit(ctx, by, "admin.untied", admin, "connection", string(id)); err != nil {
			return err
		}
	}
	return nil
}

// TrustsAnyone reports whether an enterprise trusts an identity provider already:
// another connection was live, or users have signed in.
func (db *DB) TrustsAnyone(ctx context.Context, ent sso.EnterpriseID, beside sso.ConnectionID) (yes bool, err error) {
	defer func() { doing(&err, "look for trust") }()
	_, yes, err = engine.One(
		ctx, db.sql, engine.ScanText,
		`select id from connections where enterprise_id = $1 and id <> $2 and live <> '' limit 1`,
		string(ent), string(beside),
	)
	if err == nil && !yes {
		_, yes, err = engine.One(
			ctx, db.sql, engine.ScanText,
			"select id from users where enterprise_id = $1 and last_sign_in_at > 0 limit 1",
			string(ent),
		)
	}
	return yes, err
}

// BrowserUser returns the active user of the browser's session through a
// connection that began at or after since; "" if there is none or several users.
func (db *DB) BrowserUser(ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, browser sso.Hash,
	since time.Time) (_ sso.UserID, err error) {
	defer func() { doing(&err, "find the user of a browser") }()
	if browser == (sso.Hash{}) {
		return "", nil
	}
	all, err := engine.List(ctx, db.sql, scanSession, "select "+sessionColumns+` from sessions s
		join users u on u.enterprise_id = s.enterprise_id and u.id = s.user_id and u.status = $5
		where s.enterprise_id = $1 and s.connection_id = $2 and s.browser = $3 and s.created_at >= $4`,
		string(ent), string(c), browser.String(), engine.Micros(since), string(sso.UserActive))
	if err != nil {
		return "", err
	}
	var user sso.UserID
	for _, s := range all {
		if !s.Alive(db.now()) {
			continue
		}
		if user != "" && user != s.User {
			return "", nil
		}
		user = s.User
	}
	return user, nil
}

// UserByLogin returns the user that a connection knows by a login, as a sign-in
// without a known subject finds them; "" if there is none.
func (db *DB) UserByLogin(
	ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, login string,
) (_ sso.UserID, err error) {
	defer func() { doing(&err, "find user by login") }()
	u, _, err := engine.One(
		ctx, db.sql, scanUser,
		selectIdentity+" and i.login = $3 order by i.last_seen_at desc, i.created_at desc limit 1",
		string(ent), string(c), engine.Clean(login, sso.MaxLoginLength),
	)
	return u.ID, err
}
