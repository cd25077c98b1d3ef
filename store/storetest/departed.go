package storetest

import (
	"testing"

	"gatehouse/sso"
)

// testDepartedPushed: a push through another connection makes no new account of a person
// who was deactivated, until an admin decides. An inactive resource may be there.
func testDepartedPushed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	gone, _ := w.enter("gone", "dev")
	w.deactivate(gone.ID)
	before := w.users()
	w.conn = w.connection("Second")
	w.provision()
	again := pushed("gone")
	again.UserName = "GONE@acme.test"
	_, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), again)
	w.fails(err, sso.Conflict, "user_inactive")
	w.same(before, w.users())
	w.provisionUser("newcomer")
	w.edit(gone.ID, func(u *sso.User) { u.Login, u.LoginGiven = "gone.former", true })
	made := w.provisionUser("gone")
	if u := w.accountOf(made); u.ID == gone.ID || u.Status != sso.UserActive {
		t.Errorf("the push made %+v", u)
	}
	w.same(sso.UserDeactivated, w.userOf(gone.ID).Status)
	w.chainHolds()
}

// mergedAway is a user who was kept in a merge, of a user with another login, and a
// connection that knows neither.
func mergedAway(t *testing.T, fresh fresh) (w *world, kept sso.User) {
	w = newWorld(t, fresh)
	kept, _ = w.enter("kept", "dev")
	middle, _ := w.enter("middle", "dev")
	king, _ := w.enter("king", "ops")
	w.merge(king.ID, middle.ID)
	w.merge(middle.ID, kept.ID)
	w.conn = w.connection("Second")
	return w, kept
}

// testMergedElsewhere: the former login of a person who was merged, at a connection that
// does not know them, is a question and no second account.
func testMergedElsewhere(t *testing.T, fresh fresh) {
	for answer, want := range map[sso.QuestionAnswer]sso.UserStatus{
		sso.AnswerSame:    sso.UserDeactivated,
		sso.AnswerAnother: sso.UserActive,
		sso.AnswerRefuse:  sso.UserDeactivated,
	} {
		w, kept := mergedAway(t, fresh)
		for range 2 {
			if came, _ := w.record(w.claims("00u1", "King@acme.test")); came.Status != sso.UserPending {
				t.Errorf("they came as %+v", came)
			}
		}
		q := w.question()
		if q.Kind != sso.QuestionMerged || q.Holder != kept.ID {
			t.Errorf("the question is %+v", q)
		}
		_, err := w.db.AnswerQuestion(t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerReplaces})
		w.fails(err, sso.Invalid, "validation_failed")
		_, err = w.db.AnswerQuestion(t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: answer})
		w.ok(err)
		w.same(want, w.userOf(q.User).Status)
		if answer == sso.AnswerSame {
			if came, _ := w.record(w.claims("00u1", "king@acme.test")); came.ID != kept.ID {
				t.Errorf("after the answer they came as %+v", came)
			}
		}
		w.oneHolder()
		w.chainHolds()
	}
}

// testMergedPushed: the same of a push.
func testMergedPushed(t *testing.T, fresh fresh) {
	w, kept := mergedAway(t, fresh)
	w.provision()
	_, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), pushed("king"))
	w.fails(err, sso.Conflict, "identity_held")
	q := w.question()
	if q.Kind != sso.QuestionMerged || q.Holder != kept.ID || w.userOf(q.User).Status != sso.UserPending {
		t.Errorf("the question is %+v", q)
	}
	_, err = w.db.AnswerQuestion(t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame})
	w.ok(err)
	if u := w.accountOf(w.provisionUser("king")); u.ID != kept.ID || u.Status != sso.UserActive {
		t.Errorf("after the answer the push made %+v", u)
	}
	w.chainHolds()
}

// testMergedAndLeft: the former login of a person who was merged and left is refused
// elsewhere, unless an active person has it by now.
func testMergedAndLeft(t *testing.T, fresh fresh) {
	w, kept := mergedAway(t, fresh)
	w.deactivate(kept.ID)
	w.refused(w.claims("00u1", "king@acme.test"), "user_inactive")
	first := w.conn
	w.conn = w.connection("Third")
	w.provision()
	_, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), pushed("king"))
	w.fails(err, sso.Conflict, "user_inactive")
	w.conn = w.connection("Fourth")
	newcomer, _ := w.enter("newcomer")
	w.edit(newcomer.ID, func(u *sso.User) { u.Login, u.LoginGiven = "king@acme.test", true })
	w.conn = first
	if came, _ := w.record(w.claims("00u1", "king@acme.test")); came.Status != sso.UserPending {
		t.Errorf("who claims the login of another came as %+v", came)
	}
	w.same(newcomer.ID, w.question().Holder)
}

// testDoubtVouched: that a user may be another person is asked also if an admin has to
// vouch first, and no vouching comes before the answer.
func testDoubtVouched(t *testing.T, fresh fresh) {
	w, kept := mergedAway(t, fresh)
	comes := func() sso.User {
		u, _, err := w.db.RecordLogin(t.Context(), w.claims("00u1", "king@acme.test"), vouchFirst(t, true))
		w.ok(err)
		return u
	}
	came := comes()
	w.same(sso.UserPending, came.Status)
	for range 2 {
		if q := w.question(); q.Kind != sso.QuestionMerged || q.Holder != kept.ID || q.User != came.ID {
			t.Errorf("the question is %+v", q)
		}
		_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, came.ID, func(u sso.User) (sso.User, error) {
			u.VouchedAt, u.Status = w.clock.Now(), sso.UserActive
			return u, nil
		})
		w.fails(err, sso.Conflict, "question_open")
		w.same(sso.UserPending, comes().Status)
	}
	w.question()
}
