package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const sessionColumns = `s.id, s.token, s.enterprise_id, s.connection_id, s.user_id, s.attempt_id, s.subject, s.name_id_format, s.session_index,
	s.remote, s.user_agent, s.created_at, s.last_seen_at, s.idle_timeout, s.expires_at, s.browser,
	s.acr, s.amr, s.authn_at`

func sessionFields(s *sso.Session) []any {
	return []any{
		&s.ID, hexHash(&s.Token), &s.Enterprise, &s.Connection, &s.User, &s.Attempt, &s.Subject,
		&s.NameIDFormat, &s.SessionIndex,
		&s.Remote, &s.UserAgent, engine.Time(&s.CreatedAt), engine.Time(&s.LastSeenAt),
		engine.Duration(&s.IdleTimeout), engine.Time(&s.ExpiresAt), hexHash(&s.Browser),
		&s.Authn.Acr, lines(&s.Authn.Amr), engine.Time(&s.Authn.AuthnAt),
	}
}

func scanSession(r engine.Row) (s sso.Session, err error) {
	err = r.Scan(sessionFields(&s)...)
	return s, err
}

func (t *tx) insertSession(s sso.Session) {
	t.Queue(
		`insert into sessions (enterprise_id, id, token, connection_id, user_id, attempt_id, subject, name_id_format, session_index,
			remote, user_agent, created_at, last_seen_at, idle_timeout, expires_at, browser, acr, amr, authn_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		string(s.Enterprise), string(s.ID), s.Token.String(), string(s.Connection), string(s.User),
		string(s.Attempt),
		s.Subject, s.NameIDFormat, s.SessionIndex,
		engine.Clean(s.Remote, maxRemote),
		engine.Clean(s.UserAgent, maxUserAgent),
		engine.Micros(s.CreatedAt), engine.Micros(s.LastSeenAt), s.IdleTimeout.Microseconds(),
		engine.Micros(s.ExpiresAt), hexOf(s.Browser),
		s.Authn.Acr, strings.Join(s.Authn.Amr, "\n"), engine.Micros(s.Authn.AuthnAt),
	)
}

// Principal returns the user, enterprise and groups of a session by its token
// hash. A session that is unknown or over, or whose user is not active, is
// Unauthenticated "session_ended"; Unavailable means that it is not known.
func (db *DB) Principal(ctx context.Context, token sso.Hash) (_ sso.Principal, err error) {
	defer func() { doing(&err, "find session") }()
	p, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (p sso.Principal, err error) {
		dest := append(sessionFields(&p.Session), userFields(&p.User)...)
		e := &p.Enterprise
		var groups groupTriples
		err = r.Scan(append(
			dest, &e.ID, &e.Key, &e.Name, &e.Enforced, engine.Time(&e.CreatedAt),
			&p.Protocol, triples(&groups.groups), triples(&groups.roles), attributeTexts(&p.Attributes),
		)...)
		p.Groups = groups.list()
		return p, err
	},
		"select "+sessionColumns+", "+userColumns+
			", e.id, e.key, e.name, e.enforced, e.created_at, c.protocol, "+
			db.userGroupColumns("s")+", "+db.principalAttributes("s")+`
		from sessions s
		join users u on u.enterprise_id = s.enterprise_id and u.id = s.user_id
		join connections c on c.enterprise_id = s.enterprise_id and c.id = s.connection_id
		join enterprises e on e.id = s.enterprise_id where s.token = $1`, token.String())
	if err != nil {
		return sso.Principal{}, err
	}
	if !ok || !p.Session.Alive(db.now()) || p.User.Status != sso.UserActive {
		return sso.Principal{}, sso.SessionEnded()
	}
	return p, nil
}

// TouchSessions stores when sessions were last used. Sessions that ended stay
// ended, and times never go backwards. The sessions may belong to several
// enterprises; the caller read their IDs from the store.
func (db *DB) TouchSessions(ctx context.Context, seen map[sso.SessionID]time.Time) (err error) {
	defer func() { doing(&err, "touch sessions") }()
	if len(seen) == 0 {
		return nil
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		for id, at := range seen {
			t.Queue(
				"update sessions set last_seen_at = $2 where id = $1 and last_seen_at < $2",
				string(id), engine.Micros(at),
			)
		}
		return nil
	})
}

// UserSessions lists a user's live sessions, newest first.
func (db *DB) UserSessions(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (_ []sso.Session, err error) {
	defer func() { doing(&err, "list sessions") }()
	if _, err := found(findUser(ctx, db.sql, ent, user)); err != nil {
		return nil, err
	}
	now := engine.Micros(db.now())
	return engine.List(
		ctx, db.sql, scanSession,
		"select "+sessionColumns+` from sessions s where s.enterprise_id = $1 and s.user_id = $2
		and s.expires_at > $3 and s.last_seen_at + s.idle_timeout > $3 order by s.id desc`,
		string(ent), string(user), now,
	)
}

// RevokeSession ends one session.
func (db *DB) RevokeSession(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SessionID) (err error) {
	defer func() { doing(&err, "revoke session") }()
	return db.changeBeside(ctx, ent, func(ctx context.Context, t *tx) error {
		t.takeNumbers()
		user, err := found(engine.One(
			ctx, t, engine.ScanText,
			"delete from sessions where enterprise_id = $1 and id = $2 returning user_id",
			string(ent), string(id),
		))
		if err != nil {
			return err
		}
		t.revoke(sso.Revocation{Session: id})
		return t.audit(ctx, by, "session.revoked", string(id), "user", user)
	})
}

// RevokeUserSessions ends all sessions of a user and returns their number.
func (db *DB) RevokeUserSessions(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
) (n int, err error) {
	defer func() { doing(&err, "revoke the user's sessions") }()
	err = db.changeBeside(ctx, ent, func(ctx context.Context, t *tx) error {
		t.takeNumbers()
		if _, err := found(findUser(ctx, t, ent, user)); err != nil {
			return err
		}
		if n, err = t.endUserSessions(ctx, ent, user); err != nil {
			return err
		}
		return t.audit(ctx, by, "user.sessions_revoked", string(user), "sessions", strconv.Itoa(n))
	})
	return n, err
}

// endUserSessions revokes the user even if they have no session: a node may still
// have one cached.
func (t *tx) endUserSessions(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (int, error) {
	n, err := t.Exec(ctx, "delete from sessions where enterprise_id = $1 and user_id = $2", string(ent), string(user))
	if err != nil {
		return 0, err
	}
	t.revoke(sso.Revocation{User: user})
	return int(n), nil
}

// RevokeSubjectSessions ends the sessions that an identity provider names by a
// subject, a session index, or both; at least one is required. It returns their
// number, which may be 0. once, if set, is the replay mark of the logout message:
// a message that was processed before is Conflict "saml_replayed".
func (db *DB) RevokeSubjectSessions(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, c sso.ConnectionID,
	subject, sessionIndex string, once sso.ReplayMark) (n int, err error) {
	defer func() { doing(&err, "revoke the subject's sessions") }()
	w := &engine.Where{}
	w.And("enterprise_id = ", string(ent))
	w.And("connection_id = ", string(c))
	w.AndText("subject = ", subject)
	w.AndText("session_index = ", sessionIndex)
	if len(w.Args()) == 2 {
		return 0, nil
	}
	err = db.changeBeside(ctx, ent, func(ctx context.Context, t *tx) error {
		t.takeNumbers()
		fresh := int64(1)
		if once != (sso.ReplayMark{}) {
			t.mark(&fresh, ent, once)
		}
		ids, err := engine.List(
			ctx, t, engine.ScanText, "delete from sessions"+w.String()+" returning id", w.Args()...,
		)
		if err != nil {
			return err
		}
		if fresh == 0 {
			return sso.Replayed()
		}
		n = len(ids)
		return t.sessionsRevoked(ctx, by, ids)
	})
	return n, err
}

// sessionsRevoked adds deleted sessions to the list of revocations and audits
// them.
func (t *tx) sessionsRevoked(ctx context.Context, by sso.Actor, ids []string) error {
	gone := make([]sso.Revocation, len(ids))
	for i, id := range ids {
		gone[i].Session = sso.SessionID(id)
	}
	t.revoke(gone...)
	for _, id := range ids {
		if err := t.audit(ctx, by, "session.revoked", id); err != nil {
			return err
		}
	}
	return nil
}
