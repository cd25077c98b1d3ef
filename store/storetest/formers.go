package storetest

import (
	"errors"
	"testing"
	"time"

	"gatehouse/sso"
)

func formerTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"people stay":       testDeletedConnection,
		"same login":        testFormerLogin,
		"same subject":      testFormerSubject,
		"unanswered":        testFormerUnanswered,
		"same former login": testFormerLoginOnly,
		"deactivated":       testFormerDeactivated,
		"pushed again":      testFormerPush,
		"pushed":            testFormerPushed,
		"pushed unanswered": testFormerPushWaits,
		"pushed as ended":   testFormerPushEnded,
		"pushed before":     testFormerPushEnabled,
	}
}

// orphaned deletes the connection of the world, and returns the world at another one.
func (w *world) orphaned() *world {
	w.Helper()
	w.ok(w.db.DeleteConnection(w.Context(), sso.ActorOperator, w.ent.ID, w.conn.ID, nil))
	next := *w
	next.conn = w.connection("Next")
	return &next
}

func (w *world) former(user sso.UserID) []sso.FormerIdentity {
	w.Helper()
	all, err := w.db.FormerIdentities(w.Context(), w.ent.ID, user)
	w.ok(err)
	return all
}

// givenLogin gives a user another login than the identity provider sends.
func (w *world) givenLogin(user sso.UserID, login string) {
	w.Helper()
	w.edit(user, func(u *sso.User) { u.Login, u.LoginGiven = login, true })
}

// testDeletedConnection: who came through a deleted connection keeps the account,
// memberships and history, and the identity is listed as a former one.
func testDeletedConnection(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.linked(ada.ID, "second", "")
	w.ok(w.db.AddMember(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, ada.ID))
	w.clock.Move(time.Second)
	before, member, past := w.userOf(ada.ID), w.memberships(ada.ID), w.clock.Now()
	w.clock.Move(time.Second)
	old := w.conn
	w.orphaned()
	w.same(before, w.userOf(ada.ID))
	w.same(member, w.memberships(ada.ID))
	w.same(0, len(w.identities(ada.ID)))
	history, err := w.db.UserMembershipsAt(t.Context(), w.ent.ID, ada.ID, past)
	w.ok(err)
	w.same(len(member), len(history))
	all := w.former(ada.ID)
	if len(all) != 2 {
		t.Fatalf("the former identities are %+v", all)
	}
	subjects := map[string]bool{}
	for _, f := range all {
		subjects[f.Subject] = true
		if f.Why != sso.FormerConnectionDeleted || f.Connection != old.ID || f.ConnectionName != old.Name ||
			f.By != sso.ActorOperator || f.At.IsZero() {
			t.Errorf("the former identity is %+v", f)
		}
	}
	if !subjects["ada"] || !subjects["second"] {
		t.Errorf("the former identities are %+v", all)
	}
	w.chainHolds()
}

// testFormerLogin: a new connection that sends the login of the account asks whose it is.
func testFormerLogin(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	next := w.orphaned()
	came, _ := next.record(next.claims("new-1", "ada@acme.test"))
	if q := w.question(); came.Status != sso.UserPending || q.Kind != sso.QuestionLogin || q.Holder != ada.ID {
		t.Fatalf("the sign-in makes %+v, and the question %+v", came, q)
	}
	w.answersSame()
	if u, _ := next.record(next.claims("new-1", "ada@acme.test")); u.ID != ada.ID {
		t.Errorf("after the answer the subject signs in as %+v", u)
	}
	w.same(1, len(w.former(ada.ID)))
}

func (w *world) answersSame() {
	w.Helper()
	_, err := w.db.AnswerQuestion(
		w.Context(), by, w.ent.ID, w.question().ID, sso.QuestionDecision{Answer: sso.AnswerSame},
	)
	w.ok(err)
}

// testFormerSubject: a new connection that sends the same subject asks, whatever the login,
// and another subject does not.
func testFormerSubject(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	next := w.orphaned()
	bob, _ := next.record(next.claims("bob", "bob@acme.test"))
	w.same(sso.UserActive, bob.Status)
	came, _ := next.record(next.claims("ada", "countess"))
	if q := w.question(); came.Status != sso.UserPending || q.Kind != sso.QuestionFormer || q.Holder != ada.ID {
		t.Fatalf("the sign-in makes %+v, and the question %+v", came, q)
	}
	w.answersSame()
	if u, _ := next.record(next.claims("ada", "countess")); u.ID != ada.ID || u.Status != sso.UserActive {
		t.Errorf("after the answer the subject signs in as %+v", u)
	}
}

// testFormerUnanswered: while it waits whether a person is another one, nothing but the
// answer makes them active: neither vouching, nor to deactivate and reactivate them.
func testFormerUnanswered(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada, _ := w.enter("ada", "dev")
	next := w.orphaned()
	next.record(next.claims("ada", "countess"))
	q := w.question()
	w.same(ada.ID, q.Holder)
	set := func(status sso.UserStatus) error {
		_, err := w.db.UpdateUser(ctx, by, w.ent.ID, q.User, func(u sso.User) (sso.User, error) {
			u.Status = status
			return u, nil
		})
		return err
	}
	_, err := w.db.UpdateUser(ctx, by, w.ent.ID, q.User, func(u sso.User) (sso.User, error) {
		u.VouchedAt, u.Status = w.clock.Now(), sso.UserActive
		return u, nil
	})
	w.fails(err, sso.Conflict, "question_open")
	w.same(sso.UserPending, w.userOf(q.User).Status)
	w.ok(set(sso.UserDeactivated))
	w.fails(set(sso.UserActive), sso.Conflict, "question_open")
	w.same(q.ID, w.question().ID)
	_, err = w.db.AnswerQuestion(ctx, by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerRefuse})
	w.ok(err)
	w.ok(set(sso.UserActive)) // refused, and let in nevertheless
}

// testFormerLoginOnly: the login that the deleted connection sent counts, too, where the
// account has another one.
func testFormerLoginOnly(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.givenLogin(ada.ID, "countess")
	next := w.orphaned()
	came, _ := next.record(next.claims("new-1", "ada@acme.test"))
	if q := w.question(); came.Status != sso.UserPending || q.Kind != sso.QuestionFormer || q.Holder != ada.ID {
		t.Fatalf("the sign-in makes %+v, and the question %+v", came, q)
	}
	_, err := w.db.AnswerQuestion(
		t.Context(), by, w.ent.ID, w.question().ID, sso.QuestionDecision{Answer: sso.AnswerAnother},
	)
	w.ok(err)
	if u, _ := next.record(next.claims("new-1", "ada@acme.test")); u.ID != came.ID || u.Status != sso.UserActive {
		t.Errorf("after the answer the subject signs in as %+v", u)
	}
}

// testFormerDeactivated: who was deactivated does not come back by the subject; a newcomer
// with a login that they had is another person.
func testFormerDeactivated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.givenLogin(ada.ID, "countess")
	w.edit(ada.ID, func(u *sso.User) { u.Status = sso.UserDeactivated })
	next := w.orphaned()
	before := w.users()
	next.refused(next.claims("ada", "other"), "user_inactive")
	next.refused(next.claims("new-1", "countess"), "user_inactive")
	w.same(before, w.users())
	if u, _ := next.record(next.claims("new-2", "ada@acme.test")); u.ID == ada.ID || u.Status != sso.UserActive {
		t.Errorf("the next user of the login is %+v", u)
	}
}

// testFormerPushed: the externalId by which a deleted connection pushed a person counts as
// a subject, also of one who never signed in.
func testFormerPushed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	u := pushed("ada")
	u.ExternalID = "employee-7"
	u, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), u)
	w.ok(err)
	ada := w.accountOf(u)
	next := w.orphaned()
	all := w.former(ada.ID)
	if len(all) != 1 || all[0].ExternalID != "employee-7" || all[0].Login != u.UserName {
		t.Fatalf("the former identities are %+v", all)
	}
	came, _ := next.record(next.claims("employee-7", "countess"))
	if q := w.question(); came.Status != sso.UserPending || q.Kind != sso.QuestionFormer || q.Holder != ada.ID {
		t.Fatalf("the sign-in makes %+v, and the question %+v", came, q)
	}
}

// testFormerPush: a push with an externalId that a person had at a deleted connection is
// held, whatever the userName, and the answer decides whose account it is.
func testFormerPush(t *testing.T, fresh fresh) {
	for _, answer := range []sso.QuestionAnswer{sso.AnswerSame, sso.AnswerAnother} {
		t.Run(string(answer), func(t *testing.T) {
			w := newWorld(t, fresh)
			ada, _ := w.enter("ada", "dev")
			next := w.orphaned()
			next.provision()
			u := pushed("countess")
			u.ExternalID = "ada" // the subject that the deleted connection sent
			_, err := next.db.CreateProvisionedUser(t.Context(), next.scimPush(), u)
			next.fails(err, sso.Conflict, "identity_held")
			if q := w.question(); q.Kind != sso.QuestionFormer || q.Holder != ada.ID {
				t.Fatalf("the question is %+v", q)
			}
			claimant := w.question().User
			_, err = w.db.AnswerQuestion(
				t.Context(), by, w.ent.ID, w.question().ID, sso.QuestionDecision{Answer: answer},
			)
			w.ok(err)
			if answer == sso.AnswerAnother { // what was held is applied to the account that waited
				w.same(sso.UserActive, w.userOf(claimant).Status)
				return
			}
			u, err = next.db.CreateProvisionedUser(t.Context(), next.scimPush(), u)
			w.ok(err)
			w.same(ada.ID, next.accountOf(u).ID)
		})
	}
}

// testFormerPushWaits: while it waits whether a person is another one, no push makes them
// active, neither the first nor one that is sent again, and the answer lets them in.
func testFormerPushWaits(t *testing.T, fresh fresh) {
	for _, answer := range []sso.QuestionAnswer{sso.AnswerSame, sso.AnswerAnother, sso.AnswerRefuse} {
		t.Run(string(answer), func(t *testing.T) {
			w := newWorld(t, fresh)
			ctx := t.Context()
			ada, _ := w.enter("ada")
			next := w.orphaned()
			next.record(next.claims("ada", "countess@acme.test"))
			q := w.question()
			next.provision()
			u := pushed("countess")
			u.ExternalID = "ada"
			for range 2 {
				_, err := next.db.CreateProvisionedUser(ctx, next.scimPush(), u)
				next.fails(err, sso.Conflict, "identity_held")
				w.same(sso.UserPending, w.userOf(q.User).Status)
			}
			again := w.question()
			if again.ID != q.ID || again.Kind != sso.QuestionFormer || again.Holder != ada.ID {
				t.Errorf("the question became %+v", again)
			}
			_, err := w.db.AnswerQuestion(ctx, by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: answer})
			w.ok(err)
			got := next.accountOf(next.pushAgain(u))
			want := map[sso.QuestionAnswer]sso.UserID{
				sso.AnswerSame:    ada.ID,
				sso.AnswerAnother: q.User,
				sso.AnswerRefuse:  q.User,
			}
			if got.ID != want[answer] || (got.Status == sso.UserActive) != (answer != sso.AnswerRefuse) {
				t.Errorf("after the answer, the push made the account %+v", got)
			}
		})
	}
}

// pushAgain pushes a user, as a change of the resource if the connection has one with the
// userName, as identity providers do.
func (w *world) pushAgain(u sso.ProvisionedUser) sso.ProvisionedUser {
	w.Helper()
	got, err := w.db.CreateProvisionedUser(w.Context(), w.scimPush(), u)
	if known, is := errors.AsType[*sso.ResourceExistsError](err); is {
		_, got, err = w.db.ChangeProvisionedUser(
			w.Context(), w.scimPush(), known.ID, func(found sso.ProvisionedUser) (sso.ProvisionedUser, error) {
				found.ExternalID, found.Active = u.ExternalID, u.Active
				return found, nil
			},
		)
	}
	w.ok(err)
	return got
}

// testFormerPushEnded: a push that deactivates a person of whom it waits whether they are
// another one, and then one that says active, lets them in no more than the first.
func testFormerPushEnded(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.enter("ada")
	next := w.orphaned()
	next.record(next.claims("ada", "countess"))
	q := w.question()
	next.provision()
	u := pushed("countess")
	u.ExternalID, u.Active = "ada", false
	u, err := next.db.CreateProvisionedUser(ctx, next.scimPush(), u)
	w.ok(err)
	w.same(sso.UserDeactivated, w.userOf(q.User).Status)
	activate := func() error {
		_, _, err := next.db.ChangeProvisionedUser(
			ctx, next.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
				u.Active = true
				return u, nil
			},
		)
		return err
	}
	w.fails(activate(), sso.Conflict, "identity_held")
	w.same(q.ID, w.question().ID)
	_, err = w.db.AnswerQuestion(ctx, by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerAnother})
	w.ok(err)
	w.ok(activate())
	w.same(sso.UserActive, w.userOf(q.User).Status)
}

// testFormerPushEnabled: of people who were pushed before the connection provisioned, the
// answer applies what waited.
func testFormerPushEnabled(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada")
	next := w.orphaned()
	next.record(next.claims("ada", "countess"))
	q := w.question()
	u := pushed("countess")
	u.ExternalID = "ada"
	u, err := next.db.CreateProvisionedUser(t.Context(), next.scimPush(), u)
	w.ok(err)
	next.provision()
	w.same(sso.UserPending, w.userOf(q.User).Status)
	_, err = w.db.AnswerQuestion(t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerAnother})
	w.ok(err)
	if got := next.accountOf(u); got.ID != q.User || got.Status != sso.UserActive {
		t.Errorf("the answer made the account %+v", got)
	}
}
