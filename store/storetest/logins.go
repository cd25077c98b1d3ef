package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// claims is a sign-in of a subject with a login.
func (w *world) claims(subject, login string) sso.SignIn {
	s := w.signIn(subject, "dev")
	s.Identity.Login = login
	return s
}

func (w *world) userOf(id sso.UserID) sso.User {
	w.Helper()
	u, err := w.db.User(w.Context(), w.ent.ID, id)
	w.ok(err)
	return u
}

// question is the only one that waits.
func (w *world) question() sso.IdentityQuestion {
	w.Helper()
	all, _, err := w.db.IdentityQuestions(
		w.Context(), w.ent.ID, sso.QuestionFilter{State: sso.QuestionWaiting},
		sso.Page{},
	)
	w.ok(err)
	if len(all) != 1 {
		w.Fatalf("%d questions wait; want 1", len(all))
	}
	return all[0]
}

// oneHolder asserts that no two active users have one login.
func (w *world) oneHolder() {
	w.Helper()
	users, _, err := w.db.Users(
		w.Context(), w.ent.ID, sso.UserFilter{Status: sso.UserActive},
		sso.Page{Limit: 200},
	)
	w.ok(err)
	seen := map[string]sso.UserID{}
	for _, u := range users {
		key := strings.ToLower(u.Login)
		if other := seen[key]; other != "" {
			w.Errorf("%s and %s are active with the login %q", other, u.ID, u.Login)
		}
		seen[key] = u.ID
	}
}

// testLoginReused: the second user with a login waits, however the login is
// written and whichever connection it comes through.
func testLoginReused(t *testing.T, fresh fresh) {
	for name, login := range map[string]string{
		"the same":       "ada@acme.test",
		"letter case":    "Ada@ACME.test",
		"full width":     "ａｄａ@acme.test",
		"invisible":      "a\u200bda@acme.test",
		"looks the same": "аda@acme.test", // a Cyrillic а
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			ada, _ := w.enter("ada", "dev")
			w.conn = w.connection("Second directory")
			second, _ := w.record(w.claims("newcomer", login))
			if second.ID == ada.ID ||
				second.Status != sso.UserPending ||
				second.Login != login ||
				len(w.memberships(second.ID)) != 0 {
				t.Errorf("the second is %+v", second)
			}
			if q := w.question(); q.User != second.ID ||
				q.Holder != ada.ID ||
				q.Login != login ||
				q.Keeps != "" ||
				q.Connection != w.conn.ID ||
				q.Attempt == "" {
				t.Errorf("the question is %+v", q)
			}
			again, _ := w.record(w.claims("newcomer", login))
			if again.ID != second.ID || again.Status != sso.UserPending {
				t.Errorf("another try came to %+v", again)
			}
			w.question()
			w.signedOut(second.ID)
			w.chainHolds()
		})
	}
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	if u, _ := addWorld(t, w.db, w.clock, "other").enter("ada", "dev"); u.Status != sso.UserActive {
		t.Errorf("a login of another enterprise counts here: %+v", u)
	}
}

func (w *world) signedOut(id sso.UserID) {
	w.Helper()
	if sessions, err := w.db.UserSessions(w.Context(), w.ent.ID, id); err != nil || len(sessions) != 0 {
		w.Errorf("%d sessions (%v)", len(sessions), err)
	}
}

// testLoginChanged: a known user whose login becomes another's goes on with
// the one they had, and takes the other as soon as it is free.
func testLoginChanged(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	bob, _ := w.enter("bob", "dev")
	bob, _ = w.record(w.claims("bob", "ADA@acme.test"))
	if bob.Status != sso.UserActive || bob.Login != "bob@acme.test" {
		t.Errorf("bob came in as %+v", bob)
	}
	if q := w.question(); q.User != bob.ID ||
		q.Holder != ada.ID ||
		q.Keeps != "bob@acme.test" {
		t.Errorf("the question is %+v", q)
	}
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, ada.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	w.loginFreed(ada)
	_, err = w.db.UpdateUser(t.Context(), by, w.ent.ID, ada.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserActive
		return u, nil
	})
	w.fails(err, sso.Conflict, "login_in_use")
	w.oneHolder()
}

func (w *world) loginFreed(ada sso.User) {
	before, err := w.db.LastRevocation(w.Context())
	w.ok(err)
	if bob, _ := w.record(w.claims("bob", "ADA@acme.test")); bob.Login != "ADA@acme.test" {
		w.Errorf("the login is free, and bob is still %q", bob.Login)
	}
	if after, err := w.db.LastRevocation(w.Context()); err != nil || after <= before {
		w.Errorf("no node was told that bob's sessions have another login (%v)", err)
	}
	all, _, err := w.db.IdentityQuestions(
		w.Context(), w.ent.ID, sso.QuestionFilter{User: ada.ID}, sso.Page{},
	)
	w.ok(err)
	if len(all) != 1 || all[0].State != sso.QuestionSettled {
		w.Errorf("the questions are %+v", all)
	}
}

// testLoginGiven: a login that an admin gave stays, and names one person, too.
func testLoginGiven(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	give := func(id sso.UserID, login string) error {
		_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, id, func(u sso.User) (sso.User, error) {
			u.Login, u.LoginGiven = login, true
			return u, nil
		})
		return err
	}
	ada, _ := w.enter("ada", "dev")
	bob, _ := w.enter("bob", "dev")
	w.fails(give(bob.ID, "Ada@acme.test"), sso.Conflict, "login_in_use")
	w.ok(give(bob.ID, "robert"))
	if bob, _ = w.record(w.claims("bob", "ada@acme.test")); bob.Login != "robert" ||
		bob.Status != sso.UserActive {
		t.Errorf("a sign-in changed the login that an admin gave: %+v", bob)
	}
	if all, _, err := w.db.IdentityQuestions(
		t.Context(), w.ent.ID, sso.QuestionFilter{}, sso.Page{},
	); err != nil || len(all) != 0 {
		t.Errorf("%d questions about a login that nobody claims (%v)", len(all), err)
	}
	eve, _ := w.record(w.claims("eve", "Robert"))
	if eve.Status != sso.UserPending {
		t.Errorf("a login that an admin gave was given to another: %+v", eve)
	}
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, eve.ID, func(u sso.User) (sso.User, error) {
		u.Status, u.VouchedAt = sso.UserActive, w.clock.Now()
		return u, nil
	})
	w.fails(err, sso.Conflict, "login_in_use")
	w.same(ada.Login, w.userOf(ada.ID).Login)
	w.oneHolder()
}

// testLoginAnswers: each answer does what it says, once.
func testLoginAnswers(t *testing.T, fresh fresh) {
	for name, c := range loginAnswers() {
		t.Run(name, func(t *testing.T) {
			newWorld(t, fresh).answerLogin(name, c)
		})
	}
}

// loginOutcome is what an answer leaves of both users.
type loginOutcome struct {
	Claimant, Holder             string
	ClaimantStatus, HolderStatus sso.UserStatus
}

// loginAnswer is an answer to the question who has a login, and its outcome.
type loginAnswer struct {
	answer func(q sso.IdentityQuestion) sso.QuestionDecision
	want   loginOutcome
}

func loginAnswers() map[string]loginAnswer {
	const active, off = sso.UserActive, sso.UserDeactivated
	return map[string]loginAnswer{
		"another for the claimant": {
			func(sso.IdentityQuestion) sso.QuestionDecision {
				return sso.QuestionDecision{
					Answer: sso.AnswerAnother,
					Login:  "ada.king",
				}
			},
			loginOutcome{"ada.king", "ada@acme.test", active, active},
		},
		"another for the holder": {
			func(sso.IdentityQuestion) sso.QuestionDecision {
				return sso.QuestionDecision{
					Answer: sso.AnswerAnother,
					Holder: true,
					Login:  "ada.old",
				}
			},
			loginOutcome{"ada@acme.test", "ada.old", active, active},
		},
		"replaces": {
			func(sso.IdentityQuestion) sso.QuestionDecision {
				return sso.QuestionDecision{Answer: sso.AnswerReplaces}
			},
			loginOutcome{"ada@acme.test", "ada@acme.test", active, off},
		},
		"refuse": {
			func(sso.IdentityQuestion) sso.QuestionDecision {
				return sso.QuestionDecision{Answer: sso.AnswerRefuse}
			},
			loginOutcome{"ada@acme.test", "ada@acme.test", off, active},
		},
	}
}

// answerLogin asks whose a login is, and answers.
func (w *world) answerLogin(name string, c loginAnswer) {
	w.Helper()
	ctx := w.Context()
	ada, _ := w.enter("ada", "dev")
	w.enter("grace", "dev")
	king, _ := w.record(w.claims("king", "ada@acme.test"))
	q := w.question()
	_, err := w.db.AnswerQuestion(
		ctx, by, w.ent.ID, q.ID,
		sso.QuestionDecision{
			Answer: sso.AnswerAnother,
			Login:  "Grace@acme.test",
		},
	)
	w.fails(err, sso.Conflict, "login_in_use")
	answered, err := w.db.AnswerQuestion(
		ctx, by, w.ent.ID, q.ID, c.answer(q),
	)
	w.ok(err)
	if answered.State != sso.QuestionAnswered ||
		answered.DecidedBy != by ||
		answered.DecidedAt.IsZero() {
		w.Errorf("the answered question is %+v", answered)
	}
	_, err = w.db.AnswerQuestion(ctx, by, w.ent.ID, q.ID, c.answer(q))
	w.fails(err, sso.Conflict, "question_decided")
	k, a := w.userOf(king.ID), w.userOf(ada.ID)
	w.same(c.want, loginOutcome{k.Login, a.Login, k.Status, a.Status})
	s := w.claims("king", "ada@acme.test")
	k, _, err = w.db.RecordLogin(ctx, s, Reset(s.Identity.Groups))
	if name == "refuse" {
		w.fails(err, sso.Forbidden, "user_inactive")
	} else if err != nil ||
		k.Status != sso.UserActive ||
		k.Login != c.want.Claimant {
		w.Errorf("the claimant signs in as %+v (%v)", k, err)
	}
	w.oneHolder()
	w.chainHolds()
}

// testLoginRace: of many first sign-ins with one login at the same moment, one
// gets in, and the database itself would refuse a second.
func testLoginRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const n = 40
	for _, err := range atOnce(n, func(i int) error {
		s := w.claims(
			fmt.Sprintf("person-%d", i), []string{"ada", "ADA", "Ada", "ａda"}[i%4],
		)
		_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
		return err
	}) {
		w.ok(err)
	}
	active, _, err := w.db.Users(
		t.Context(), w.ent.ID, sso.UserFilter{Status: sso.UserActive},
		sso.Page{Limit: 200},
	)
	w.ok(err)
	pending, _, err := w.db.Users(
		t.Context(), w.ent.ID, sso.UserFilter{Status: sso.UserPending},
		sso.Page{Limit: 200},
	)
	w.ok(err)
	if len(active) != 1 || len(pending) != n-1 {
		t.Fatalf(
			"%d active and %d pending; want 1 and %d", len(active), len(pending),
			n-1,
		)
	}
	if _, err := Raw(t, w.dsn).Exec(
		"update users set status = 'active' where id = $1", string(pending[0].ID),
	); err == nil {
		t.Error("the database takes two active users of one login")
	}
	w.loginGivenOnce(pending)
	w.chainHolds()
}

func (w *world) loginGivenOnce(pending []sso.User) {
	won := 0
	for _, err := range atOnce(len(pending), func(i int) error {
		_, err := w.db.UpdateUser(
			w.Context(), by, w.ent.ID, pending[i].ID,
			func(u sso.User) (sso.User, error) {
				u.Login, u.LoginGiven, u.Status = "grace", true, sso.UserActive
				return u, nil
			},
		)
		return err
	}) {
		if err == nil {
			won++
			continue
		}
		w.fails(err, sso.Conflict, "login_in_use")
	}
	if won != 1 {
		w.Errorf("%d people were given one login at once; want 1", won)
	}
}

// testLoginUpgrade: a database in which several active users have one login. The
// first stays, the others wait, and an admin is asked about each.
func testLoginUpgrade(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	var all []sso.User
	for _, name := range []string{"first", "second", "third", "alone"} {
		w.clock.Move(time.Second)
		u, _ := w.enter(name, "dev")
		all = append(all, u)
	}
	w.shareLogin()
	w.db = Open(t, w.dsn, w.keys, w.clock.Now)
	for i, want := range []sso.UserStatus{
		sso.UserActive, sso.UserPending, sso.UserPending, sso.UserActive,
	} {
		if u := w.userOf(all[i].ID); u.Status != want {
			t.Errorf("user %d is %s; want %s", i, u.Status, want)
		}
	}
	questions, _, err := w.db.IdentityQuestions(
		ctx, w.ent.ID, sso.QuestionFilter{State: sso.QuestionWaiting}, sso.Page{},
	)
	w.ok(err)
	if len(questions) != 2 ||
		questions[0].Holder != all[0].ID ||
		questions[0].Connection != w.conn.ID ||
		questions[0].Attempt != "" {
		t.Errorf("the questions are %+v", questions)
	}
	w.same([]string{"identity.questioned", "identity.questioned"}, w.actions(2))
	w.signInAfterUpgrade()
	w.chainHolds()
}

func (w *world) shareLogin() {
	ctx := w.Context()
	raw := Raw(w.T, w.dsn)
	for _, statement := range []string{
		"update users set login_folded = ''",
		"update users set login = 'ada' where login in ('first@acme.test', 'third@acme.test')",
		"update users set login = 'ADA' where login = 'second@acme.test'",
		"delete from meta where key = 'logins_folded'",
	} {
		_, err := raw.ExecContext(ctx, statement)
		w.ok(err)
	}
}

func (w *world) signInAfterUpgrade() {
	ctx := w.Context()
	if u, _ := w.record(w.claims("first", "ada")); u.Status != sso.UserActive {
		w.Errorf("who stayed signs in as %+v", u)
	}
	if u, _ := w.record(w.claims("third", "ada")); u.Status != sso.UserPending {
		w.Errorf("who waits signs in as %+v", u)
	}
	again := Open(w.T, w.dsn, w.keys, w.clock.Now)
	if n, _, err := again.IdentityQuestions(
		ctx, w.ent.ID, sso.QuestionFilter{}, sso.Page{},
	); err != nil || len(n) != 2 {
		w.Errorf("another start came to %d questions (%v)", len(n), err)
	}
}

// testLoginForeseen: what a test connection is told is what a sign-in finds.
func testLoginForeseen(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada, _ := w.enter("ada", "dev")
	w.enter("bob", "dev")
	for subject, want := range map[string]sso.LoginClaim{
		"newcomer": {Holder: ada.ID},
		"bob":      {Holder: ada.ID, Keeps: true},
		"ada":      {},
	} {
		s := w.claims(subject, "ADA@acme.test")
		facts, err := w.db.SignInFacts(ctx, w.ent.ID, s.Identity, sso.Brake{}, nil)
		w.ok(err)
		w.same(want, facts.Login)
		_, _, err = w.db.RecordLogin(ctx, s, func(f sso.SignInFacts) (sso.Verdict, error) {
			w.same(want, f.Login)
			return sso.Verdict{
				Memberships: sso.MembershipChanges{
					Record: sso.SyncRecord{Mode: sso.SyncKeep},
				},
			}, nil
		})
		w.ok(err)
	}
}
