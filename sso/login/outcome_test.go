package login_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/store"
)

// TestMappingFailures: the checks of the protocol and of the mapping are kept,
// up to the one that failed.
func TestMappingFailures(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			for fault, check := range map[demoidp.Fault]string{
				demoidp.NoLogin: "login",
				demoidp.NoEmail: "email",
			} {
				c.idp.SetFaultOnce(fault)
				_, err := w.signIn(c, "ada")
				a := w.recorded(
					c, err, sso.Forbidden,
					string(c.conn.Protocol)+"_attribute_invalid",
				)
				if last := w.failedCheck(a); last.Name != check || len(a.Checks) < 8 {
					w.Errorf(
						"%s: %d checks, the last is %+v", fault, len(a.Checks), last,
					)
				}
			}
			if n := len(w.users(c)); n != 0 {
				w.Errorf("%d users", n)
			}
		}
	})
}

// TestGroupsUnknownMayBeRefused: the plan's refusal is one of the sign-in, and
// what was asserted is with the attempt.
func TestGroupsUnknownMayBeRefused(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.GroupSync.OnAbsent = sso.DenySignIn
			})
			c.idp.SetFaultOnce(demoidp.NoGroups)
			_, err := w.signIn(c, "ada")
			if a := w.recorded(
				c, err, sso.Forbidden, "groups_unknown",
			); a.Login != "ada" || a.Groups.State != sso.GroupsAbsent {
				w.Errorf("the attempt says %+v", a)
			}
			if n := len(w.users(c)); n != 0 {
				w.Errorf("%d users", n)
			}
			w.enters(c, "ada")
		}
	})
}

func TestDeactivatedUser(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			first := w.enters(c, "ada")
			_, err := w.db.UpdateUser(w.Context(), by, c.ID, first.User.ID, func(u sso.User) (sso.User, error) {
				u.Status = sso.UserDeactivated
				return u, nil
			})
			w.ok(err)
			w.ok(c.idp.SetGroups("id-ada", []string{"ops"}))
			_, err = w.signIn(c, "ada")
			if a := w.recorded(c, err, sso.Forbidden, "user_inactive"); a.Login != "ada" {
				w.Errorf("the attempt says %+v", a)
			}
			w.in(
				c, first.User.ID, "web/dev=jit", "web/Members=default",
				"app/dev=jit", "app/Members=default",
			)
			if u := w.users(c); len(u) != 1 || u[0].Status != sso.UserDeactivated {
				w.Errorf("got %+v", u)
			}
		}
	})
}

func TestSessionEndsWhenTheProviderSays(t *testing.T) {
	each(t, func(w *world) {
		// The SAML provider gives 8 hours, the other says nothing.
		for c, want := range map[*company]time.Duration{
			w.acme:   8 * time.Hour,
			w.globex: 12 * time.Hour,
		} {
			if got := w.enters(c, "ada").Session.ExpiresAt.Sub(w.clock.Now()); got != want {
				w.Errorf("%s: %s", c.Key, got)
			}
		}
		short := w.with(func(o *options) { o.MaxAge = time.Hour })
		r, err := short.Complete(
			w.Context(), w.acme.conn.ID, w.answer(w.acme, "ada", w.begin(w.acme)),
		)
		w.ok(err)
		if got := r.Session.ExpiresAt.Sub(w.clock.Now()); got != time.Hour {
			w.Errorf("the provider made our session longer: %s", got)
		}
	})
}

// TestAnAttemptThatCannotBeKept: the sign-in fails for its own reason, without
// a reference that would lead nowhere.
func TestAnAttemptThatCannotBeKept(t *testing.T) {
	each(t, func(w *world) {
		s := w.with(func(o *options) {
			o.SignIns = faulty{
				DB:      w.db,
				attempt: errDisk,
			}
		})
		w.acme.idp.SetFaultOnce(demoidp.WrongAudience)
		_, err := s.Complete(
			w.Context(), w.acme.conn.ID, w.answer(w.acme, "ada", w.begin(w.acme)),
		)
		w.fails(err, sso.Forbidden, "saml_wrong_recipient")
		if e, ok := errors.AsType[*sso.Error](err); !ok ||
			e.Reference != "" ||
			!errors.Is(err, errDisk) {
			w.Errorf("got %+v", err)
		}
	})
}

// TestASignInThatCannotBeKept is none.
func TestASignInThatCannotBeKept(t *testing.T) {
	each(t, func(w *world) {
		down := &sso.Error{
			Kind:   sso.Unavailable,
			Code:   "temporarily_unavailable",
			Public: "Later.",
		}
		for _, c := range []*company{w.acme, w.globex} {
			for _, fault := range []error{errDisk, down} {
				s := w.with(func(o *options) {
					o.SignIns = faulty{
						DB:     w.db,
						record: fault,
					}
				})
				r, err := s.Complete(
					w.Context(), c.conn.ID, w.answer(c, "ada", w.begin(c)),
				)
				a := w.recorded(c, err, sso.KindOf(fault), sso.CodeOf(fault))
				if r.Token != "" ||
					!errors.Is(err, fault) ||
					len(a.Checks) < 8 {
					w.Errorf("%+v, %v, %d checks", r, err, len(a.Checks))
				}
				if e, _ := errors.AsType[*sso.Error](err); strings.Contains(e.Public, "disk") {
					w.Errorf("a person is told %q", e.Public)
				}
			}
		}
	})
}

// leaving is a directory whose asker goes away.
type leaving struct {
	*store.DB
	leave context.CancelFunc
}

func (l leaving) Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error) {
	l.leave()
	return sso.Enterprise{}, ctx.Err()
}

// TestABrowserThatHasGone: the attempt is stored although the browser no longer
// waits.
func TestABrowserThatHasGone(t *testing.T) {
	each(t, func(w *world) {
		ctx, cancel := context.WithCancel(w.Context())
		defer cancel()
		s := w.with(func(o *options) {
			o.Enterprises = leaving{w.db, cancel}
		})
		_, err := s.Complete(
			ctx, w.acme.conn.ID, w.answer(w.acme, "ada", w.begin(w.acme)),
		)
		if a := w.recorded(w.acme, err, sso.Internal, "internal"); a.Login != "ada" || ctx.Err() == nil {
			w.Errorf("the attempt says %+v", a)
		}
	})
}

// TestLongNameID: where the subject is mapped, nothing depends on the NameID, so
// none is too long to sign in with.
func TestLongNameID(t *testing.T) {
	each(t, func(w *world) {
		w.edit(w.acme, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.Mapping.Subject = demoidp.ClaimLogin
		})
		long := strings.Builder{}
		for long.Len() < 8<<10 { // random, so that no database packs it
			long.WriteString(string(sso.NewSecret()))
		}
		w.acme.idp.AddPerson(demoidp.Person{
			ID:        long.String(),
			Login:     "long",
			Email:     "long@acme.example",
			GivenName: "L",
			Surname:   "L",
		})
		r := w.enters(w.acme, "long")
		if r.Session.Subject != "" {
			w.Errorf("%d bytes are kept", len(r.Session.Subject))
		}
		if redirect, err := w.login.Logout(
			w.Context(), w.principal(r),
		); err != nil ||
			redirect != nil ||
			w.alive(r) {
			w.Errorf("signed out: %+v, %v", redirect, err)
		}
	})
}

// TestProvisioningOwnsMemberships: where they are pushed by SCIM, a sign-in
// updates the person and leaves the groups alone, whatever it says about them.
func TestProvisioningOwnsMemberships(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			ada := w.enters(c, "ada")
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Provisioning = sso.ProvisionSCIM
				cfg.GroupSync.OnAbsent = sso.DenySignIn
			})
			for _, fault := range []demoidp.Fault{
				demoidp.NoFault, demoidp.EmptyGroups, demoidp.NoGroups,
				demoidp.Overage, demoidp.Truncated,
			} {
				w.ok(c.idp.SetGroups("id-ada", []string{"ops"}))
				c.idp.SetFaultOnce(fault)
				r := w.enters(c, "ada")
				if r.Sync.Mode != sso.SyncKeep ||
					r.Sync.Note == "" ||
					r.User.ID != ada.User.ID ||
					len(r.Sync.Added)+len(r.Sync.Removed) != 0 {
					w.Errorf("%s: %+v", fault, r.Sync)
				}
			}
			w.in(
				c, ada.User.ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
				"app/Members=default",
			)
		}
	})
}
