package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

func linkingTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"by subject":            testLinkSubject,
		"by login":              testLinkLogin,
		"at another connection": testLinkElsewhere,
		"forbidden":             testLinkForbidden,
		"of admins":             testLinkOfAdmins,
		"approved by a test":    testLinkTested,
		"provisioned":           testLinkProvisioned,
		"ended":                 testUnlink,
		"ended, another login":  testUnlinkRenamed,
		"ended, deactivated":    testUnlinkDeactivated,
		"ended, first of two":   testUnlinkFirst,
		"end forbidden":         testUnlinkForbidden,
		"under sign-ins":        testLinkUnderSignIns,
	}
}

func (w *world) link(user sso.UserID, subject, login string) sso.IdentityLink {
	return sso.IdentityLink{
		Enterprise: w.ent.ID,
		User:       user,
		Connection: w.conn.ID,
		Subject:    subject,
		Login:      login,
	}
}

// linked ties an identity to a user.
func (w *world) linked(user sso.UserID, subject, login string) sso.UserIdentity {
	w.Helper()
	l := w.link(user, subject, login)
	p, err := w.db.PreviewLink(w.Context(), sso.ActorOperator, l)
	w.ok(err)
	w.same(0, len(p.Forbidden))
	i, err := w.db.LinkIdentity(w.Context(), sso.ActorOperator, l)
	w.ok(err)
	return i
}

// linkFails asserts that a link is refused with a code, by the preview, too, and changes
// nothing.
func (w *world) linkFails(by sso.Actor, l sso.IdentityLink, code string) {
	w.Helper()
	before := w.identities(l.User)
	p, err := w.db.PreviewLink(w.Context(), by, l)
	w.ok(err)
	if len(p.Forbidden) != 1 || p.Forbidden[0].Code != code {
		w.Errorf("%s is forbidden because of %v, not %s", l.Subject+l.Login, p.Forbidden, code)
	}
	_, err = w.db.LinkIdentity(w.Context(), by, l)
	w.fails(err, sso.Conflict, code)
	w.same(before, w.identities(l.User))
}

// testLinkSubject: a further subject of the connection leads to the user, whose profile
// and first identity stay.
func testLinkSubject(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	i := w.linked(ada.ID, "second", "")
	if i.Linked == "" || i.Ref() != string(i.Linked) {
		t.Errorf("the identity is %+v", i)
	}
	before := w.users()
	for _, subject := range []string{"second", "ada", "second"} {
		if u, _ := w.record(w.claims(subject, subject+"@acme.test")); u.ID != ada.ID || u.Login != ada.Login {
			t.Errorf("%s signs in as %+v", subject, u)
		}
	}
	w.same(before, w.users())
	w.same(2, len(w.identities(ada.ID)))
	w.chainHolds()
}

// testLinkLogin: a login leads to the user once, and then its subject does.
func testLinkLogin(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.linked(ada.ID, "", "contractor")
	for range 2 {
		if u, _ := w.record(w.claims("c-1", "contractor")); u.ID != ada.ID || u.Login != ada.Login {
			t.Errorf("the contractor signs in as %+v", u)
		}
	}
	next, _ := w.record(w.claims("c-2", "contractor"))
	if next.ID == ada.ID {
		t.Error("the next user of the login is the user")
	}
}

// testLinkElsewhere: an identity of another connection is the user's first one there.
func testLinkElsewhere(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	second := *w
	second.conn = w.connection("Second")
	if i := second.linked(ada.ID, "a-2", ""); i.Linked != "" || i.Ref() != string(second.conn.ID) {
		t.Errorf("the identity is %+v", i)
	}
	if u, _ := second.record(second.claims("a-2", "ada@acme.test")); u.ID != ada.ID {
		t.Errorf("the subject signs in as %+v", u)
	}
	w.same(2, len(w.identities(ada.ID)))
}

// testLinkForbidden: a subject or a login of another account, and accounts that are not
// active, are refused.
func testLinkForbidden(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	other := w.connection("Second")
	w.linkFails(sso.ActorOperator, w.link(ada.ID, "king", ""), "identity_in_use")
	w.linkFails(sso.ActorOperator, w.link(ada.ID, "ada", ""), "identity_linked")
	p, err := w.db.PreviewLink(t.Context(), sso.ActorOperator, w.link(ada.ID, "king", ""))
	w.ok(err)
	w.same(king.ID, p.InUse)
	atOther := w.link(ada.ID, "", "KING@acme.test") // the first sign-in there would be king's
	atOther.Connection = other.ID
	w.linkFails(sso.ActorOperator, atOther, "identity_in_use")
	w.linked(ada.ID, "", "contractor")
	w.linkFails(sso.ActorOperator, w.link(king.ID, "", "contractor"), "identity_in_use")
	w.linkOfInactiveFails(king.ID, ada.ID)
	w.linkAtClosedFails(ada.ID)
}

// linkOfInactiveFails asserts that nothing is tied to a deactivated user, nor after they
// are merged into another one.
func (w *world) linkOfInactiveFails(king, ada sso.UserID) {
	w.Helper()
	w.edit(king, func(u *sso.User) { u.Status = sso.UserDeactivated })
	w.linkFails(sso.ActorOperator, w.link(king, "k-2", ""), "user_inactive")
	w.merge(king, ada)
	w.linkFails(sso.ActorOperator, w.link(king, "k-2", ""), "user_merged")
	w.linkFails(sso.ActorOperator, w.link(ada, "king", ""), "identity_linked")
}

// linkAtClosedFails asserts that no identity of a disabled or of an unknown connection is
// tied.
func (w *world) linkAtClosedFails(ada sso.UserID) {
	w.Helper()
	w.disable()
	w.linkFails(sso.ActorOperator, w.link(ada, "k-3", ""), "link_connection_disabled")
	_, err := w.db.LinkIdentity(w.Context(), sso.ActorOperator, sso.IdentityLink{
		Enterprise: w.ent.ID,
		User:       ada,
		Connection: sso.NewID[sso.ConnectionID](w.clock.Now()),
		Subject:    "x",
	})
	w.fails(err, sso.NotFoundKind, sso.CodeOf(sso.NothingHere()))
}

// testLinkOfAdmins: who acts as an admin is not for an admin of the company to decide, nor
// for a token of it.
func testLinkOfAdmins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, ada.ID))
	token := sso.Token{ID: sso.NewID[sso.TokenID](w.clock.Now()), Enterprise: w.ent.ID}.Actor()
	for _, actor := range []sso.Actor{sso.Actor(king.ID), token} {
		w.passedTest(actor)
		w.linkFails(actor, w.link(ada.ID, "second", ""), "operator_needed")
		_, err := w.db.UnlinkIdentity(t.Context(), actor, w.ent.ID, ada.ID, string(w.conn.ID))
		w.fails(err, sso.Conflict, "operator_needed")
	}
	w.linked(ada.ID, "second", "")
	setup := sso.Actor("link-06d5x0wkj3n8p7r5t2v4y6z8ab")
	w.passedTest(setup)
	w.linkFails(setup, w.link(king.ID, "k-2", ""), "admin_needed")
	_, err := w.db.UnlinkIdentity(t.Context(), setup, w.ent.ID, king.ID, string(w.conn.ID))
	w.fails(err, sso.Conflict, "admin_needed")
}

// passedTest records that an actor passed a test of the connection as it is live.
func (w *world) passedTest(actor sso.Actor) {
	w.Helper()
	run := w.testRun(sso.NewSecret())
	run.ID, run.Token, run.By = sso.NewID[sso.TestRunID](w.clock.Now()), sso.NewSecret().Hash(), actor
	w.ok(w.db.CreateTestRun(w.Context(), run))
	run = finished(run, sso.TestPassed, "")
	run.Version = w.conn.Live.Version
	_, err := w.db.FinishTestRun(w.Context(), run, "")
	w.ok(err)
}

// testLinkTested: an admin of the company shows by a test whom the connection believes.
func testLinkTested(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	w.linkFails(sso.Actor(king.ID), w.link(ada.ID, "second", ""), "link_approval_needed")
	w.passedTest(sso.Actor(ada.ID)) // another's test says nothing
	w.linkFails(sso.Actor(king.ID), w.link(ada.ID, "second", ""), "link_approval_needed")
	w.passedTest(sso.Actor(king.ID))
	_, err := w.db.LinkIdentity(t.Context(), sso.Actor(king.ID), w.link(ada.ID, "second", ""))
	w.ok(err)
}

// testLinkProvisioned: an identity provider that provisions decides about its users.
func testLinkProvisioned(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.provision()
	king := w.accountOf(w.provisionUser("king"))
	w.linkFails(sso.ActorOperator, w.link(ada.ID, "second", ""), "link_not_provisioned")
	second := w.linked(king.ID, "second", "")
	w.record(w.claims("second", "king-2"))
	w.same(2, len(w.identities(king.ID)))
	w.unlink(king.ID, second.Ref())
	_, err := w.db.UnlinkIdentity(t.Context(), sso.ActorOperator, w.ent.ID, king.ID, string(w.conn.ID))
	w.fails(err, sso.Conflict, "provisioned_by_scim")
}

func (w *world) unlink(user sso.UserID, ref string) sso.UnlinkPreview {
	w.Helper()
	before, err := w.db.PreviewUnlink(w.Context(), sso.ActorOperator, w.ent.ID, user, ref)
	w.ok(err)
	p, err := w.db.UnlinkIdentity(w.Context(), sso.ActorOperator, w.ent.ID, user, ref)
	w.ok(err)
	w.same(before, p)
	return p
}

// testUnlink: an identity that an admin unties leads nowhere; its sessions end, and the next
// sign-in with it is a question and no second account.
func testUnlink(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	second := w.linked(ada.ID, "second", "")
	w.record(w.claims("second", "ada@acme.test"))
	w.same(2, w.sessions(ada.ID))
	token := w.personalToken(ada, "backup")
	p := w.unlink(ada.ID, second.Ref())
	if p.Sessions != 1 || p.LastWay {
		t.Errorf("the preview is %+v", p)
	}
	w.same(1, w.sessions(ada.ID))
	w.tokenOpens(true, token)
	former, err := w.db.FormerIdentities(t.Context(), w.ent.ID, ada.ID)
	w.ok(err)
	if len(former) != 1 || former[0].Subject != "second" || former[0].Why != sso.FormerUnlinked ||
		former[0].Connection != w.conn.ID || former[0].ConnectionName != w.conn.Name {
		t.Errorf("the former identities are %+v", former)
	}
	w.unlinkedAsks(ada.ID)
	w.chainHolds()
}

// unlinkedAsks asserts that a sign-in with the untied subject is a question, whose answer
// leads to the user again.
func (w *world) unlinkedAsks(ada sso.UserID) {
	w.Helper()
	came, _ := w.record(w.claims("second", "ada@acme.test"))
	if came.ID == ada || came.Status != sso.UserPending {
		w.Errorf("the subject signs in as %+v", came)
	}
	q := w.question()
	if q.Kind != sso.QuestionLogin || q.Holder != ada {
		w.Errorf("the question is %+v", q)
	}
	_, err := w.db.AnswerQuestion(w.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame})
	w.ok(err)
	if u, _ := w.record(w.claims("second", "ada@acme.test")); u.ID != ada {
		w.Errorf("after the answer the subject signs in as %+v", u)
	}
	former, err := w.db.FormerIdentities(w.Context(), w.ent.ID, ada)
	w.ok(err)
	w.same(0, len(former))
}

// testUnlinkRenamed: the subject is recognized under another login, too. Each answer
// holds at the next sign-in.
func testUnlinkRenamed(t *testing.T, fresh fresh) {
	for answer, status := range map[sso.QuestionAnswer]sso.UserStatus{
		sso.AnswerAnother: sso.UserActive,
		sso.AnswerRefuse:  sso.UserDeactivated,
		sso.AnswerSame:    sso.UserDeactivated,
	} {
		t.Run(string(answer), func(t *testing.T) {
			w := newWorld(t, fresh)
			ada, _ := w.enter("ada", "dev")
			second := w.linked(ada.ID, "second", "")
			w.unlink(ada.ID, second.Ref())
			came := w.comesRenamed(ada.ID)
			id := w.question().ID
			_, err := w.db.AnswerQuestion(t.Context(), by, w.ent.ID, id, sso.QuestionDecision{Answer: sso.AnswerReplaces})
			w.fails(err, sso.Invalid, "validation_failed")
			_, err = w.db.AnswerQuestion(t.Context(), by, w.ent.ID, id, sso.QuestionDecision{Answer: answer})
			w.ok(err)
			w.same(status, w.userOf(came.ID).Status)
			if answer == sso.AnswerRefuse {
				w.refused(w.claims("second", "contractor"), "user_inactive")
				return
			}
			want := came.ID
			if answer == sso.AnswerSame {
				want = ada.ID
			}
			if u, _ := w.record(w.claims("second", "contractor")); u.ID != want || u.Status != sso.UserActive {
				t.Errorf("after the answer the subject signs in as %+v", u)
			}
		})
	}
}

// comesRenamed signs in twice with the untied subject under another login, and asserts
// that it waits for the answer to one question.
func (w *world) comesRenamed(ada sso.UserID) (came sso.User) {
	w.Helper()
	for range 2 { // the question stays the same
		came, _ = w.record(w.claims("second", "contractor"))
		if q := w.question(); came.Status != sso.UserPending || q.Kind != sso.QuestionFormer ||
			q.Holder != ada || q.User != came.ID {
			w.Fatalf("the subject signs in as %+v, the question is %+v", came, q)
		}
	}
	return came
}

// testUnlinkDeactivated: an identity of a person who was deactivated since lets no one in,
// also after a merge.
func testUnlinkDeactivated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	second := w.linked(ada.ID, "second", "")
	w.unlink(ada.ID, second.Ref())
	w.merge(ada.ID, king.ID)
	w.edit(king.ID, func(u *sso.User) { u.Status = sso.UserDeactivated })
	before := w.users()
	w.refused(w.claims("second", "contractor"), "user_inactive")
	w.same(before, w.users())
}

// testUnlinkFirst: of two identities of a connection the other one stays; without any the
// user has no way in, and the preview says it.
func testUnlinkFirst(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.linked(ada.ID, "second", "")
	w.unlink(ada.ID, string(w.conn.ID))
	all := w.identities(ada.ID)
	if len(all) != 1 || all[0].Linked != "" || all[0].Subject != "second" {
		t.Errorf("the identities are %+v", all)
	}
	if u, _ := w.record(w.claims("second", "ada@acme.test")); u.ID != ada.ID {
		t.Errorf("the other subject signs in as %+v", u)
	}
	if p := w.unlink(ada.ID, string(w.conn.ID)); !p.LastWay {
		t.Errorf("the preview is %+v", p)
	}
	w.same(0, len(w.identities(ada.ID)))
	if u, _ := w.record(w.claims("ada", "ada@acme.test")); u.ID == ada.ID || u.Status != sso.UserPending {
		t.Errorf("the first subject signs in as %+v", u)
	}
	w.linked(ada.ID, "third", "")
	if u, _ := w.record(w.claims("third", "ada@acme.test")); u.ID != ada.ID {
		t.Errorf("the third subject signs in as %+v", u)
	}
}

// testUnlinkForbidden: an identity is named by its connection or its own identifier, and
// is the user's.
func testUnlinkForbidden(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	second := w.linked(ada.ID, "second", "")
	for _, ref := range []string{"", second.Ref(), string(w.connection("Second").ID)} {
		_, err := w.db.UnlinkIdentity(t.Context(), sso.ActorOperator, w.ent.ID, king.ID, ref)
		w.fails(err, sso.NotFoundKind, sso.CodeOf(sso.NothingHere()))
	}
	w.same(2, len(w.identities(ada.ID)))
}

// testLinkUnderSignIns: while an identity is tied and untied, a sign-in with it is the
// user's or waits; there is never a third account.
func testLinkUnderSignIns(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			i, err := w.db.LinkIdentity(t.Context(), sso.ActorOperator, w.link(ada.ID, "second", ""))
			if err != nil { // a waiting account has it
				return
			}
			if _, err := w.db.UnlinkIdentity(t.Context(), sso.ActorOperator, w.ent.ID, ada.ID, i.Ref()); err != nil {
				t.Errorf("untie: %v", err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	for range 20 {
		s := w.claims("second", "ada@acme.test")
		if _, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups)); err != nil {
			t.Errorf("sign in: %v", err)
		}
	}
	<-done
	if n := w.users(); n > 2 {
		t.Errorf("there are %d users", n)
	}
	w.chainHolds()
}
