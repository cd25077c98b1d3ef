package directory_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/store/storetest"
)

func TestUserStatus(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		u, _ := f.signIn("ada")
		for _, step := range []struct {
			name     string
			do       func() (sso.User, error)
			status   sso.UserStatus
			sessions int
			verified bool
		}{
			{
				"reactivate an active user",
				func() (sso.User, error) {
					return f.Reactivate(ctx, admin, f.ent.ID, u.ID)
				},
				sso.UserActive,
				1,
				false,
			},
			{
				"deactivate",
				func() (sso.User, error) {
					return f.Deactivate(ctx, admin, f.ent.ID, u.ID)
				},
				sso.UserDeactivated,
				0,
				false,
			},
			{
				"vouch for a deactivated user",
				func() (sso.User, error) {
					return f.Vouch(ctx, admin, f.ent.ID, u.ID)
				},
				sso.UserDeactivated,
				0,
				true,
			},
			{
				"reactivate",
				func() (sso.User, error) {
					return f.Reactivate(ctx, admin, f.ent.ID, u.ID)
				},
				sso.UserActive,
				0,
				true,
			},
			{
				"make pending",
				func() (sso.User, error) {
					return f.pend(u.ID)
				},
				sso.UserPending,
				0,
				true,
			},
			{
				"reactivate a pending user",
				func() (sso.User, error) {
					return f.Reactivate(ctx, admin, f.ent.ID, u.ID)
				},
				sso.UserPending,
				0,
				true,
			},
			{
				"vouch for a pending user",
				func() (sso.User, error) {
					return f.Vouch(ctx, admin, f.ent.ID, u.ID)
				},
				sso.UserActive,
				0,
				true,
			},
		} {
			got, err := step.do()
			f.ok(err)
			if got.Status != step.status ||
				f.sessions(u.ID) != step.sessions ||
				got.EmailVerified != step.verified {
				f.Errorf(
					"%s: got %+v with %d sessions", step.name, got, f.sessions(u.ID),
				)
			}
		}
		before, err := f.db.User(ctx, f.ent.ID, u.ID)
		f.ok(err)
		again, err := f.Vouch(ctx, admin, f.ent.ID, u.ID)
		f.ok(err)
		if again != before {
			f.Errorf("vouching again: got %+v; want %+v", again, before)
		}
		// A login that another active user has meanwhile keeps a user deactivated.
		_, err = f.Deactivate(ctx, admin, f.ent.ID, u.ID)
		f.ok(err)
		other, _ := f.signIn("grace")
		_, err = f.UpdateUser(ctx, admin, f.ent.ID, other.ID, directory.UserEdit{
			Login: new("Ada"),
		})
		f.ok(err)
		_, err = f.Reactivate(ctx, admin, f.ent.ID, u.ID)
		f.refused(
			"reactivate a user whose login is taken", err, "login_in_use", "login",
		)
	})
}

func (f *fixture) pend(id sso.UserID) (sso.User, error) {
	return f.db.UpdateUser(f.Context(), admin, f.ent.ID, id, func(u sso.User) (sso.User, error) {
		u.Status, u.VouchedAt = sso.UserPending, time.Time{}
		return u, nil
	})
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		u, _ := f.signIn("ada")
		got, err := f.UpdateUser(ctx, admin, f.ent.ID, u.ID, directory.UserEdit{
			Login: new("ada.king"),
			Name:  new("Ada King"),
		})
		f.ok(err)
		if got.Login != "ada.king" ||
			!got.LoginGiven ||
			got.Name != "Ada King" {
			f.Errorf("got %+v", got)
		}
		got, err = f.UpdateUser(ctx, admin, f.ent.ID, u.ID, directory.UserEdit{
			Login: new(""),
		})
		f.ok(err)
		if got.Login != "ada.king" || got.LoginGiven {
			f.Errorf("given back: got %+v", got)
		}
		_, err = f.UpdateUser(ctx, admin, f.ent.ID, u.ID, directory.UserEdit{
			Login: new(" "),
			Name:  new(""),
		})
		f.refused("a blank login and no name", err, "validation_failed", "login")
		f.refused("a blank login and no name", err, "validation_failed", "name")
	})
}

func TestEndSessions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		ada, first := f.signIn("ada")
		_, second := f.signIn("ada")
		grace, foreign := f.signIn("grace")
		if err := f.EndSessionOf(ctx, admin, f.ent.ID, ada.ID, foreign); sso.KindOf(err) != sso.NotFoundKind {
			f.Errorf("a session of another user: %v", err)
		}
		f.ok(f.EndSessionOf(ctx, admin, f.ent.ID, ada.ID, first))
		_, third := f.signIn("ada")
		f.ok(f.EndOtherSessions(ctx, admin, f.ent.ID, ada.ID, third))
		left, err := f.db.UserSessions(ctx, f.ent.ID, ada.ID)
		f.ok(err)
		if len(left) != 1 || left[0].ID != third || third == second {
			f.Errorf("sessions left: %+v", left)
		}
		f.ok(f.EndSessions(ctx, admin, f.ent.ID, ada.ID))
		if f.sessions(ada.ID) != 0 || f.sessions(grace.ID) != 1 {
			f.Errorf(
				"%d and %d sessions left; want 0 and 1", f.sessions(ada.ID),
				f.sessions(grace.ID),
			)
		}
	})
}

func TestAnswerQuestionChecksTheDecision(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	id := sso.NewID[sso.QuestionID](time.Now())
	for _, c := range []struct {
		decision sso.QuestionDecision
		field    string
	}{
		{sso.QuestionDecision{}, "answer"},
		{sso.QuestionDecision{Answer: "perhaps"}, "answer"},
	} {
		_, err := f.AnswerQuestion(t.Context(), admin, f.ent.ID, id, c.decision)
		f.refused(string(c.decision.Answer), err, "validation_failed", c.field)
	}
	_, err := f.AnswerQuestion(
		t.Context(), admin, f.ent.ID, id,
		sso.QuestionDecision{Answer: sso.AnswerRefuse},
	)
	f.refused("no such question", err, "not_found", "")
}
