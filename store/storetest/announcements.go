package storetest

import (
	"context"
	"errors"
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
	vouch := func(u sso.User) (sso.User, error) {
		u.VouchedAt, u.EmailVerified = w.clock.Now(), true
		return u, nil
	}
	rename := func(u sso.User) (sso.User, error) {
		u.Name = "Ada Lovelace"
		return u, nil
	}
	deactivate := func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	}
	fault := errors.New("the plan failed")
	for _, step := range []struct {
		name string
		do   func(context.Context) error
		want int // announcements
	}{
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
	} {
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
