package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const setupLinkColumns = "l.enterprise_id, l.id, coalesce(l.connection_id, ''), l.intents, l.token, l.made_for, l.max_opens, l.opens, l.created_by, l.created_at, l.expires_at, l.revoked_at, l.opened_at"

func scanSetupLink(r engine.Row) (l sso.SetupLink, err error) {
	err = r.Scan(
		&l.Enterprise, &l.ID, &l.Connection, intents(&l.Intents), hexHash(&l.Token), &l.For, &l.MaxOpens, &l.Opens,
		&l.CreatedBy,
		engine.Time(&l.CreatedAt), engine.Time(&l.ExpiresAt),
		engine.Time(&l.RevokedAt),
		engine.Time(&l.OpenedAt),
	)
	return l, err
}

// intents scans what joinIntents returned.
func intents(into *[]sso.Intent) engine.ScanFunc {
	return func(src any) error {
		text, err := engine.Text(src)
		if err != nil {
			return err
		}
		*into = nil
		for _, i := range strings.Fields(text) {
			*into = append(*into, sso.Intent(i))
		}
		return nil
	}
}

func joinIntents(all []sso.Intent) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return strings.Join(texts, " ")
}

func findSetupLink(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.SetupLinkID,
) (sso.SetupLink, bool, error) {
	return engine.One(
		ctx, r, scanSetupLink,
		"select "+setupLinkColumns+" from setup_links l where l.enterprise_id = $1 and l.id = $2",
		string(ent), string(id),
	)
}

// orNull returns nil for "", for a nullable reference.
func orNull(id string) any {
	if id == "" {
		return nil
	}
	return id
}

// CreateSetupLink creates a link; ID and CreatedAt are filled in.
func (db *DB) CreateSetupLink(ctx context.Context, by sso.Actor, l sso.SetupLink) (_ sso.SetupLink, err error) {
	defer func() { doing(&err, "create setup link") }()
	err = db.change(ctx, l.Enterprise, func(ctx context.Context, t *tx) error {
		l.ID, l.CreatedAt, l.CreatedBy = sso.NewID[sso.SetupLinkID](t.now), t.now, by
		l.Opens, l.RevokedAt, l.OpenedAt = 0, time.Time{}, time.Time{}
		t.Queue(
			`insert into setup_links (enterprise_id, id, connection_id, intents, token, made_for, max_opens, opens, created_by, created_at, expires_at, revoked_at, opened_at)
			values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, 0, 0)`,
			string(l.Enterprise),
			string(l.ID), orNull(string(l.Connection)), joinIntents(l.Intents), l.Token.String(),
			l.For, int64(l.MaxOpens), string(by), engine.Micros(l.CreatedAt),
			engine.Micros(l.ExpiresAt),
		)
		return t.audit(
			ctx, by, "setup_link.created", string(l.ID), "for", l.For, "connection",
			string(l.Connection),
			"intents", joinIntents(l.Intents),
			"max_opens", strconv.Itoa(l.MaxOpens), "expires_at",
			l.ExpiresAt.UTC().Format(time.RFC3339),
		)
	})
	if err != nil {
		return sso.SetupLink{}, err
	}
	return l, nil
}

// SetupLinks lists the links of an enterprise, newest first.
func (db *DB) SetupLinks(
	ctx context.Context, ent sso.EnterpriseID, page sso.Page,
) (_ []sso.SetupLink, next string, err error) {
	defer func() { doing(&err, "list setup links") }()
	w := &engine.Where{}
	w.And("l.enterprise_id = ", string(ent))
	query := "select " + setupLinkColumns + " from setup_links l" +
		w.Page("l.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanSetupLink, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(l sso.SetupLink) string {
		return string(l.ID)
	})
	return all, next, err
}

// SetupLink returns one link.
func (db *DB) SetupLink(ctx context.Context, ent sso.EnterpriseID, id sso.SetupLinkID) (_ sso.SetupLink, err error) {
	defer func() { doing(&err, "find setup link") }()
	return found(findSetupLink(ctx, db.sql, ent, id))
}

// RevokeSetupLink ends a link and its sessions.
func (db *DB) RevokeSetupLink(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SetupLinkID) (err error) {
	defer func() { doing(&err, "revoke setup link") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		l, err := found(findSetupLink(ctx, t, ent, id))
		if err != nil || !l.RevokedAt.IsZero() {
			return err
		}
		t.Queue(
			"update setup_links set revoked_at = $3 where enterprise_id = $1 and id = $2",
			string(ent), string(id), engine.Micros(t.now),
		)
		t.Queue("delete from setup_sessions where enterprise_id = $1 and link_id = $2", string(ent), string(id))
		return t.audit(ctx, by, "setup_link.revoked", string(id), "for", l.For)
	})
}

// errSetupLink is the same for every link that cannot be opened.
func errSetupLink() *sso.Error {
	return sso.NotFound(
		"setup_link_gone",
		"This setup link is no longer valid. Ask the sender for a new one.",
	)
}

// SetupLinkByToken returns the link of a token that can be opened. A link that is
// unknown, expired, used up or revoked, or of an enterprise that enforces single
// sign-on, is NotFound "setup_link_gone".
func (db *DB) SetupLinkByToken(ctx context.Context, token sso.Hash) (_ sso.SetupLink, err error) {
	defer func() { doing(&err, "find setup link by token") }()
	l, ok, err := engine.One(ctx, db.sql, scanSetupLink, "select "+setupLinkColumns+` from setup_links l
		join enterprises e on e.id = l.enterprise_id where l.token = $1 and not e.enforced`,
		token.String())
	if err == nil && (!ok || !l.Open(db.now())) {
		err = errSetupLink()
	}
	if err != nil {
		return sso.SetupLink{}, err
	}
	return l, nil
}

// OpenSetupLink counts an opening and starts a session of the holder, which ends
// with the link or after most. Concurrent calls cannot exceed the number of
// openings.
func (db *DB) OpenSetupLink(
	ctx context.Context, token, session sso.Hash, most time.Duration, remote string,
) (l sso.SetupLink, err error) {
	defer func() { doing(&err, "open setup link") }()
	known, err := db.SetupLinkByToken(ctx, token)
	if err != nil {
		return sso.SetupLink{}, err
	}
	err = db.change(ctx, known.Enterprise, func(ctx context.Context, t *tx) error {
		var ok bool
		l, ok, err = engine.One(ctx, t, scanSetupLink, "select "+setupLinkColumns+` from setup_links l
			join enterprises e on e.id = l.enterprise_id where l.enterprise_id = $1 and l.id = $2 and not e.enforced`,
			string(known.Enterprise), string(known.ID))
		if err != nil {
			return err
		}
		if !ok || !l.Open(t.now) {
			return errSetupLink()
		}
		l.Opens, l.OpenedAt = l.Opens+1, t.now
		end := t.now.Add(most)
		if l.ExpiresAt.Before(end) {
			end = l.ExpiresAt
		}
		t.Queue(
			"update setup_links set opens = $3, opened_at = $4 where enterprise_id = $1 and id = $2",
			string(l.Enterprise), string(l.ID), int64(l.Opens), engine.Micros(t.now),
		)
		t.Queue(
			"insert into setup_sessions (token, enterprise_id, link_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
			session.String(), string(l.Enterprise), string(l.ID), engine.Micros(t.now),
			engine.Micros(end),
		)
		return t.audit(
			ctx, sso.Actor(l.ID), "setup_link.opened", string(l.ID), "for", l.For, "opens",
			strconv.Itoa(l.Opens), "remote", remote,
		)
	})
	if err != nil {
		return sso.SetupLink{}, err
	}
	return l, nil
}

// SetupSession returns the link that a session was started with. A session that
// is over, whose link was revoked or expired, or whose enterprise enforces single
// sign-on, is Unauthenticated "session_ended".
func (db *DB) SetupSession(ctx context.Context, token sso.Hash) (_ sso.SetupLink, err error) {
	defer func() { doing(&err, "find setup session") }()
	now := db.now()
	l, ok, err := engine.One(ctx, db.sql, scanSetupLink, "select "+setupLinkColumns+` from setup_sessions s
		join setup_links l on l.enterprise_id = s.enterprise_id and l.id = s.link_id
		join enterprises e on e.id = l.enterprise_id where s.token = $1 and s.expires_at > $2 and not e.enforced`,
		token.String(), engine.Micros(now))
	if err == nil && (!ok || !l.RevokedAt.IsZero() || !now.Before(l.ExpiresAt)) {
		err = &sso.Error{
			Kind:   sso.Unauthenticated,
			Code:   "session_ended",
			Public: "Your session has ended. Open the setup link again.",
		}
	}
	if err != nil {
		return sso.SetupLink{}, err
	}
	return l, nil
}

// EndSetupSession ends a session, if it exists.
func (db *DB) EndSetupSession(ctx context.Context, token sso.Hash) (err error) {
	defer func() { doing(&err, "end setup session") }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue("delete from setup_sessions where token = $1", token.String())
		return nil
	})
}

// BindSetupLink restricts a link to one connection. A link that is bound to
// another is Conflict "setup_link_bound".
func (db *DB) BindSetupLink(
	ctx context.Context, ent sso.EnterpriseID, id sso.SetupLinkID, connection sso.ConnectionID,
) (err error) {
	defer func() { doing(&err, "bind setup link") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		l, err := found(findSetupLink(ctx, t, ent, id))
		switch {
		case err != nil || l.Connection == connection:
			return err
		case l.Connection != "":
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   "setup_link_bound",
				Public: "This setup link has made its connection already.",
			}
		}
		if err := t.ExecOne(
			ctx, errMissing(),
			"update setup_links set connection_id = $3 where enterprise_id = $1 and id = $2",
			string(ent), string(id), string(connection),
		); err != nil {
			return err
		}
		return t.audit(
			ctx, sso.Actor(id), "setup_link.bound", string(id), "connection", string(connection),
		)
	})
}
