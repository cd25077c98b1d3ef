package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// maxBrought is how many session cookies of a browser a sign-in looks up.
const maxBrought = 8

const selectBrought = "select " + sessionColumns + ", " + userColumns + `, e.id, e.key, e.name from sessions s
	join users u on u.enterprise_id = s.enterprise_id and u.id = s.user_id
	join enterprises e on e.id = s.enterprise_id where `

// readBrought queues the sessions of the browser. They may belong to another
// enterprise, so the statements name a browser or a token, which only that
// browser has, and no enterprise.
func (r *loginRecord) readBrought() {
	take := func(row engine.Row) error {
		var b sso.Principal
		e := &b.Enterprise
		fields := append(sessionFields(&b.Session), userFields(&b.User)...)
		if err := row.Scan(append(fields, &e.ID, &e.Key, &e.Name)...); err != nil {
			return err
		}
		for _, known := range r.brought {
			if known.Session.ID == b.Session.ID {
				return nil
			}
		}
		r.brought = append(r.brought, b)
		return nil
	}
	if browser := hexOf(r.signIn.Session.Browser); browser != "" {
		r.tx.QueueQuery(take, selectBrought+"s.browser <> '' and s.browser = $1", browser)
	}
	for _, token := range r.signIn.Brought[:min(len(r.signIn.Brought), maxBrought)] {
		r.tx.QueueQuery(take, selectBrought+"s.token = $1", token.String())
	}
}

// replaceBrought ends these sessions. Those of other enterprises are audited
// afterwards: two sign-ins that add to two trails each could wait for each other.
func (r *loginRecord) replaceBrought(ctx context.Context) error {
	gone := make([]sso.Revocation, len(r.brought))
	for i, b := range r.brought {
		r.tx.Queue(
			"delete from sessions where enterprise_id = $1 and id = $2",
			string(b.Enterprise.ID), string(b.Session.ID),
		)
		gone[i].Session = b.Session.ID
	}
	r.tx.revoke(gone...)
	for _, b := range r.brought {
		if b.Enterprise.ID != r.ent {
			continue
		}
		if err := r.tx.audit(
			ctx, sso.Actor(b.User.ID), "session.replaced", string(b.Session.ID), "by",
			string(r.signIn.Session.ID),
		); err != nil {
			return err
		}
	}
	return nil
}

// auditElsewhere audits the ended sessions of other enterprises. The sign-in is
// committed, so errors are ignored.
func (db *DB) auditElsewhere(ctx context.Context, r *loginRecord) {
	for _, b := range r.brought {
		if b.Enterprise.ID == r.ent || r.user.Status == sso.UserPending {
			continue
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		_ = db.changeBeside(ctx, b.Enterprise.ID, func(ctx context.Context, t *tx) error {
			return t.audit(ctx, sso.Actor(b.User.ID), "session.replaced", string(b.Session.ID))
		})
		cancel()
	}
}
