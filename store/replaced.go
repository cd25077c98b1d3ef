package store

import (
	"context"
	"time"

	"gatehouse/sso"
)

// broughtSession is a session that a browser has when it signs in anew.
type broughtSession struct {
	id         sso.SessionID
	enterprise sso.EnterpriseID
	user       sso.UserID
}

// maxBrought is how many cookies of sessions a sign-in is asked about.
const maxBrought = 8

// readBrought queues that the sessions of the browser are looked for. It may
// have signed in at another company before, so these statements name a browser
// or a token, each of which only that browser has, and no enterprise.
func (r *recording) readBrought() {
	take := func(row row) error {
		var b broughtSession
		if err := row.Scan(&b.id, &b.enterprise, &b.user); err != nil {
			return err
		}
		for _, known := range r.brought {
			if known.id == b.id {
				return nil
			}
		}
		r.brought = append(r.brought, b)
		return nil
	}
	if browser := hexOf(r.Session.Browser); browser != "" {
		r.laterEach(take, "select id, enterprise_id, user_id from sessions where browser = $1", browser)
	}
	for _, token := range r.Brought[:min(len(r.Brought), maxBrought)] {
		r.laterEach(take, "select id, enterprise_id, user_id from sessions where token = $1", token.String())
	}
}

// replaceBrought ends them. Of those of other companies the audit trail is told
// afterwards: to lock two trails at once, two sign-ins could wait for each other.
func (r *recording) replaceBrought(ctx context.Context) error {
	gone := make([]sso.Revocation, len(r.brought))
	for i, b := range r.brought {
		r.later("delete from sessions where enterprise_id = $1 and id = $2", string(b.enterprise), string(b.id))
		gone[i].Session = b.id
	}
	if err := r.revoke(ctx, gone...); err != nil {
		return err
	}
	for _, b := range r.brought {
		if b.enterprise != r.ent {
			continue
		}
		if err := r.audit(ctx, sso.Actor(b.user), "session.replaced", string(b.id), "by", string(r.Session.ID)); err != nil {
			return err
		}
	}
	return nil
}

// tellOthers writes to the audit trails of other companies that sessions of
// theirs have ended. It has happened: if it cannot be written, the sign-in is
// good all the same.
func (db *DB) tellOthers(ctx context.Context, r *recording) {
	for _, b := range r.brought {
		if b.enterprise == r.ent || r.user.Status == sso.UserPending {
			continue
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		_ = db.change(ctx, b.enterprise, func(ctx context.Context, t *tx) error {
			return t.audit(ctx, sso.Actor(b.user), "session.replaced", string(b.id))
		})
		cancel()
	}
}
