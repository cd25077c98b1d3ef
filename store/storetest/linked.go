package storetest

import (
	"testing"

	"gatehouse/sso"
)

// twoSubjects are two users of one connection made one: the subjects "ada" and "second"
// lead to the user it returns.
func (w *world) twoSubjects() sso.User {
	w.Helper()
	ada, _ := w.enter("ada", "dev")
	w.record(w.claims("second", "ADA@acme.test"))
	_, err := w.db.AnswerQuestion(
		w.Context(), by, w.ent.ID, w.question().ID, sso.QuestionDecision{Answer: sso.AnswerSame},
	)
	w.ok(err)
	return w.userOf(ada.ID)
}

// users returns how many users the enterprise has.
func (w *world) users() int {
	w.Helper()
	all, _, err := w.db.Users(w.Context(), w.ent.ID, sso.UserFilter{}, sso.Page{Limit: 200})
	w.ok(err)
	return len(all)
}

// testLinkedSubject: two subjects of a connection lead to one user, and the second
// leaves the profile as the first asserts it.
func testLinkedSubject(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.twoSubjects()
	before := w.users()
	for _, subject := range []string{"ada", "second", "ada"} {
		if u, _ := w.record(w.claims(subject, "ada@acme.test")); u.ID != ada.ID || u.Status != sso.UserActive {
			t.Errorf("%s signs in as %+v", subject, u)
		}
	}
	renamed := w.claims("second", "countess")
	renamed.Identity.Name, renamed.Identity.Email = "Countess", "countess@acme.test"
	if u, _ := w.record(renamed); u.ID != ada.ID || u.Login != "ada@acme.test" || u.Name != w.userOf(ada.ID).Name ||
		u.Email == "countess@acme.test" {
		t.Errorf("the second subject made the user %+v", u)
	}
	all := w.identities(ada.ID)
	if len(all) != 2 || all[0].Linked != "" || all[0].Subject != "ada" || all[1].Linked == "" ||
		all[1].Subject != "second" || all[1].Login != "countess" || all[1].LastSeenAt.IsZero() {
		t.Errorf("the identities are %+v", all)
	}
	w.same(before, w.users())
	w.edit(ada.ID, func(u *sso.User) { u.Status = sso.UserDeactivated })
	w.refused(w.claims("ada", "ada@acme.test"), "user_inactive")
	w.refused(w.claims("second", "countess"), "user_inactive")
	w.same(before, w.users())
	w.chainHolds()
}

// testLinkedUnbound: a connection that reads its subjects from another claim finds the
// users of linked subjects once more by login.
func testLinkedUnbound(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.twoSubjects()
	w.record(w.claims("second", "countess"))
	_, err := w.db.UpdateConnection(
		t.Context(), by, w.ent.ID, w.conn.ID, "connection.updated", func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			live.Mapping.Subject = "employee"
			c.Live = &live
			return c, nil
		},
	)
	w.ok(err)
	for _, subject := range []string{"employee-2", "employee-2", "employee-1", "employee-1"} {
		login := map[string]string{"employee-1": "ada@acme.test", "employee-2": "countess"}[subject]
		if u, _ := w.record(w.claims(subject, login)); u.ID != ada.ID {
			t.Errorf("%s signs in as %+v", subject, u)
		}
	}
	newcomer, _ := w.record(w.claims("employee-3", "countess"))
	if newcomer.ID == ada.ID {
		t.Error("the next user of the login is the user of the linked subject")
	}
}

// testLinkedPushed: a push finds the user of a linked subject.
func testLinkedPushed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada := w.twoSubjects()
	w.provision()
	u := pushed("ada")
	u.UserName, u.ExternalID = "countess", "second"
	u, err := w.db.CreateProvisionedUser(t.Context(), w.scimPush(), u)
	w.ok(err)
	w.same(ada.ID, w.accountOf(u).ID)
	w.setActive(u, false)
	w.refused(w.claims("second", "countess"), "user_inactive")
	w.refused(w.claims("ada", "ada@acme.test"), "user_inactive")
}
