package store

import (
	"context"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const sessionRuleColumns = "idle, lifetime, single, max_age, acr, revision"

const selectSessionRules = "select " + sessionRuleColumns + " from session_rules where enterprise_id = $1"

func scanSessionRules(r engine.Row) (v sso.SessionRules, err error) {
	err = r.Scan(
		engine.Duration(&v.Idle), engine.Duration(&v.Lifetime), &v.Single, engine.Duration(&v.Need.MaxAge),
		&v.Need.Acr, &v.Revision,
	)
	return v, err
}

// SessionRules returns what an enterprise requires of sign-ins and sessions.
func (db *DB) SessionRules(ctx context.Context, ent sso.EnterpriseID) (_ sso.SessionRules, err error) {
	defer func() { doing(&err, "read the rules of sessions") }()
	if _, err := db.Enterprise(ctx, ent); err != nil {
		return sso.SessionRules{}, err
	}
	return sessionRules(ctx, db.sql, ent)
}

// AuthnNeed returns what an enterprise requires of how users authenticate. It does not
// look whether the enterprise exists: a sign-in that begins has found its connection.
func (db *DB) AuthnNeed(ctx context.Context, ent sso.EnterpriseID) (_ sso.AuthnNeed, err error) {
	defer func() { doing(&err, "read what sign-ins need") }()
	rules, err := sessionRules(ctx, db.sql, ent)
	return rules.Need, err
}

func sessionRules(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) (sso.SessionRules, error) {
	rules, ok, err := engine.One(ctx, r, scanSessionRules, selectSessionRules, string(ent))
	if err != nil || ok {
		return rules, err
	}
	return sso.DefaultSessionRules(), nil
}

// UpdateSessionRules changes what an enterprise requires of sign-ins and sessions; fn
// runs inside the transaction. Shorter lifetimes apply to running sessions, longer
// ones to those that begin.
func (db *DB) UpdateSessionRules(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, fn func(sso.SessionRules) (sso.SessionRules, error),
) (_ sso.SessionRules, err error) {
	defer func() { doing(&err, "update the rules of sessions") }()
	load := func(ctx context.Context, t *tx) (sso.SessionRules, bool, error) {
		rules, err := sessionRules(ctx, t, ent)
		return rules, true, err
	}
	change := func(old sso.SessionRules) (sso.SessionRules, error) {
		rules, err := fn(old)
		rules.Revision = old.Revision
		if rules != old {
			rules.Revision++
		}
		return rules, err
	}
	return edit(ctx, db, ent, load, change, func(ctx context.Context, t *tx, _, rules sso.SessionRules) error {
		t.Queue(
			`insert into session_rules (enterprise_id, `+sessionRuleColumns+`) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (enterprise_id) do update set idle = excluded.idle, lifetime = excluded.lifetime,
				single = excluded.single, max_age = excluded.max_age, acr = excluded.acr, revision = excluded.revision`,
			string(ent), rules.Idle.Microseconds(), rules.Lifetime.Microseconds(), rules.Single,
			rules.Need.MaxAge.Microseconds(), rules.Need.Acr, rules.Revision,
		)
		t.shortenSessions(ent, rules)
		return t.audit(
			ctx, by, "session_rules.updated", string(ent), "idle", rules.Idle.String(),
			"lifetime", rules.Lifetime.String(), "single", strconv.FormatBool(rules.Single),
			"max_age", rules.Need.MaxAge.String(), "acr", rules.Need.Acr,
		)
	})
}

// shortenSessions queues that the running sessions of an enterprise end as early as
// the rules require, and that every node reads them again. None is made longer.
func (t *tx) shortenSessions(ent sso.EnterpriseID, rules sso.SessionRules) {
	if rules.Idle > 0 {
		t.Queue(
			"update sessions set idle_timeout = $2 where enterprise_id = $1 and idle_timeout > $2",
			string(ent), rules.Idle.Microseconds(),
		)
	}
	if rules.Lifetime > 0 {
		t.Queue(
			"update sessions set expires_at = created_at + $2 where enterprise_id = $1 and expires_at > created_at + $2",
			string(ent), rules.Lifetime.Microseconds(),
		)
	}
	t.revoke(sso.Revocation{Enterprise: ent})
}

// readRules queues the rules of the enterprise, without which the defaults apply.
func (r *loginRecord) readRules() {
	r.tx.QueueQuery(func(row engine.Row) (err error) {
		r.rules, err = scanSessionRules(row)
		return err
	}, selectSessionRules, string(r.ent))
}

// endOtherSessions ends all sessions of a user but one that is not written yet. The
// sessions of the same browser have been replaced before.
func (r *loginRecord) endOtherSessions(ctx context.Context) error {
	if !r.rules.Single || r.isNew {
		return nil
	}
	ended, err := engine.List(
		ctx, r.tx, engine.ScanText, "delete from sessions where enterprise_id = $1 and user_id = $2 returning id",
		string(r.ent), string(r.user.ID),
	)
	if err != nil {
		return err
	}
	gone := make([]sso.Revocation, len(ended))
	for i, id := range ended {
		gone[i].Session = sso.SessionID(id)
	}
	r.tx.revoke(gone...)
	for _, id := range ended {
		if err := r.tx.audit(
			ctx, sso.Actor(r.user.ID), "session.replaced", id, "by", string(r.signIn.Session.ID),
		); err != nil {
			return err
		}
	}
	return nil
}
