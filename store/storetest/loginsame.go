package storetest

import (
	"testing"

	"gatehouse/sso"
)

// testSameAnswersOfChangedHolder: the claimant of a login is joined with the holder
// whom the admin saw, or with no user.
func testSameAnswersOfChangedHolder(t *testing.T, fresh fresh) {
	for name, change := range map[string]func(w *world, holder sso.UserID){
		"deactivated": func(w *world, holder sso.UserID) {
			w.edit(holder, func(u *sso.User) { u.Status = sso.UserDeactivated })
		},
		"has another login": func(w *world, holder sso.UserID) {
			w.edit(holder, func(u *sso.User) { u.Login, u.LoginGiven = "ada.old", true })
		},
		"another user has the login": func(w *world, holder sso.UserID) {
			w.edit(holder, func(u *sso.User) { u.Status = sso.UserDeactivated })
			w.record(w.claims("third", "ada@acme.test"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			ada, _ := w.enter("ada", "dev")
			claimant, _ := w.record(w.claims("second", "ada@acme.test"))
			q := w.question()
			change(w, ada.ID)
			_, err := w.db.AnswerQuestion(
				t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame},
			)
			w.fails(err, sso.Conflict, "question_changed")
			w.same(q, w.question())
			w.same(claimant, w.userOf(claimant.ID))
			w.same(2, len(w.identities(ada.ID))+len(w.identities(claimant.ID)))
			w.oneHolder()
			w.chainHolds()
		})
	}
}

// edit changes a user as an admin.
func (w *world) edit(id sso.UserID, fn func(*sso.User)) {
	w.Helper()
	_, err := w.db.UpdateUser(w.Context(), by, w.ent.ID, id, func(u sso.User) (sso.User, error) {
		fn(&u)
		return u, nil
	})
	w.ok(err)
}

func (w *world) identities(id sso.UserID) []sso.UserIdentity {
	w.Helper()
	all, err := w.db.UserIdentities(w.Context(), w.ent.ID, id)
	w.ok(err)
	return all
}
