package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// receipts returns the receipts of a request.
func (w *world) receipts(p sso.Push) []sso.DeprovisionReceipt {
	w.Helper()
	all, err := w.db.DeprovisionReceipts(w.Context(), w.ent.ID, p.Event)
	w.ok(err)
	return all
}

// busyAdmin pushes a user who has all that ends with an account: two sessions, a
// second step in the console, sign-ins that wait, and setup links.
func (w *world) busyAdmin() (sso.ProvisionedUser, sso.EmailProof, []sso.Secret) {
	w.Helper()
	u := w.provisionUser("ada")
	account := w.accountOf(u)
	first := w.signIn("ada")
	w.record(first)
	w.record(w.signIn("ada"))
	w.ok(w.db.AddEnterpriseAdmin(w.Context(), by, w.ent.ID, account.ID))
	w.ok(w.db.StartAdminSession(w.Context(), sso.AdminSession{
		Token:     sso.NewSecret().Hash(),
		Admin:     w.account("operator", false).ID,
		Session:   first.Session.ID,
		ExpiresAt: w.clock.Now().Add(time.Hour),
	}, "password"))
	waiting := w.proof("ada")
	w.waitingByExternalID()
	var links []sso.Secret
	for _, creator := range []sso.Actor{sso.Actor(account.ID), sso.Actor(account.ID), by} {
		token := sso.NewSecret()
		_, err := w.db.CreateSetupLink(w.Context(), creator, sso.SetupLink{
			Enterprise: w.ent.ID,
			Token:      token.Hash(),
			For:        "the contractor",
			MaxOpens:   2,
			ExpiresAt:  w.clock.Now().Add(time.Hour),
		})
		w.ok(err)
		_, err = w.db.OpenSetupLink(w.Context(), token.Hash(), token.Hash(), time.Hour, "192.0.2.1")
		w.ok(err)
		links = append(links, token)
	}
	return u, waiting, links
}

// waitingByExternalID begins a sign-in that waits, by the externalId of a pushed user,
// whose code is over.
func (w *world) waitingByExternalID() {
	w.Helper()
	w.proof("ext-ada")
	w.clock.Move(sso.CodeLifetime + time.Second)
	w.proof("ada")
	w.proof("bob") // who is another
}

func testProvisionedReceipt(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u, waiting, links := w.busyAdmin()
	p := w.setActive(u, false)
	got := w.receipts(p)
	if len(got) != 1 || got[0].Ended != (sso.EndedAccess{
		Sessions:        2,
		ConsoleSessions: 1,
		SignIns:         3,
		Codes:           1,
		SetupLinks:      2,
		Admin:           true,
	}) {
		t.Fatalf("ended: %+v", got)
	}
	_, err := w.db.EmailProof(t.Context(), waiting.ID)
	w.fails(err, sso.Invalid, sso.CodeProofExpired)
	for i, token := range links {
		_, opens := w.db.SetupLinkByToken(t.Context(), token.Hash())
		_, session := w.db.SetupSession(t.Context(), token.Hash())
		if i < 2 {
			w.fails(opens, sso.NotFoundKind, "setup_link_gone")
			w.fails(session, sso.Unauthenticated, "session_ended")
			continue
		}
		w.ok(opens) // another actor created it
		w.ok(session)
	}
	w.adminDeleted(u)
}

// adminDeleted activates a user who is an admin again, and deletes them: the
// appointment ends.
func (w *world) adminDeleted(u sso.ProvisionedUser) {
	w.Helper()
	w.setActive(u, true)
	if admin, err := w.db.Administers(w.Context(), w.ent.ID, u.Account); err != nil || !admin {
		w.Errorf("active again, an admin: %t, %v", admin, err)
	}
	w.clock.Move(time.Second)
	gone := w.scimPush()
	w.ok(w.db.DeleteProvisionedUser(w.Context(), gone, u.ID))
	if got := w.receipts(gone); len(got) != 1 || !got[0].Deleted || got[0].Ended != (sso.EndedAccess{Admin: true}) {
		w.Errorf("deleted: %+v", got)
	}
	admins, _, err := w.db.EnterpriseAdmins(w.Context(), w.ent.ID, sso.Page{})
	w.ok(err)
	if len(admins) != 0 {
		w.Errorf("the deleted user is appointed: %+v", admins)
	}
}

// testReceiptConfirmed: each node confirms once when it had forgotten the user, by the
// clock of the database.
func testReceiptConfirmed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := w.provisionUser("ada")
	last, err := w.db.LastRevocation(t.Context())
	w.ok(err)
	p := w.setActive(u, false)
	revoked, err := w.db.Revocations(t.Context(), last+1)
	w.ok(err)
	id := sso.ReceiptID{
		Event: p.Event,
		User:  w.accountOf(u).ID,
	}
	w.same([]sso.Revocation{{
		Sequence: last + 1,
		User:     id.User,
		Departed: w.ent.ID,
		Event:    id.Event,
	}}, revoked)
	w.confirm("b", id, time.Hour) // the clock of the node cannot make it negative
	time.Sleep(20 * time.Millisecond)
	w.confirm("a", id, 0)
	time.Sleep(20 * time.Millisecond)
	w.confirm("a", id, 0) // again, by mistake
	got := w.receipts(p)
	if len(got) != 1 || len(got[0].Nodes) != 2 {
		t.Fatalf("got %+v", got)
	}
	a, b := got[0].Nodes[0], got[0].Nodes[1]
	if a.Node != "a" || b.Node != "b" || b.Took != 0 || a.Took < 15*time.Millisecond || a.Took > time.Minute {
		t.Errorf("got %+v", got[0].Nodes)
	}
	w.receiptsSwept(p)
}

// confirm has a node confirm a receipt, and others that do not exist.
func (w *world) confirm(node string, id sso.ReceiptID, ago time.Duration) {
	w.Helper()
	w.ok(w.db.ConfirmDepartures(w.Context(), node, []sso.Departure{
		{Enterprise: w.ent.ID, ReceiptID: id, Ago: ago},
		{Enterprise: w.ent.ID, ReceiptID: sso.ReceiptID{Event: "push-x", User: id.User}},
		{Enterprise: "ent-x", ReceiptID: id},
	}))
}

// receiptsSwept asserts that receipts are kept as long as provisioning events, and
// that the memory of a deleted user is kept longer.
func (w *world) receiptsSwept(p sso.Push) {
	w.Helper()
	bob := w.provisionUser("bob")
	gone := w.scimPush()
	w.ok(w.db.DeleteProvisionedUser(w.Context(), gone, bob.ID))
	w.clock.Move(90 * 24 * time.Hour)
	w.ok(w.db.Sweep(w.Context(), store.Retention{}))
	if len(w.receipts(p)) != 1 {
		w.Error("a receipt that is kept for ever is gone")
	}
	w.ok(w.db.Sweep(w.Context(), store.Retention{Provisioning: 91 * 24 * time.Hour}))
	if len(w.receipts(p)) != 1 {
		w.Error("a receipt is gone before its time")
	}
	w.ok(w.db.Sweep(w.Context(), store.Retention{Provisioning: 90 * 24 * time.Hour}))
	if left := append(w.receipts(p), w.receipts(gone)...); len(left) != 0 {
		w.Errorf("left are %+v", left)
	}
	w.refused(w.signIn("bob"), "user_inactive")
}

// testDeactivatedWhenEnabled: users whom an identity provider deactivated or deleted
// while effects waited have receipts that a listed event leads to.
func testDeactivatedWhenEnabled(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	w.provisionUser("eve")
	w.disable()
	w.clock.Move(time.Second)
	w.setActive(ada, false)
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), bob.ID))
	w.clock.Move(time.Second)
	w.provision()
	events, _, err := w.db.ProvisioningEvents(t.Context(), w.ent.ID, sso.ProvisioningEventFilter{}, sso.Page{})
	w.ok(err)
	if len(events) != 1 || !events[0].Changed || !events[0].At.Equal(w.clock.Now()) ||
		!events[0].Effects.Applied || events[0].Connection != w.conn.ID {
		t.Fatalf("the events are %+v", events)
	}
	receipts, err := w.db.DeprovisionReceipts(t.Context(), w.ent.ID, events[0].ID)
	w.ok(err)
	deleted := map[string]bool{}
	for _, r := range receipts {
		deleted[r.Login] = r.Deleted
	}
	w.same(map[string]bool{
		"ada@acme.test": false,
		"bob@acme.test": true,
	}, deleted)
	w.disable()
	w.provision() // no one is deactivated, so there is no event
	again, _, err := w.db.ProvisioningEvents(t.Context(), w.ent.ID, sso.ProvisioningEventFilter{}, sso.Page{})
	w.ok(err)
	w.same(events, again)
}

// disable disables the connection.
func (w *world) disable() {
	w.Helper()
	_, err := w.db.UpdateConnection(
		w.Context(), by, w.ent.ID, w.conn.ID, "connection.disabled",
		func(c sso.Connection) (sso.Connection, error) {
			c.State = sso.ConnectionDisabled
			return c, nil
		},
	)
	w.ok(err)
}
