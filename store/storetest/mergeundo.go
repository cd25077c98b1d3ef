package storetest

import (
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
)

// testMergeUndo: undone, everything is as before.
func testMergeUndo(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	was := [][]string{w.memberships(ada.ID), w.memberships(king.ID)}
	ids := [][]sso.UserIdentity{w.identities(ada.ID), w.identities(king.ID)}
	m := w.merge(king.ID, ada.ID)
	w.record(w.signIn("ada", "dev"))
	undone, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	w.same(by, undone.UndoneBy)
	w.same(ids[1], w.identities(king.ID))
	w.same(1, len(w.identities(ada.ID)))
	w.same(was, [][]string{w.memberships(ada.ID), w.memberships(king.ID)})
	w.same(0, w.sessions(ada.ID)+w.sessions(king.ID))
	if u := w.userOf(king.ID); u.Status != sso.UserActive || u.MergedInto != "" || w.userOf(ada.ID).LoginGiven {
		t.Errorf("the users are %+v and %+v", u, w.userOf(ada.ID))
	}
	for subject, want := range map[string]sso.UserID{"ada": ada.ID, "king": king.ID} {
		if u, _ := w.record(w.claims(subject, subject+"@acme.test")); u.ID != want {
			t.Errorf("%s signs in as %+v", subject, u)
		}
	}
	w.chainHolds()
}

// testUndoOnce: a merge is undone once, and for 30 days.
func testUndoOnce(t *testing.T, fresh fresh) {
	w := newMergeable(t, fresh)
	ada, king := w.ada, w.king
	m := w.merge(king.ID, ada.ID)
	_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	_, err = w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
	w.fails(err, sso.Conflict, "merge_undone")
	again := w.merge(king.ID, ada.ID)
	w.clock.Move(sso.MergeUndoable)
	_, err = w.db.UndoMerge(t.Context(), by, w.ent.ID, again.ID)
	w.fails(err, sso.Conflict, "merge_too_old")
}

// undoCase is what happens before a merge and between it and its undoing.
type undoCase struct {
	before, meanwhile func(w *world, from, into sso.UserID)
	want              sso.UserStatus // of from
	questions         int
}

func undoCases() map[string]undoCase {
	deactivate := func(w *world, id sso.UserID) {
		w.edit(id, func(u *sso.User) { u.Status = sso.UserDeactivated })
	}
	return map[string]undoCase{
		"the kept one was deactivated": {
			meanwhile: func(w *world, _, into sso.UserID) { deactivate(w, into) },
			want:      sso.UserDeactivated,
		},
		"it was deactivated before": {
			before: func(w *world, from, _ sso.UserID) { deactivate(w, from) },
			want:   sso.UserDeactivated,
		},
		"its login was taken": {
			meanwhile: func(w *world, _, _ sso.UserID) { w.record(w.claims("newcomer", "king@acme.test")) },
			want:      sso.UserPending,
			questions: 1,
		},
		"nothing happened": {
			want: sso.UserActive,
		},
	}
}

// testUndoRevivesNoUser: undone, the merged user is active only if both were.
func testUndoRevivesNoUser(t *testing.T, fresh fresh) {
	for name, c := range undoCases() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			ada, _ := w.enter("ada", "dev")
			king, _ := w.enter("king", "ops")
			if c.before != nil {
				c.before(w, king.ID, ada.ID)
			}
			m := w.merge(king.ID, ada.ID)
			if c.meanwhile != nil {
				c.meanwhile(w, king.ID, ada.ID)
			}
			_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
			w.ok(err)
			w.same(c.want, w.userOf(king.ID).Status)
			open, _, err := w.db.IdentityQuestions(
				t.Context(), w.ent.ID, sso.QuestionFilter{State: sso.QuestionWaiting}, sso.Page{},
			)
			w.ok(err)
			w.same(c.questions, len(open))
			w.oneHolder()
		})
	}
}

// testUndoOfEnded: an identity provider deactivates a user after the merge, and an admin
// reactivates the account that was kept. Undone, the user stays deactivated.
func testUndoOfEnded(t *testing.T, fresh fresh) {
	for name, end := range endings() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			first := *w
			first.conn = w.connection("First")
			kept, _ := first.enter("kept", "dev")
			w.provision()
			one := w.provisionUser("one")
			account := w.accountOf(one)
			m := w.merge(account.ID, kept.ID)
			end(w, one)
			w.same(sso.UserDeactivated, w.userOf(kept.ID).Status)
			w.edit(kept.ID, func(u *sso.User) { u.Status = sso.UserActive })
			_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
			w.ok(err)
			w.same(sso.UserDeactivated, w.userOf(account.ID).Status)
			w.refused(w.signIn("one"), "user_inactive")
		})
	}
}

// testMergeChain: of two merges the later one is undone first; then all is as it was.
func testMergeChain(t *testing.T, fresh fresh) {
	w := newMergeable(t, fresh)
	last, _ := w.enter("last", "ops")
	all := []sso.UserID{w.king.ID, w.ada.ID, last.ID}
	state := func() (s [][]string) {
		for _, id := range all {
			var leads []string
			for _, i := range w.identities(id) {
				leads = append(leads, string(i.Connection)+"/"+i.Subject)
			}
			slices.Sort(leads)
			s = append(s, w.memberships(id), leads, []string{string(w.userOf(id).Status)})
		}
		return s
	}
	was := state()
	one := w.merge(w.king.ID, w.ada.ID)
	two := w.merge(w.ada.ID, last.ID)
	if u, _ := w.second.record(w.second.signIn("king", "ops")); u.ID != last.ID {
		t.Errorf("king signs in as %+v", u)
	}
	_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, one.ID)
	w.fails(err, sso.Conflict, "user_merged")
	for _, m := range []sso.Merge{two, one} {
		_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
		w.ok(err)
	}
	w.same(was, state())
	w.chainHolds()
}

// testUndoEndsTokens: what was created for the user who was kept while the merge lasted
// may be of either of the two, and ends with it. What that user had before stays.
func testUndoEndsTokens(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	before := w.personalToken(ada, "before")
	m := w.merge(king.ID, ada.ID)
	w.clock.Move(time.Second)
	meanwhile := w.personalToken(ada, "meanwhile")
	link := w.setupLinkBy(sso.Actor(ada.ID))
	_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	p, err := w.db.TokenPrincipal(t.Context(), before.Hash)
	w.ok(err)
	w.same(ada.ID, p.User.ID)
	_, err = w.db.TokenPrincipal(t.Context(), meanwhile.Hash)
	w.fails(err, sso.Unauthenticated, "invalid_token")
	links, _, err := w.db.SetupLinks(t.Context(), w.ent.ID, sso.Page{})
	w.ok(err)
	if len(links) != 1 || links[0].ID != link.ID || links[0].RevokedAt.IsZero() {
		t.Errorf("the setup links are %+v", links)
	}
}

// testMergeMeetsExpected: an account that was pushed and one that signed in with its login
// are merged, either way. The first sign-in is not expected any more: after a rename, the
// next person with the login is another.
func testMergeMeetsExpected(t *testing.T, fresh fresh) {
	for _, kept := range []string{"the pushed one", "the other"} {
		t.Run(kept, func(t *testing.T) {
			w := newWorld(t, fresh)
			ada, _ := w.record(w.claims("s-ada", "\u0430da@acme.test")) // with a Cyrillic letter
			w.deactivate(ada.ID)
			w.provision()
			u := w.provisionUser("ada")
			into := w.accountOf(u).ID
			from := ada.ID
			if kept == "the other" {
				w.edit(into, func(u *sso.User) { u.Status = sso.UserDeactivated })
				w.edit(ada.ID, func(u *sso.User) { u.Status = sso.UserActive })
				from, into = into, from
			}
			w.merge(from, into)
			_, _, err := w.db.ChangeProvisionedUser(
				t.Context(), w.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
					u.UserName = "lovelace@acme.test"
					return u, nil
				},
			)
			w.ok(err)
			if next, _ := w.record(w.claims("s-next", "ada@acme.test")); next.ID == into {
				t.Error("another person is the user who had the login")
			}
			same, _ := w.record(w.claims("s-ada", "lovelace@acme.test"))
			w.same(into, same.ID)
		})
	}
}

// testUndoGivesNothingBack: a membership by hand that an admin ended after a merge stays
// ended, also of a group that both were in; others come back.
func testUndoGivesNothingBack(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "dev")
	ops, dev := w.group["app/ops"].ID, w.group["web/dev"].ID
	w.ok(w.db.RemoveMember(t.Context(), by, w.ent.ID, dev, king.ID))
	for _, id := range []sso.GroupID{ops, dev} {
		w.ok(w.db.AddMember(t.Context(), by, w.ent.ID, id, king.ID))
	}
	m := w.merge(king.ID, ada.ID)
	for _, id := range []sso.GroupID{ops, dev} {
		w.ok(w.db.RemoveMember(t.Context(), by, w.ent.ID, id, ada.ID))
	}
	_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	w.same([]string{"app/Members=default", "app/dev=jit"}, w.memberships(king.ID))
	w.chainHolds()
}

// testUndoKeepsGivenLogin: a login that an admin gave after a merge stays given.
func testUndoKeepsGivenLogin(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	m := w.merge(king.ID, ada.ID)
	w.edit(ada.ID, func(u *sso.User) { u.Login, u.LoginGiven = "lovelace@acme.test", true })
	_, err := w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	if u := w.userOf(ada.ID); !u.LoginGiven || u.Login != "lovelace@acme.test" {
		t.Errorf("the user is %+v", u)
	}
}
