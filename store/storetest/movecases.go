package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
)

// testMoveIsInertUntilReady: sign-ins at the new connection are what they were while
// entries are being written, however often that is interrupted.
func testMoveIsInertUntilReady(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	from := w.target()
	m := w.move(from.ID, sso.MoveByEmail)
	w.unready(m)
	came := w.arrives("00u1", "a.king@acme.test", ada.Email)
	if came.ID == ada.ID || came.Status != sso.UserActive {
		t.Errorf("while entries are collected ada came as %+v", came)
	}
	w.ok(w.db.ApplyMoves(t.Context()))
	w.ok(w.db.ApplyMoves(t.Context()))
	if e := w.entries(m)[ada.Login]; e.State != sso.MoveHeld || e.Why != sso.MoveAtTarget || e.Other != came.ID {
		t.Errorf("the entry is %+v", e)
	}
	w.chainHolds()
}

// unready sets a move back to where its entries are being written, as after a kill.
func (w *world) unready(m sso.Move) {
	w.Helper()
	w.write("update moves set state = 'collecting', asking = false, after = '' where id = $1", string(m.ID))
}

// write changes rows behind the store's back.
func (w *world) write(text string, args ...any) {
	w.Helper()
	_, err := Raw(w, w.dsn).Exec(text, args...)
	w.ok(err)
}

// testMoveAtTarget: an account at the new connection that has the value is asked about,
// and the answer makes it the user's.
func testMoveAtTarget(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	from := w.target()
	early := w.arrives("00u1", "a.king@acme.test", ada.Email)
	m := w.move(from.ID, sso.MoveByEmail)
	w.same(sso.MoveCounts{Held: 1}, m.Counts)
	q := w.question()
	if q.Kind != sso.QuestionMove || q.User != early.ID || q.Holder != ada.ID || q.Keeps != early.Login {
		t.Errorf("the question is %+v", q)
	}
	if came := w.arrives("00u1", "a.king@acme.test", ada.Email); came.ID != early.ID || came.Status != sso.UserActive {
		t.Errorf("before the answer they came as %+v", came)
	}
	_, err := w.db.AnswerQuestion(t.Context(), by, w.ent.ID, w.question().ID, sso.QuestionDecision{Answer: sso.AnswerSame})
	w.ok(err)
	if came := w.arrives("00u1", "a.king@acme.test", ada.Email); came.ID != ada.ID {
		t.Errorf("after the answer they came as %+v", came)
	}
	if e := w.entries(m); len(e) != 1 || e[early.Login].State != sso.MoveUsed {
		t.Errorf("the entries are %+v", e)
	}
	w.chainHolds()
}

// testMoveUndone: nothing of an undone move counts, and who came by it is known by the
// former connection only.
func testMoveUndone(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	bob, _ := w.enter("bob", "dev")
	from := w.target()
	m := w.move(from.ID, sso.MoveByEmail)
	w.arrives("00u1", "a.king@acme.test", ada.Email)
	m, err := w.db.UndoMove(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	if m.State != sso.MoveUndone || m.EndedAt.IsZero() {
		t.Errorf("the move is %+v", m)
	}
	ids, err := w.db.UserIdentities(t.Context(), w.ent.ID, ada.ID)
	w.ok(err)
	if len(ids) != 1 || ids[0].Connection != from.ID {
		t.Errorf("ada is known as %+v", ids)
	}
	for subject, u := range map[string]sso.User{"00u1": ada, "00u2": bob} {
		if came := w.arrives(subject, subject+"@acme.test", u.Email); came.ID == u.ID {
			t.Errorf("%s came as %+v", subject, came)
		}
	}
	_, err = w.db.UndoMove(t.Context(), by, w.ent.ID, m.ID)
	w.fails(err, sso.Conflict, "move_undone")
	w.chainHolds()
}

// testMoveUndoneStays: who comes by a later move has not come by an earlier one that was
// undone.
func testMoveUndoneStays(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	bob, _ := w.enter("bob", "dev")
	from := w.target()
	mistake := w.move(from.ID, sso.MoveByEmail)
	_, err := w.db.UndoMove(t.Context(), by, w.ent.ID, mistake.ID)
	w.ok(err)
	again := w.move(from.ID, sso.MoveByEmail)
	came := w.arrives("00u2", "b.king@acme.test", bob.Email)
	if came.ID != bob.ID {
		t.Fatalf("bob came as %+v", came)
	}
	if e := w.entries(mistake)[came.Login]; e.State != sso.MoveWaiting {
		t.Errorf("the move that was undone: %+v", e)
	}
	if e := w.entries(again)[came.Login]; e.State != sso.MoveUsed {
		t.Errorf("the later move: %+v", e)
	}
}

// testMovePush: a push at the new connection finds the user, and the first sign-in after
// it as well.
func testMovePush(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	eve := w.arrives("eve", "eve@acme.test", "eve@acme.test")
	w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, eve.ID))
	from := w.target()
	w.provision()
	m := w.move(from.ID, sso.MoveByLogin)
	r, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), pushed("Ada"))
	w.ok(err)
	if r.Account != ada.ID {
		t.Errorf("the pushed user is account %q; want %s", r.Account, ada.ID)
	}
	if e := w.entries(m)["Ada@acme.test"]; e.State != sso.MoveUsed {
		t.Errorf("the entry is %+v", e)
	}
	if came := w.arrives("00u1", "Ada@acme.test", ada.Email); came.ID != ada.ID {
		t.Errorf("the first sign-in came as %+v", came)
	}
	_, err = w.db.CreateProvisionedUser(t.Context(), w.scimPush(), pushed("eve"))
	w.fails(err, sso.Conflict, "identity_held")
	w.oneHolder()
	w.chainHolds()
}

// testMoveByClaim: a claim that both identity providers send finds people whose login
// and address are all different.
func testMoveByClaim(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	arrives := func(subject, number string) sso.User {
		s := w.signIn(subject, "dev")
		s.Identity.Claims = sso.Claims{"employee": {number}, "roles": {"a", "b"}}
		s.Attempt.Identity = &s.Identity
		u, _ := w.record(s)
		return u
	}
	ada := arrives("ada", "17")
	bob := arrives("bob", "0017")
	none := w.arrives("none", "none@acme.test", "none@acme.test")
	from := w.target()
	m := w.move(from.ID, sso.MoveByAttribute+"employee")
	w.same(sso.MoveCounts{Waiting: 2, Unmatched: 1}, m.Counts)
	if e := w.entries(m)[none.Login]; e.Why != sso.MoveNoValue {
		t.Errorf("the entry is %+v", e)
	}
	if came := arrives("00u2", "0017"); came.ID != bob.ID {
		t.Errorf("bob came as %+v", came)
	}
	if came := arrives("00u1", "17"); came.ID != ada.ID {
		t.Errorf("ada came as %+v", came)
	}
	w.chainHolds()
}

// testMoveByExternalID compares what the former connection pushed with the subject.
func testMoveByExternalID(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	r := pushed("ada@acme.test")
	r.ExternalID = "E-17"
	made, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), r)
	w.ok(err)
	from := w.target()
	m := w.move(from.ID, sso.MoveByExternalID)
	w.same(sso.MoveCounts{Waiting: 1}, m.Counts)
	if came := w.arrives("E-17", "a.king@acme.test", "king@acme.test"); came.ID != made.Account {
		t.Errorf("ada came as %+v; want %s", came, made.Account)
	}
}

// testMoveOfOrphans: users whose connection was deleted are known at none.
func testMoveOfOrphans(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	from := w.target()
	bob, _ := w.enter("bob", "dev")
	w.ok(w.db.DeleteConnection(t.Context(), by, w.ent.ID, from.ID, nil))
	m := w.move("", sso.MoveByEmail)
	w.same(sso.MoveCounts{Waiting: 1}, m.Counts)
	if came := w.arrives("00u1", "a.king@acme.test", ada.Email); came.ID != ada.ID {
		t.Errorf("ada came as %+v", came)
	}
	if came, _ := w.enter("bob", "dev"); came.ID != bob.ID {
		t.Errorf("bob came as %+v", came)
	}
}

func testMoveOneAtATime(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	from := w.target()
	m := w.move(from.ID, sso.MoveByEmail)
	w.unready(m)
	_, err := w.startMove(from.ID, sso.MoveByLogin)
	w.fails(err, sso.Conflict, "move_running")
	_, err = w.db.UndoMove(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	w.ok(w.db.ApplyMoves(t.Context()))
	if m, err := w.db.Move(t.Context(), w.ent.ID, m.ID); err != nil || m.State != sso.MoveUndone {
		t.Errorf("%+v (%v)", m, err)
	}
	w.move(from.ID, sso.MoveByLogin)
	_, err = w.startMove("conn-06d5x0wkj3n8p7r5t2v4y6z8ab", sso.MoveByLogin)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// testMoveTwice: a move that is made already is not made again; a further one takes those
// who have come to the former connection since, and by another attribute those whom
// the first does not expect.
func testMoveTwice(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	w.arrives("bob", "bob@acme.test", "")
	from := w.target()
	first := w.move(from.ID, sso.MoveByEmail)
	w.same(sso.MoveCounts{Waiting: 1, Unmatched: 1}, first.Counts)
	_, err := w.startMove(from.ID, sso.MoveByEmail)
	w.fails(err, sso.Conflict, "move_exists")
	there := w.conn
	w.conn = from
	late, _ := w.enter("late", "dev")
	w.conn = there
	w.previewsMoveBy(from, sso.MoveByEmail, sso.MoveCounts{Waiting: 1})
	w.same(sso.MoveCounts{Waiting: 1}, w.move(from.ID, sso.MoveByEmail).Counts)
	w.same(sso.MoveCounts{Waiting: 1}, w.move(from.ID, sso.MoveByLogin).Counts)
	if came := w.arrives("00u1", "l@acme.test", late.Email); came.ID != late.ID {
		t.Errorf("who came late came as %+v", came)
	}
	for _, by := range []sso.MoveBy{sso.MoveByEmail, sso.MoveByLogin} {
		_, err := w.startMove(from.ID, by)
		w.fails(err, sso.Conflict, "move_exists")
	}
	_, err = w.db.UndoMove(t.Context(), by, w.ent.ID, first.ID)
	w.ok(err)
	w.same(sso.MoveCounts{Waiting: 1}, w.move(from.ID, sso.MoveByEmail).Counts) // bob is in the one by login
}

// previewsMoveBy asserts what a preview counts.
func (w *world) previewsMoveBy(from sso.Connection, by sso.MoveBy, want sso.MoveCounts) {
	w.Helper()
	preview, err := w.db.PreviewMove(w.Context(), sso.Move{
		Enterprise: w.ent.ID,
		From:       from.ID,
		To:         w.conn.ID,
		By:         by,
	})
	w.ok(err)
	w.same(want, preview.Counts)
}

// testMoveRace: of two subjects that come at once with one value, one is the user.
func testMoveRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	from := w.target()
	w.move(from.ID, sso.MoveByEmail)
	var all sync.WaitGroup
	var lock sync.Mutex
	same := 0
	for i := range 8 {
		all.Go(func() {
			s := w.claims(fmt.Sprintf("00u%d", i), fmt.Sprintf("u%d@acme.test", i))
			s.Identity.Email = ada.Email
			u, _, err := w.db.RecordLogin(w.Context(), s, Reset(s.Identity.Groups))
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				t.Error(err)
			}
			if u.ID == ada.ID {
				same++
			} else if u.Status != sso.UserPending {
				t.Errorf("another subject came as %+v", u)
			}
		})
	}
	all.Wait()
	if same != 1 {
		t.Errorf("%d subjects are ada", same)
	}
	w.chainHolds()
}

// testMoveAnswers: the questions of a move have answers of their own.
func testMoveAnswers(t *testing.T, fresh fresh) {
	for answer, want := range map[sso.QuestionAnswer]sso.UserStatus{
		sso.AnswerAnother: sso.UserActive,
		sso.AnswerRefuse:  sso.UserDeactivated,
		sso.AnswerSame:    sso.UserDeactivated,
	} {
		w := newWorld(t, fresh)
		ada, _ := w.enter("ada", "dev")
		w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, ada.ID))
		from := w.target()
		w.move(from.ID, sso.MoveByEmail)
		came := w.arrives("00u1", "a.king@acme.test", ada.Email)
		_, err := w.db.AnswerQuestion(
			t.Context(), by, w.ent.ID, w.question().ID, sso.QuestionDecision{Answer: sso.AnswerReplaces},
		)
		w.fails(err, sso.Invalid, "validation_failed")
		_, err = w.db.AnswerQuestion(t.Context(), by, w.ent.ID, w.question().ID, sso.QuestionDecision{Answer: answer})
		w.ok(err)
		if u := w.userOf(came.ID); u.Status != want {
			t.Errorf("%s made the account %s; want %s", answer, u.Status, want)
		}
		if again := w.userOf(ada.ID); again.Status != sso.UserActive || again.Login != ada.Login {
			t.Errorf("%s changed the admin: %+v", answer, again)
		}
		if answer == sso.AnswerSame {
			if u := w.arrives("00u1", "a.king@acme.test", ada.Email); u.ID != ada.ID || u.LoginGiven ||
				u.Login != "a.king@acme.test" {
				t.Errorf("after the answer they came as %+v", u)
			}
		}
		w.chainHolds()
	}
}

// testMoveOfMany: a move of more people than one step has is whole, also when it begins
// again in the middle.
func testMoveOfMany(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const people = 1203
	Fill(t, w.dsn, w.ent.ID, w.orgs["web"].ID, people*20)
	Bind(t, w.dsn, w.ent.ID, w.conn.ID)
	from := w.target()
	m := w.move(from.ID, sso.MoveByLogin)
	w.same(sso.MoveCounts{Waiting: people}, m.Counts)
	w.write("delete from move_entries where user_id > 'user-filled-5'")
	w.unready(m)
	started := time.Now()
	w.ok(w.db.ApplyMoves(t.Context()))
	m, err := w.db.Move(t.Context(), w.ent.ID, m.ID)
	w.ok(err)
	w.same(sso.MoveCounts{Waiting: people}, m.Counts)
	t.Logf("%d people in %v", people, time.Since(started))
}

// testMoveMerged: a move that expects a user who is merged away expects the one kept, and
// the first again after the merge is undone.
func testMoveMerged(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	king, _ := w.enter("king", "ops")
	bob, _ := w.enter("bob", "dev")
	from := w.target()
	w.move(from.ID, sso.MoveByLogin)
	ada := w.arrives("00u9", "ada@acme.test", "")
	w.merge(king.ID, ada.ID)
	if came := w.arrives("00u1", king.Login, ""); came.Status != sso.UserPending {
		t.Errorf("a second subject for a user who has come is not held: %+v", came)
	}
	q := w.question()
	w.same(ada.ID, q.Holder)
	_, err := w.db.AnswerQuestion(t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame})
	w.ok(err)
	if came := w.arrives("00u1", king.Login, ""); came.ID != ada.ID || came.Status != sso.UserActive {
		t.Errorf("the merged user came as %+v; want %s", came, ada.ID)
	}
	undone := w.merge(bob.ID, ada.ID)
	_, err = w.db.UndoMerge(t.Context(), by, w.ent.ID, undone.ID)
	w.ok(err)
	if came := w.arrives("00u2", bob.Login, ""); came.ID != bob.ID || came.Status != sso.UserActive {
		t.Errorf("after undoing they came as %+v; want %s", came, bob.ID)
	}
	w.chainHolds()
}
