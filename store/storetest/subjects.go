package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
)

// staff signs n people in, whose sign-ins are an hour old afterwards.
func (w *world) staff(n int) []sso.User {
	w.Helper()
	all := make([]sso.User, n)
	for i := range all {
		all[i], _ = w.enter(fmt.Sprintf("p-%d", i), "dev")
	}
	w.clock.Move(2 * time.Hour)
	return all
}

// comes signs one of the staff in with another subject.
func (w *world) comes(prefix string, i int) (sso.User, error) {
	w.clock.Move(time.Second)
	s := w.claims(fmt.Sprintf("%s-%d", prefix, i), fmt.Sprintf("P-%d@acme.test", i))
	u, _, err := w.db.RecordLogin(w.Context(), s, Reset(s.Identity.Groups))
	return u, err
}

// subjectChanges returns the changed subjects.
func (w *world) subjectChanges() []sso.SubjectChange {
	w.Helper()
	all, _, err := w.db.SubjectChanges(w.Context(), w.ent.ID, sso.Page{})
	w.ok(err)
	return all
}

// pendingUsers asserts how many users and questions wait.
func (w *world) pendingUsers(want int) {
	w.Helper()
	users, _, err := w.db.Users(w.Context(), w.ent.ID, sso.UserFilter{Status: sso.UserPending}, sso.Page{Limit: 200})
	w.ok(err)
	questions, _, err := w.db.IdentityQuestions(
		w.Context(), w.ent.ID, sso.QuestionFilter{State: sso.QuestionWaiting}, sso.Page{Limit: 200},
	)
	w.ok(err)
	if len(users) != want || len(questions) != want {
		w.Errorf("%d users and %d questions wait; want %d", len(users), len(questions), want)
	}
}

// changed makes the subjects of all of the staff change, and returns the question.
func (w *world) changed(staff []sso.User) sso.SubjectChange {
	w.Helper()
	for i := range staff {
		if _, err := w.comes("new", i); i >= 4 {
			w.fails(err, sso.Forbidden, "subjects_changed")
		}
	}
	all := w.subjectChanges()
	if len(all) != 1 {
		w.Fatalf("%d questions about subjects; want 1", len(all))
	}
	return all[0]
}

// testSubjectsChanged: an identity provider that changes the subject of every user
// raises one question, and leaves no account behind.
func testSubjectsChanged(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	n := 500
	if w.onPostgres() { // whose round trips make it slow
		n = 60
	}
	staff := w.staff(n)
	c := w.changed(staff)
	w.pendingUsers(0)
	latest := fmt.Sprintf("P-%d@acme.test", n-1)
	if c.People != len(staff) || c.Known != 0 || len(c.Logins) != 5 || c.Logins[0] != latest || c.Answer != "" ||
		c.Connection != w.conn.ID {
		t.Errorf("the question is %+v", c)
	}
	if u, _ := w.enter("p-7", "dev"); u.ID != staff[7].ID {
		t.Errorf("a known subject finds %+v", u)
	}
	if all := w.subjectChanges(); len(all) != 1 || all[0].Known != 1 {
		t.Errorf("after a sign-in with a known subject: %+v", all)
	}
	if u, _ := w.enter("newcomer", "dev"); u.Status != sso.UserActive {
		t.Errorf("a user with a new login is %+v", u)
	}
	// The subject of this user did not change.
	if u, err := w.comes("new", 7); err != nil || u.Status != sso.UserPending {
		t.Errorf("%+v, %v", u, err)
	}
	w.pendingUsers(1)
	if n := len(w.subjectChanges()); n != 1 {
		t.Errorf("%d questions about subjects", n)
	}
	w.oneHolder()
	w.chainHolds()
}

// testFewSubjects: each of a few users with a new subject is a question, and so is
// each of many among users with known subjects.
func testFewSubjects(t *testing.T, fresh fresh) {
	for name, known := range map[string]func(w *world, i int){
		"four": func(w *world, i int) {
			if i == 4 {
				w.clock.Move(2 * time.Hour)
			}
		},
		"a known one between": func(w *world, i int) {
			if i == 4 {
				w.enter("p-15", "dev")
			}
		},
		"slow": func(w *world, _ int) { w.clock.Move(16 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			w.staff(16)
			for i := range 8 {
				known(w, i)
				if u, err := w.comes("new", i); err != nil || u.Status != sso.UserPending {
					t.Fatalf("%d: %+v, %v", i, u, err)
				}
			}
			w.pendingUsers(8)
			if all := w.subjectChanges(); len(all) != 0 {
				t.Errorf("a question about subjects: %+v", all)
			}
		})
	}
}

// testOneAccountOfManyLogins: one account at the identity provider that asserts the
// logins of many colleagues in turn raises no question about all subjects. After the
// answer that they are the same people it gets one of them at most.
func testOneAccountOfManyLogins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	staff := w.staff(8)
	intruder := func(i int) sso.User {
		t.Helper()
		w.clock.Move(time.Second)
		u, _ := w.record(w.claims("intruder", fmt.Sprintf("p-%d@acme.test", i)))
		return u
	}
	for i := range staff {
		if u := intruder(i); u.Status != sso.UserPending {
			t.Errorf("%d: %+v", i, u)
		}
	}
	if all := w.subjectChanges(); len(all) != 0 {
		t.Errorf("a question about subjects: %+v", all)
	}
	w = newWorld(t, fresh)
	staff = w.staff(8)
	w.answerSubjects(w.changed(staff), sso.SubjectsSame)
	first := intruder(0)
	for i := range staff {
		if u := intruder(i); u.ID != first.ID {
			t.Errorf("%d: %+v beside %+v", i, u, first)
		}
	}
	w.oneHolder()
}

// testSubjectsAnsweredRace: two admins answer once. Sign-ins at the moment of the answer are refused, or are
// the same people; afterwards all are.
func testSubjectsAnsweredRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	staff := w.staff(12)
	c := w.changed(staff)
	signIn := func(i int) error {
		s := w.claims(fmt.Sprintf("new-%d", i), fmt.Sprintf("p-%d@acme.test", i))
		u, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
		if err == nil && u.ID != staff[i].ID {
			return fmt.Errorf("%d is %+v", i, u)
		}
		return err
	}
	answered := 0
	for i, err := range atOnce(len(staff)+2, func(i int) error {
		if i < len(staff) {
			return signIn(i)
		}
		_, err := w.db.AnswerSubjectChange(t.Context(), by, w.ent.ID, c.ID, sso.SubjectsSame)
		return err
	}) {
		switch code := sso.CodeOf(err); {
		case err == nil && i >= len(staff):
			answered++
		case err == nil, i < len(staff) && code == "subjects_changed", i >= len(staff) && code == "question_decided":
		default:
			t.Error(err)
		}
	}
	if answered != 1 {
		t.Errorf("%d answers", answered)
	}
	for i := range staff {
		w.ok(signIn(i))
	}
	w.pendingUsers(0)
	w.oneHolder()
	w.chainHolds()
}

// testSubjectsAnswered: each answer does what it says, once, and makes no admin of
// anyone.
func testSubjectsAnswered(t *testing.T, fresh fresh) {
	t.Run("same", func(t *testing.T) { newWorld(t, fresh).samePeople() })
	t.Run("other", func(t *testing.T) {
		w := newWorld(t, fresh)
		staff := w.staff(8)
		c := w.changed(staff)
		w.answerSubjects(c, sso.SubjectsOther)
		for i := range staff {
			if u, err := w.comes("new", i); err != nil || u.Status != sso.UserPending || u.ID == staff[i].ID {
				t.Errorf("%d: %+v, %v", i, u, err)
			}
		}
		w.pendingUsers(len(staff))
		if n := len(w.subjectChanges()); n != 1 {
			t.Errorf("%d questions about subjects", n)
		}
	})
	t.Run("refuse", func(t *testing.T) {
		w := newWorld(t, fresh)
		staff := w.staff(8)
		c := w.changed(staff)
		_, err := w.db.AnswerSubjectChange(t.Context(), by, w.ent.ID, c.ID, sso.SubjectsRefuse)
		w.ok(err)
		_, err = w.comes("new", 2)
		w.fails(err, sso.Forbidden, "subjects_changed")
		w.pendingUsers(0)
		w.answerSubjects(c, sso.SubjectsSame)
		if u, err := w.comes("new", 2); err != nil || u.ID != staff[2].ID {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

func (w *world) answerSubjects(c sso.SubjectChange, answer sso.SubjectAnswer) {
	w.Helper()
	got, err := w.db.AnswerSubjectChange(w.Context(), by, w.ent.ID, c.ID, answer)
	w.ok(err)
	if got.Answer != answer || got.DecidedBy != by || got.DecidedAt.IsZero() {
		w.Errorf("answered: %+v", got)
	}
	_, err = w.db.AnswerSubjectChange(w.Context(), by, w.ent.ID, c.ID, sso.SubjectsOther)
	w.fails(err, sso.Conflict, "question_decided")
}

func (w *world) samePeople() {
	w.Helper()
	staff := w.staff(10)
	w.ok(w.db.AddEnterpriseAdmin(w.Context(), by, w.ent.ID, staff[8].ID))
	w.setUserStatus(staff[9], sso.UserDeactivated)
	c := w.changed(staff[:8])
	w.answerSubjects(c, sso.SubjectsSame)
	for i, old := range staff[:8] {
		u, err := w.comes("new", i)
		if err != nil || u.ID != old.ID || u.Status != sso.UserActive {
			w.Errorf("%d: %+v, %v", i, u, err)
		}
		w.in(old.ID, "app/Members=default", "app/dev=jit", "web/Members=default", "web/dev=jit")
	}
	w.pendingUsers(0)
	if u, err := w.comes("new", 3); err != nil || u.ID != staff[3].ID {
		w.Errorf("the second time: %+v, %v", u, err)
	}
	// Neither a further subject nor the old one is the user.
	for _, prefix := range []string{"third", "p"} {
		if u, err := w.comes(prefix, 3); err != nil || u.ID == staff[3].ID || u.Status != sso.UserPending {
			w.Errorf("%s: %+v, %v", prefix, u, err)
		}
	}
	if u, err := w.comes("new", 8); err != nil || u.ID == staff[8].ID || u.Status != sso.UserPending {
		w.Errorf("an admin: %+v, %v", u, err)
	}
	s := w.claims("new-9", "p-9@acme.test")
	_, _, err := w.db.RecordLogin(w.Context(), s, Reset(s.Identity.Groups))
	w.fails(err, sso.Forbidden, "user_inactive")
	w.oneHolder()
	w.chainHolds()
}

// testSubjectsRace: of many sign-ins with new subjects at the same moment, enough
// raise one question together.
func testSubjectsRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.staff(20)
	barred := 0
	for _, err := range atOnce(20, func(i int) error {
		s := w.claims(fmt.Sprintf("new-%d", i), fmt.Sprintf("p-%d@acme.test", i))
		_, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
		return err
	}) {
		if err != nil {
			w.fails(err, sso.Forbidden, "subjects_changed")
			barred++
		}
	}
	if n := len(w.subjectChanges()); n != 1 || barred != 16 {
		t.Errorf("%d questions about subjects, %d refused", n, barred)
	}
	w.pendingUsers(0)
	w.chainHolds()
}

// subjectChange makes a question about changed subjects, of the world's connection.
func (w *world) subjectChange() sso.SubjectChangeID {
	w.Helper()
	id := sso.NewID[sso.SubjectChangeID](w.clock.Now())
	_, err := Raw(w, w.dsn).Exec(
		"insert into subject_changes (enterprise_id, id, connection_id, answer, people, first_at, found_at, "+
			"decided_by, decided_at) values ($1, $2, $3, '', 5, 1, 1, '', 0)",
		string(w.ent.ID), string(id), string(w.conn.ID),
	)
	w.ok(err)
	return id
}
