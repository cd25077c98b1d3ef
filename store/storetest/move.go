package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

func moveTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"finds everybody":    testMove,
		"inert until ready":  testMoveIsInertUntilReady,
		"used once":          testMoveUsed,
		"held":               testMoveHeld,
		"admins":             testMoveOfAdmins,
		"deactivated":        testMoveOfDeactivated,
		"changed values":     testMoveOfChangedValues,
		"outdated login":     testMoveOutdated,
		"outdated since":     testMoveOutdatedSince,
		"account at target":  testMoveAtTarget,
		"merged":             testMoveMerged,
		"undone":             testMoveUndone,
		"undone, then again": testMoveUndoneStays,
		"pushes":             testMovePush,
		"by claims":          testMoveByClaim,
		"by externalId":      testMoveByExternalID,
		"without connection": testMoveOfOrphans,
		"one at a time":      testMoveOneAtATime,
		"twice":              testMoveTwice,
		"two at once":        testMoveRace,
		"answers of its own": testMoveAnswers,
		"a lot of people":    testMoveOfMany,
		"each step fails":    testMoveFails,
	}
}

// target makes the connection that people move to, and makes it the world's. The former
// one is returned.
func (w *world) target() (from sso.Connection) {
	w.Helper()
	from = w.conn
	w.conn = w.connection("New directory")
	return from
}

// move moves the users of a connection to the world's.
func (w *world) move(from sso.ConnectionID, by sso.MoveBy) sso.Move {
	w.Helper()
	m, err := w.startMove(from, by)
	w.ok(err)
	if m.State != sso.MoveReady {
		w.Fatalf("the move is %s", m.State)
	}
	return m
}

// moveAway moves the users of the world's connection to another one.
func (w *world) moveAway() sso.MoveID {
	w.Helper()
	from := w.target()
	defer func() { w.conn = from }()
	return w.move(from.ID, sso.MoveByLogin).ID
}

func (w *world) startMove(from sso.ConnectionID, attribute sso.MoveBy) (sso.Move, error) {
	return w.db.StartMove(w.Context(), by, sso.Move{
		Enterprise: w.ent.ID,
		From:       from,
		To:         w.conn.ID,
		By:         attribute,
	})
}

// entries returns the entries of a move by login.
func (w *world) entries(m sso.Move) map[string]sso.MoveEntry {
	w.Helper()
	all, _, err := w.db.MoveEntries(w.Context(), w.ent.ID, m.ID, sso.MoveFilter{}, sso.Page{Limit: 200})
	w.ok(err)
	byLogin := map[string]sso.MoveEntry{}
	for _, e := range all {
		byLogin[e.Login] = e
	}
	return byLogin
}

// arrives signs a subject in with a login and an address.
func (w *world) arrives(subject, login, email string) sso.User {
	w.Helper()
	s := w.claims(subject, login)
	s.Identity.Email = email
	u, _ := w.record(s)
	return u
}

// testMove: everybody is found at the new connection by the first sign-in there, as who
// they were, however the login is written.
func testMove(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.clock.Move(time.Minute)
	bob, _ := w.enter("bob", "sre")
	before := w.memberships(ada.ID)
	from := w.target()
	w.previewsMove(from, ada, bob)
	m := w.move(from.ID, sso.MoveByLogin)
	w.same(sso.MoveCounts{Waiting: 2}, m.Counts)
	for subject, u := range map[string]sso.User{"00u1": ada, "00u2": bob} {
		login := map[string]string{"00u1": "Ada@ACME.test", "00u2": "bob@acme.test"}[subject]
		if came := w.arrives(subject, login, u.Email); came.ID != u.ID || came.Status != sso.UserActive {
			t.Errorf("%s came as %+v; want %s", login, came, u.ID)
		}
	}
	w.same(before, w.memberships(ada.ID))
	w.movedOnce(m, from, ada)
	w.oneHolder()
	w.chainHolds()
}

// previewsMove asserts that a preview finds some users, in the order of their logins.
func (w *world) previewsMove(from sso.Connection, users ...sso.User) {
	w.Helper()
	preview, err := w.db.PreviewMove(w.Context(), sso.Move{
		Enterprise: w.ent.ID,
		From:       from.ID,
		To:         w.conn.ID,
		By:         sso.MoveByLogin,
	})
	w.ok(err)
	w.same(sso.MoveCounts{Waiting: len(users)}, preview.Counts)
	for i, e := range preview.Matched {
		w.same(users[i].ID, e.User)
	}
}

// movedOnce asserts that a move is used up, and that both connections lead to a user.
func (w *world) movedOnce(m sso.Move, from sso.Connection, ada sso.User) {
	w.Helper()
	t := w.T
	ids, err := w.db.UserIdentities(t.Context(), w.ent.ID, ada.ID)
	w.ok(err)
	if len(ids) != 2 || ids[1].Connection != w.conn.ID || ids[1].Subject != "00u1" {
		t.Errorf("the identities are %+v", ids)
	}
	if again := w.arrives("00u1", "ada@acme.test", ada.Email); again.ID != ada.ID {
		t.Errorf("the second sign-in came as %+v", again)
	}
	m, err = w.db.Move(t.Context(), w.ent.ID, m.ID)
	w.ok(err)
	w.same(sso.MoveCounts{Used: 2}, m.Counts)
	w.conn = from
	if old, _ := w.enter("ada", "dev"); old.ID != ada.ID {
		t.Errorf("the former connection leads to %+v", old)
	}
}

// testMoveUsed: an entry is used once. Another subject with the value is a new account
// that waits, never the user.
func testMoveUsed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	from := w.target()
	w.move(from.ID, sso.MoveByEmail)
	if came := w.arrives("00u1", "a.king@acme.test", "ADA@acme.test"); came.ID != ada.ID {
		t.Fatalf("ada came as %+v", came)
	}
	second := w.arrives("00u9", "other@acme.test", "ada@acme.test")
	if second.ID != ada.ID && second.Status != sso.UserPending {
		t.Errorf("the second subject came as %+v", second)
	}
	if second.ID == ada.ID {
		t.Fatal("the second subject is ada, too")
	}
	w.signedOut(second.ID)
	w.chainHolds()
}

// testMoveHeld: of two users with one value an admin chooses; the sign-in that waited is
// the chosen user's.
func testMoveHeld(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	one := w.arrives("one", "one@acme.test", "shared@acme.test")
	two := w.arrives("two", "two@acme.test", "shared@acme.test")
	from := w.target()
	m := w.move(from.ID, sso.MoveByEmail)
	w.same(sso.MoveCounts{Held: 2}, m.Counts)
	if e := w.entries(m)["one@acme.test"]; e.Why != sso.MoveTwice || e.Other != two.ID {
		t.Errorf("the entry is %+v", e)
	}
	came := w.arrives("00u2", "second@acme.test", "shared@acme.test")
	if came.Status != sso.UserPending {
		t.Errorf("they came as %+v", came)
	}
	if q := w.question(); q.Kind != sso.QuestionMove || q.User != came.ID || q.Holder != one.ID && q.Holder != two.ID {
		t.Errorf("the question is %+v", q)
	}
	came = w.arrives("00u2", "second@acme.test", "shared@acme.test")
	if came.Status != sso.UserPending || w.question().Kind != sso.QuestionMove {
		t.Errorf("at the second try they came as %+v", came)
	}
	w.decidesHeld(m, one, two)
	w.oneHolder()
	w.chainHolds()
}

// decidesHeld moves the second of two users with one value, then the first.
func (w *world) decidesHeld(m sso.Move, one, two sso.User) {
	w.Helper()
	t := w.T
	e, err := w.db.DecideMove(t.Context(), by, w.ent.ID, m.ID, two.ID, sso.AnswerMove, anyEntry)
	w.ok(err)
	w.same(sso.MoveUsed, e.State)
	if came := w.arrives("00u2", "second@acme.test", "shared@acme.test"); came.ID != two.ID {
		t.Errorf("after the decision they came as %+v; want %s", came, two.ID)
	}
	_, err = w.db.DecideMove(t.Context(), by, w.ent.ID, m.ID, two.ID, sso.AnswerLeave, anyEntry)
	w.fails(err, sso.Conflict, "move_decided")
	if _, err := w.db.DecideMove(t.Context(), by, w.ent.ID, m.ID, one.ID, sso.AnswerMove, anyEntry); err != nil {
		t.Fatal(err)
	}
	came := w.arrives("00u1", "first@acme.test", "shared@acme.test")
	if came.ID != one.ID && came.Status != sso.UserPending {
		t.Errorf("the first came as %+v", came)
	}
}

// testMoveOfAdmins: admins are held, also those who became one after the move.
func testMoveOfAdmins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	bob, _ := w.enter("bob", "dev")
	w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, ada.ID))
	from := w.target()
	m := w.move(from.ID, sso.MoveByEmail)
	if e := w.entries(m)[ada.Login]; e.State != sso.MoveHeld || e.Why != sso.MoveAdmin {
		t.Errorf("the admin's entry is %+v", e)
	}
	w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, bob.ID))
	for subject, u := range map[string]sso.User{"00u1": ada, "00u2": bob} {
		if came := w.arrives(subject, subject+"@acme.test", u.Email); came.ID == u.ID || came.Status != sso.UserPending {
			t.Errorf("an admin came as %+v", came)
		}
	}
	if _, err := w.db.DecideMove(t.Context(), by, w.ent.ID, m.ID, ada.ID, sso.AnswerMove, anyEntry); err != nil {
		t.Fatal(err)
	}
	if came := w.arrives("00u1", "00u1@acme.test", ada.Email); came.ID != ada.ID {
		t.Errorf("after the decision the admin came as %+v", came)
	}
	w.chainHolds()
}

// testMoveOfDeactivated: a move makes no one active, and no second account either.
func testMoveOfDeactivated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	bob, _ := w.enter("bob", "dev")
	w.deactivate(ada.ID)
	from := w.target()
	m := w.move(from.ID, sso.MoveByLogin)
	w.same(sso.MoveCounts{Waiting: 1, Unmatched: 1}, m.Counts)
	w.deactivate(bob.ID)
	for _, subject := range []string{"ada", "bob"} {
		s := w.signIn(subject, "dev")
		_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
		w.fails(err, sso.Forbidden, "user_inactive")
	}
	w.conn = from
	carol := w.arrives("carol", "ada@acme.test", "carol@acme.test") // gets the login of the leaver
	w.conn = w.connection("Third directory")
	w.move(from.ID, sso.MoveByLogin)
	if came := w.arrives("00u3", "ada@acme.test", "carol@acme.test"); came.ID != carol.ID {
		t.Errorf("the successor came as %+v; want %s", came, carol.ID)
	}
	w.chainHolds()
}

// deactivate deactivates a user.
func (w *world) deactivate(id sso.UserID) {
	w.Helper()
	_, err := w.db.UpdateUser(w.Context(), by, w.ent.ID, id, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
}

// testMoveOfChangedValues: a value that was given to another person after the move finds
// neither of them.
func testMoveOfChangedValues(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.arrives("ada", "ada@acme.test", "ada@acme.test")
	from := w.target()
	w.move(from.ID, sso.MoveByEmail)
	there := w.conn
	w.conn = from
	w.arrives("ada", "ada@acme.test", "ada.king@acme.test")
	w.conn = there
	came := w.arrives("00u1", "new@acme.test", "ada@acme.test")
	if came.ID == ada.ID || came.Status != sso.UserPending {
		t.Errorf("who has the former value came as %+v", came)
	}
	w.chainHolds()
}

// anyEntry allows every decision.
func anyEntry(sso.HeldMove) error { return nil }
