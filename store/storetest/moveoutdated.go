package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// testMoveOutdated: with a linked subject, a user has another login at the identity
// provider than the account. A move does not find them by that of the account: an admin
// decides whose it is.
func testMoveOutdated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.twoSubjects()
	w.clock.Move(time.Minute)
	if u, _ := w.record(w.claims("second", "countess")); u.Login != "ada@acme.test" {
		t.Fatalf("the second subject made the user %+v", u)
	}
	from := w.target()
	m := w.move(from.ID, sso.MoveByLogin)
	if e := w.entries(m)["ada@acme.test"]; e.State != sso.MoveHeld || e.Why != sso.MoveOutdated {
		t.Errorf("the entry is %+v", e)
	}
	if u := w.arrives("00u1", "ada@acme.test", "next@acme.test"); u.ID == ada.ID || u.Status != sso.UserPending {
		t.Errorf("the next user of the login came as %+v", u)
	}
	_, err := w.db.DecideMove(t.Context(), by, w.ent.ID, m.ID, ada.ID, sso.AnswerMove, anyEntry)
	w.ok(err)
	if u := w.arrives("00u1", "ada@acme.test", ada.Email); u.ID != ada.ID {
		t.Errorf("after the decision the user came as %+v", u)
	}
	w.oneHolder()
	w.chainHolds()
}

// testMoveOutdatedSince: a user of a move who has signed in with another login since is
// not found by the former one, as with a linked subject.
func testMoveOutdatedSince(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.twoSubjects()
	from := w.target()
	m := w.move(from.ID, sso.MoveByLogin)
	w.same(sso.MoveWaiting, w.entries(m)["ada@acme.test"].State)
	there := w.conn
	w.conn = from
	w.clock.Move(time.Minute)
	w.record(w.claims("second", "countess"))
	w.conn = there
	if u := w.arrives("00u1", "ada@acme.test", "next@acme.test"); u.ID == ada.ID || u.Status != sso.UserPending {
		t.Errorf("the next user of the login came as %+v", u)
	}
	w.provision()
	_, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), pushed("ada"))
	w.fails(err, sso.Conflict, "identity_held")
	w.chainHolds()
}
