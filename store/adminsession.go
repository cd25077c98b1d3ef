package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// StartAdminSession creates a session of an enabled admin, ends the session it
// replaces, and audits the sign-in. CreatedAt and LastSeenAt are filled in.
func (db *DB) StartAdminSession(ctx context.Context, s sso.AdminSession, how string) (err error) {
	defer func() { doing(&err, "start admin session") }()
	return db.change(ctx, "", func(ctx context.Context, t *tx) error {
		a, err := db.findAdmin(ctx, t, "id = $1 and disabled_at = 0", string(s.Admin))
		if err != nil {
			return err
		}
		t.Queue(
			`insert into admin_sessions (token, admin_id, remote, user_agent, created_at, last_seen_at, confirmed_at, expires_at, session_id)
			values ($1, $2, $3, $4, $5, $5, $5, $6, $7)`,
			s.Token.String(), string(s.Admin),
			engine.Clean(s.Remote, maxRemote),
			engine.Clean(s.UserAgent, maxUserAgent), engine.Micros(t.now),
			engine.Micros(s.ExpiresAt), string(s.Session),
		)
		if s.Replaces != (sso.Hash{}) {
			t.Queue("delete from admin_sessions where token = $1", s.Replaces.String())
		}
		t.Queue("update admins set last_sign_in_at = $2 where id = $1", string(s.Admin), engine.Micros(t.now))
		return t.audit(
			ctx, sso.Actor(a.ID), "admin.signed_in", string(a.ID), "login", a.Login, "how", how,
			"recovery", changedFlag(false, a.Recovery), "remote", s.Remote,
		)
	})
}

// AdminSession returns a session with its account, and updates LastSeenAt once a
// minute. A session that has expired or was idle for longer than idle, or whose
// account is disabled, is Unauthenticated "session_ended".
func (db *DB) AdminSession(
	ctx context.Context, token sso.Hash, idle time.Duration,
) (s sso.AdminSession, a sso.Admin, err error) {
	defer func() { doing(&err, "find admin session") }()
	s, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (s sso.AdminSession, err error) {
		err = r.Scan(
			hexHash(&s.Token), &s.Admin, &s.Remote, &s.UserAgent, engine.Time(&s.CreatedAt),
			engine.Time(&s.LastSeenAt), engine.Time(&s.ExpiresAt),
			engine.Time(&s.ConfirmedAt),
			&s.Session,
		)
		return s, err
	}, `select token, admin_id, remote, user_agent, created_at, last_seen_at, expires_at, confirmed_at, session_id
		from admin_sessions where token = $1`, token.String())
	if err != nil {
		return sso.AdminSession{}, sso.Admin{}, err
	}
	now := db.now()
	if ok = ok &&
		now.Before(s.ExpiresAt) &&
		now.Before(s.LastSeenAt.Add(idle)); ok {
		a, ok, err = engine.One(
			ctx, db.sql, db.scanAdmin,
			"select "+adminColumns+" from admins where id = $1 and disabled_at = 0",
			string(s.Admin),
		)
	}
	if err == nil && !ok {
		err = sso.SessionEnded()
	}
	if err != nil {
		return sso.AdminSession{}, sso.Admin{}, err
	}
	if minute := now.Truncate(time.Minute); s.LastSeenAt.Before(minute) {
		// As with tokens, failing to store it is no reason to refuse.
		_ = db.write(ctx, func(_ context.Context, t *tx) error {
			t.Queue(
				"update admin_sessions set last_seen_at = $2 where token = $1 and last_seen_at < $2",
				token.String(), engine.Micros(minute),
			)
			return nil
		})
	}
	return s, a, nil
}

// EndAdminSession ends a session, if it exists.
func (db *DB) EndAdminSession(ctx context.Context, token sso.Hash) (err error) {
	defer func() { doing(&err, "end admin session") }()
	return db.change(ctx, "", func(ctx context.Context, t *tx) error {
		id, ok, err := engine.One(
			ctx, t, engine.ScanText,
			"delete from admin_sessions where token = $1 returning admin_id",
			token.String(),
		)
		if err != nil || !ok {
			return err
		}
		return t.audit(ctx, sso.Actor(id), "admin.signed_out", id)
	})
}

// ConfirmAdminSession records that the owner of a session entered the password or
// used a passkey again. A session that has ended is NotFound.
func (db *DB) ConfirmAdminSession(ctx context.Context, token sso.Hash, how string) (err error) {
	defer func() { doing(&err, "confirm admin session") }()
	return db.change(ctx, "", func(ctx context.Context, t *tx) error {
		id, err := found(engine.One(
			ctx, t, engine.ScanText,
			"update admin_sessions set confirmed_at = $2 where token = $1 returning admin_id",
			token.String(), engine.Micros(t.now),
		))
		if err != nil {
			return err
		}
		return t.audit(ctx, sso.Actor(id), "admin.confirmed", id, "how", how)
	})
}

// RefusedAdmin audits a failed attempt to sign in as an operator, with the login
// that was entered.
func (db *DB) RefusedAdmin(ctx context.Context, login, remote, why string) (err error) {
	defer func() { doing(&err, "record a refused admin") }()
	return db.change(ctx, "", func(ctx context.Context, t *tx) error {
		a, ok, err := engine.One(
			ctx, t, db.scanAdmin,
			"select "+adminColumns+" from admins where lower(login) = lower($1)",
			engine.Clean(login, sso.MaxLoginLength),
		)
		if err != nil {
			return err
		}
		recovery := ""
		if ok {
			recovery = changedFlag(false, a.Recovery)
		}
		return t.audit(
			ctx, sso.ActorSystem, "admin.refused", string(a.ID), "login",
			engine.Clean(login, sso.MaxLoginLength), "why", why, "recovery", recovery, "remote",
			remote,
		)
	})
}
