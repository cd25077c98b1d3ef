package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"gatehouse/sso"
)

// testAnnouncements checks that each commit with a revocation is announced, after
// it can be read, and that nothing else is.
func testAnnouncements(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	s := w.signIn("ada", "dev")
	u, _ := w.record(s)
	cancel := func() {} // of the context of the current step
	var announced int
	var read int64 // the last revocation that an announcement saw
	w.db.OnRevocation(func(ctx context.Context) {
		cancel() // the client goes away between the commit and the announcement
		announced++
		if err := ctx.Err(); err != nil {
			t.Errorf("the context of the announcement: %v", err)
		}
		var err error
		read, err = w.db.LastRevocation(ctx)
		w.ok(err)
	})
	steps := slices.Concat(w.changesOfUser(u), w.signInsOfUser(s), w.endsOfSessions(s, u))
	for _, step := range steps {
		announced = 0
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		if err := step.do(ctx); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if announced != step.want {
			t.Errorf(
				"%s: %d announcements; want %d", step.name, announced, step.want,
			)
		}
		last, err := w.db.LastRevocation(t.Context())
		w.ok(err)
		if step.want > 0 && read != last {
			t.Errorf(
				"%s: the announcement saw revocation %d of %d", step.name, read,
				last,
			)
		}
		cancel()
	}
}

// announcedStep is a change, and how many announcements it makes.
type announcedStep struct {
	name string
	do   func(context.Context) error
	want int
}

// changesOfUser are changes of a user whose sessions go on.
func (w *world) changesOfUser(u sso.User) []announcedStep {
	vouch := func(u sso.User) (sso.User, error) {
		u.VouchedAt, u.EmailVerified = w.clock.Now(), true
		return u, nil
	}
	rename := func(u sso.User) (sso.User, error) {
		u.Name = "Ada Lovelace"
		return u, nil
	}
	return []announcedStep{
		{
			"a vouched user",
			func(ctx context.Context) error {
				_, err := w.db.UpdateUser(ctx, by, w.ent.ID, u.ID, vouch)
				return err
			},
			1,
		},
		{
			"a name that no session serves",
			func(ctx context.Context) error {
				_, err := w.db.UpdateUser(ctx, by, w.ent.ID, u.ID, rename)
				return err
			},
			0,
		},
	}
}

// signInsOfUser are sign-ins of a known user.
func (w *world) signInsOfUser(s sso.SignIn) []announcedStep {
	fault := errors.New("the plan failed")
	return []announcedStep{
		{
			"a sign-in without a change",
			func(ctx context.Context) error {
				again := w.signIn("ada", "dev")
				_, _, err := w.db.RecordLogin(
					ctx, again, Reset(again.Identity.Groups),
				)
				return err
			},
			0,
		},
		{
			"a sign-in that fails after it changed memberships",
			func(ctx context.Context) error {
				again := w.signIn("ada")
				again.Session.ID = s.Session.ID // which is taken
				_, _, err := w.db.RecordLogin(
					ctx, again, Reset(again.Identity.Groups),
				)
				if err == nil {
					return fault
				}
				return nil
			},
			0,
		},
		{
			"a sign-in with other groups",
			func(ctx context.Context) error {
				again := w.signIn("ada")
				_, _, err := w.db.RecordLogin(
					ctx, again, Reset(again.Identity.Groups),
				)
				return err
			},
			1,
		},
	}
}

// endsOfSessions are changes that end a session.
func (w *world) endsOfSessions(s sso.SignIn, u sso.User) []announcedStep {
	deactivate := func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	}
	return []announcedStep{
		{
			"an ended session",
			func(ctx context.Context) error {
				return w.db.RevokeSession(ctx, by, w.ent.ID, s.Session.ID)
			},
			1,
		},
		{
			"a deactivated user",
			func(ctx context.Context) error {
				_, err := w.db.UpdateUser(ctx, by, w.ent.ID, u.ID, deactivate)
				return err
			},
			1,
		},
	}
}
