package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// testTrust checks what is kept about whom a connection trusts: it is no change of
// the connection, and another trust unties operators.
func testTrust(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	now := w.clock.Now().UTC()
	u, _, err := w.db.RecordLogin(
		ctx, w.signIn("ada"), Reset(sso.AssertedGroups{State: sso.GroupsEmpty}),
	)
	w.ok(err)
	admin := w.tiedAdmin(now, u)
	w.askForTrust(now)
	some, err := w.db.EnterprisesHeld(ctx, now.Add(-time.Minute))
	w.ok(err)
	if len(some) != 1 || some[0].ID != w.ent.ID {
		t.Errorf("a change of trust waits in %+v", some)
	}
	if a, err := w.db.Admin(ctx, admin.ID); err != nil || a.User != u.ID {
		t.Errorf("asking untied an operator: %+v %v", a, err)
	}
	_, err = w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.enabled",
		func(c sso.Connection) (sso.Connection, error) {
			c.Trust = sso.Trust{Since: now.Add(time.Second)}
			return c, nil
		},
	)
	w.ok(err)
	if a, err := w.db.Admin(ctx, admin.ID); err != nil ||
		a.User != "" ||
		a.Enterprise != "" {
		t.Errorf("another trust left an operator tied: %+v %v", a, err)
	}
	w.trustRecorded(now, admin)
}

func (w *world) tiedAdmin(now time.Time, u sso.User) sso.Admin {
	w.Helper()
	token := sso.NewSecret()
	_, err := w.db.CreateInvitation(w.Context(), by, sso.Invitation{
		Token:     token.Hash(),
		ExpiresAt: now.Add(time.Hour),
	})
	w.ok(err)
	a, err := w.db.AcceptInvitation(w.Context(), token.Hash(), sso.Admin{
		Login:    "olive",
		Name:     "Olive",
		Password: "x",
	})
	w.ok(err)
	a, err = w.db.UpdateAdmin(
		w.Context(), by, a.ID, "admin.updated", sso.Hash{},
		func(a sso.Admin) (sso.Admin, error) {
			a.Enterprise, a.User = w.ent.ID, u.ID
			return a, nil
		},
	)
	w.ok(err)
	return a
}

func (w *world) askForTrust(now time.Time) {
	ctx := w.Context()
	change := &sso.TrustChange{
		Digest:  "d",
		Authors: []sso.Actor{"link-1"},
		AskedBy: "link-1",
		AskedAt: now,
	}
	before, err := w.db.Connection(ctx, w.ent.ID, w.conn.ID)
	w.ok(err)
	asked, err := w.db.UpdateTrust(
		ctx,
		"link-1",
		w.ent.ID,
		w.conn.ID,
		"connection.trust_asked",
		func(c sso.Connection) (sso.Trust, error) {
			c.Trust.Draft = change
			return c.Trust, nil
		},
	)
	w.ok(err)
	after, err := w.db.Connection(ctx, w.ent.ID, w.conn.ID)
	w.ok(err)
	w.same(asked, after)
	if after.Revision != before.Revision || !after.Trust.Draft.Waits() {
		w.Errorf(
			"revision %d, then %d; %+v", before.Revision, after.Revision,
			after.Trust,
		)
	}
}

func (w *world) trustRecorded(now time.Time, admin sso.Admin) {
	ctx := w.Context()
	if some, err := w.db.EnterprisesHeld(ctx, now.Add(-time.Minute)); err != nil || len(some) != 0 {
		w.Errorf("nothing waits any more, and yet: %+v %v", some, err)
	}
	events, _, err := w.db.AuditEvents(
		ctx, w.ent.ID, sso.AuditFilter{}, sso.Page{Limit: 2},
	)
	w.ok(err)
	if events[1].Action != "admin.untied" || events[1].Target != string(admin.ID) {
		w.Errorf("%+v", events)
	}
}
