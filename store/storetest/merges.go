package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
)

// merged are two users of their own, made one.
func (w *world) merged() sso.Merge {
	w.Helper()
	kept, _ := w.enter("kept", "dev")
	second, _ := w.enter("second", "ops")
	m, err := w.db.MergeUsers(w.Context(), by, w.ent.ID, second.ID, kept.ID)
	w.ok(err)
	return m
}

func (w *world) merge(from, into sso.UserID) sso.Merge {
	w.Helper()
	m, err := w.db.MergeUsers(w.Context(), by, w.ent.ID, from, into)
	w.ok(err)
	return m
}

func (w *world) preview(from, into sso.UserID) sso.MergePreview {
	w.Helper()
	p, err := w.db.PreviewMerge(w.Context(), by, w.ent.ID, from, into)
	w.ok(err)
	return p
}

// mergeable are two users with a connection each, a token of the one to merge away, and
// a third user whom that one took in.
type mergeable struct {
	*world
	second    *world // king's connection
	ada, king sso.User
	token     sso.PersonalToken
	before    time.Time
}

func newMergeable(t *testing.T, fresh fresh) mergeable {
	w := newWorld(t, fresh)
	m := mergeable{world: w}
	m.ada, _ = w.enter("ada", "dev")
	second := *w
	second.conn = w.connection("Second")
	m.second = &second
	m.king, _ = second.enter("king", "ops")
	w.clock.Move(time.Second)
	m.before = w.clock.Now()
	w.clock.Move(time.Second)
	m.token = w.personalToken(m.king, "backup")
	third, _ := w.enter("third", "dev")
	w.merge(third.ID, m.king.ID)
	return m
}

// testMerge: what leads to one user leads to another, who is in the groups of both; and
// the first is left with a history.
func testMerge(t *testing.T, fresh fresh) {
	w := newMergeable(t, fresh)
	ada, king := w.ada, w.king
	w.same(1, w.sessions(king.ID))
	w.merge(king.ID, ada.ID)
	gone, kept := w.userOf(king.ID), w.userOf(ada.ID)
	if gone.Status != sso.UserDeactivated || gone.MergedInto != ada.ID || kept.Login != ada.Login || !kept.LoginGiven {
		t.Errorf("the users are %+v and %+v", gone, kept)
	}
	w.same(0, len(w.memberships(king.ID))+w.sessions(king.ID)+len(w.identities(king.ID)))
	w.tokenOpens(false, w.token)
	w.same(
		[]string{"app/Members=default", "app/dev=jit", "app/ops=jit", "web/Members=default", "web/dev=jit"},
		w.memberships(ada.ID),
	)
	for _, s := range []sso.SignIn{
		w.signIn("ada", "dev"), w.second.signIn("king", "ops"), w.signIn("third", "dev"),
	} {
		if u, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups)); err != nil || u.ID != ada.ID ||
			u.Login != ada.Login {
			t.Errorf("%s signs in as %+v (%v)", s.Identity.Subject, u, err)
		}
	}
	w.readsOfMerged(ada.ID, king.ID, w.before)
	w.chainHolds()
}

// testMergePreview: the preview says what moves and what ends.
func testMergePreview(t *testing.T, fresh fresh) {
	w := newMergeable(t, fresh)
	p := w.preview(w.king.ID, w.ada.ID)
	w.same(0, len(p.Forbidden)+len(p.Stays)+len(p.Resources)+p.HeldSyncs)
	w.same([]int{2, 1, 1, 1}, []int{len(p.Identities), len(p.Gained), p.Sessions, p.Tokens})
	if !p.KeepsLogin || p.Admin {
		t.Errorf("the preview is %+v", p)
	}
}

// testMergedUser: a merged user is changed only by undoing the merge.
func testMergedUser(t *testing.T, fresh fresh) {
	w := newMergeable(t, fresh)
	m := w.merge(w.king.ID, w.ada.ID)
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, w.king.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserActive
		return u, nil
	})
	w.fails(err, sso.Conflict, "user_merged")
	w.fails(w.db.AddMember(t.Context(), by, w.ent.ID, w.group["web/dev"].ID, w.king.ID), sso.Conflict, "user_merged")
	w.fails(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, w.king.ID), sso.Conflict, "user_merged")
	all, _, err := w.db.Merges(t.Context(), w.ent.ID, sso.MergeFilter{User: w.ada.ID}, sso.Page{})
	w.ok(err)
	w.same([]sso.MergeID{m.ID}, []sso.MergeID{all[0].ID})
}

// readsOfMerged asserts that records of both users are listed as the user's who is kept.
func (w *world) readsOfMerged(kept, gone sso.UserID, before time.Time) {
	w.Helper()
	ctx := w.Context()
	attempts, _, err := w.db.Attempts(ctx, w.ent.ID, sso.AttemptFilter{User: kept}, sso.Page{})
	w.ok(err)
	syncs, _, err := w.db.SyncRecords(ctx, w.ent.ID, sso.SyncFilter{User: kept}, sso.Page{})
	w.ok(err)
	if !slices.ContainsFunc(attempts, func(a sso.Attempt) bool { return a.User == gone }) ||
		!slices.ContainsFunc(syncs, func(r sso.SyncRecord) bool { return r.User == gone }) {
		w.Errorf("%d attempts and %d syncs, none of the merged user", len(attempts), len(syncs))
	}
	past, err := w.db.UserMembershipsAt(ctx, w.ent.ID, kept, before)
	w.ok(err)
	w.same(5, len(past))
}

// endings are the ways in which an identity provider ends a provisioned user.
func endings() map[string]func(w *world, r sso.ProvisionedUser) {
	return map[string]func(w *world, r sso.ProvisionedUser){
		"deactivated": func(w *world, r sso.ProvisionedUser) { w.setActive(r, false) },
		"deleted": func(w *world, r sso.ProvisionedUser) {
			w.ok(w.db.DeleteProvisionedUser(w.Context(), w.scimPush(), r.ID))
		},
	}
}

// testMergeOfEnded: what an identity provider ended leads nowhere after a merge either.
func testMergeOfEnded(t *testing.T, fresh fresh) {
	for name, end := range endings() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			first := *w
			first.conn = w.connection("First")
			kept, _ := first.enter("kept", "dev")
			w.provision()
			one := w.provisionUser("one")
			account := w.accountOf(one)
			w.record(w.signIn("one"))
			end(w, one)
			p := w.preview(account.ID, kept.ID)
			w.same([]int{0, 1}, []int{len(p.Identities), len(p.Stays)})
			w.merge(account.ID, kept.ID)
			w.refused(w.signIn("one"), "user_inactive")
			w.refused(first.claims("another", w.userOf(account.ID).Login), "user_inactive")
		})
	}
}

// testMergesAtOnce: of two users who are merged into each other at once, one stays.
func testMergesAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	made := 0
	for _, err := range atOnce(4, func(i int) error {
		from, into := ada.ID, king.ID
		if i%2 == 0 {
			from, into = into, from
		}
		_, err := w.db.MergeUsers(t.Context(), by, w.ent.ID, from, into)
		return err
	}) {
		if err == nil {
			made++
			continue
		}
		w.fails(err, sso.Conflict, "user_merged")
	}
	w.same(1, made)
	active := 0
	for _, u := range []sso.User{w.userOf(ada.ID), w.userOf(king.ID)} {
		if u.Status == sso.UserActive && u.MergedInto == "" {
			active++
		}
	}
	w.same(1, active)
}

func testMergeForbidden(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	off, _ := w.enter("off")
	w.edit(off.ID, func(u *sso.User) { u.Status = sso.UserDeactivated })
	gone, _ := w.enter("gone")
	w.merge(gone.ID, king.ID)
	for _, c := range []struct {
		from, into sso.UserID
		code       string
	}{
		{ada.ID, ada.ID, "same_user"},
		{ada.ID, off.ID, "user_inactive"},
		{ada.ID, gone.ID, "user_merged"},
		{gone.ID, ada.ID, "user_merged"},
	} {
		p := w.preview(c.from, c.into)
		if len(p.Forbidden) != 1 || p.Forbidden[0].Code != c.code {
			t.Errorf("the preview is %+v; want %s", p.Forbidden, c.code)
		}
		_, err := w.db.MergeUsers(t.Context(), by, w.ent.ID, c.from, c.into)
		w.fails(err, sso.Conflict, c.code)
	}
}

// testMergeOfAdmins: no user becomes one with an operator, and a token makes no user an
// admin, unless it could by groups and members.
func testMergeOfAdmins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	later, _ := w.enter("later")
	admin, _ := w.enter("admin")
	w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, admin.ID))
	for _, token := range []sso.Token{
		w.apiToken(w.ent.ID), w.scopedToken(w.ent.ID, sso.ScopeAll), w.scopedToken("", "users:write"),
		w.scopedToken("", "users:write", "members:write"),
	} {
		for _, c := range [][2]sso.UserID{{later.ID, admin.ID}, {admin.ID, later.ID}} {
			_, err := w.db.MergeUsers(t.Context(), token.Actor(), w.ent.ID, c[0], c[1])
			w.fails(err, sso.Conflict, "admin_account")
		}
	}
	may := w.scopedToken("", "users:write", "members:write", "groups:write").Actor()
	m, err := w.db.MergeUsers(t.Context(), may, w.ent.ID, later.ID, admin.ID)
	w.ok(err)
	_, err = w.db.UndoMerge(t.Context(), may, w.ent.ID, m.ID)
	w.ok(err)
	w.mergeOfOperatorFails(later.ID, admin.ID)
}

// mergeOfOperatorFails asserts that a user who is an operator becomes one with no other
// user, in neither direction.
func (w *world) mergeOfOperatorFails(later, admin sso.UserID) {
	w.Helper()
	w.updateAdmin(w.account("operator", false), sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.Enterprise, a.User = w.ent.ID, admin
		return a
	})
	for _, c := range [][2]sso.UserID{{later, admin}, {admin, later}} {
		_, err := w.db.MergeUsers(w.Context(), by, w.ent.ID, c[0], c[1])
		w.fails(err, sso.Conflict, "operator_account")
	}
}

// testMergePushed: what an identity provider pushed of a user follows, unless it says that
// they are not active; two that one connection provisions stay two.
func testMergePushed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	first := *w
	first.conn = w.connection("First")
	kept, _ := first.enter("kept", "dev")
	w.provision()
	one, two := w.provisionUser("one"), w.provisionUser("two")
	_, err := w.db.MergeUsers(t.Context(), by, w.ent.ID, w.accountOf(one).ID, w.accountOf(two).ID)
	w.fails(err, sso.Conflict, "both_provisioned")
	account := w.accountOf(one)
	m := w.merge(account.ID, kept.ID)
	w.same(kept.ID, w.accountOf(one).ID)
	w.setActive(one, false)
	w.refused(first.signIn("kept"), "user_inactive")
	w.setActive(one, true)
	w.same(sso.UserActive, w.userOf(kept.ID).Status)
	_, err = w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
	w.ok(err)
	w.same(account.ID, w.accountOf(one).ID)
	w.setActive(one, false)
	w.merge(account.ID, kept.ID)
	w.same(account.ID, w.accountOf(one).ID)
	w.setActive(one, true) // revives neither
	w.same(sso.UserDeactivated, w.userOf(account.ID).Status)
	w.same(sso.UserActive, w.userOf(kept.ID).Status)
	w.chainHolds()
}

// testMergeUnderSignIns: while two users are merged and it is undone, both sign in; no
// third one appears.
func testMergeUnderSignIns(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	king, _ := w.enter("king", "ops")
	before := w.users()
	const rounds = 8
	for _, err := range atOnce(rounds*3, func(i int) error {
		if i%3 == 0 {
			m, err := w.db.MergeUsers(t.Context(), by, w.ent.ID, king.ID, ada.ID)
			if err == nil {
				_, err = w.db.UndoMerge(t.Context(), by, w.ent.ID, m.ID)
			}
			if sso.CodeOf(err) == "user_merged" || sso.CodeOf(err) == "merge_undone" {
				return nil
			}
			return err
		}
		subject := []string{"ada", "king"}[i%3-1]
		s := w.signIn(subject, "dev")
		u, _, err := w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
		if err == nil && u.ID != ada.ID && u.ID != king.ID {
			return fmt.Errorf("%s signed in as %s", subject, u.ID)
		}
		return err
	}) {
		w.ok(err)
	}
	w.same(before, w.users())
	w.same(2, len(w.identities(ada.ID))+len(w.identities(king.ID)))
	w.chainHolds()
}

// testTwoAnswersAtOnce: two admins answer one question; the second is told so.
func testTwoAnswersAtOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	w.record(w.claims("second", "ada@acme.test"))
	q := w.question()
	answered := 0
	for _, err := range atOnce(2, func(int) error {
		_, err := w.db.AnswerQuestion(
			t.Context(), by, w.ent.ID, q.ID, sso.QuestionDecision{Answer: sso.AnswerSame},
		)
		return err
	}) {
		if err == nil {
			answered++
			continue
		}
		w.fails(err, sso.Conflict, "question_decided")
	}
	w.same(1, answered)
}
