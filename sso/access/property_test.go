package access_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

// TestThereIsAlwaysARecoveryAdmin does things to accounts in any order, and
// compares each answer with a model of three lines.
func TestThereIsAlwaysARecoveryAdmin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		f := newFixture(t)
		type account struct {
			id                 sso.AdminID
			recovery, disabled bool
		}
		var all []*account
		active := func() (n int) {
			for _, a := range all {
				if a.recovery && !a.disabled {
					n++
				}
			}
			return n
		}
		for range 3 {
			recovery := len(all) == 0 || rapid.Bool().Draw(r, "recovery")
			a, err := f.db.CreateInvitation(t.Context(), "x", sso.Invitation{
				Token:     sso.NewSecret().Hash(),
				Recovery:  recovery,
				ExpiresAt: f.Now().Add(time.Hour),
			})
			f.ok(err)
			made, err := f.db.AcceptInvitation(t.Context(), a.Token, sso.Admin{
				Login:    "login" + string(rune('a'+len(all))),
				Name:     "N",
				Password: "hash",
			})
			f.ok(err)
			all = append(all, &account{id: made.ID, recovery: recovery})
		}
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			a := rapid.SampledFrom(all).Draw(r, "account")
			next, err := *a, error(nil)
			switch rapid.SampledFrom([]string{
				"disable", "enable", "recovery", "ordinary",
			}).Draw(r, "act") {
			case "disable":
				next.disabled, err = true, f.Disable(t.Context(), "x", a.id)
			case "enable":
				next.disabled, err = false, f.Enable(t.Context(), "x", a.id)
			case "recovery":
				next.recovery, err = true, f.SetRecovery(
					t.Context(), "x", a.id, true,
				)
			case "ordinary":
				next.recovery, err = false, f.SetRecovery(
					t.Context(), "x", a.id, false,
				)
			}
			last := a.recovery && !a.disabled && active() == 1
			refused := last && (next.disabled || !next.recovery)
			if want := map[bool]string{true: "last_recovery_admin"}[refused]; sso.CodeOf(err) != want {
				r.Fatalf("%+v to %+v: %v; want %q", *a, next, err, want)
			}
			if !refused {
				*a = next
			}
			if has, err := f.db.HasRecovery(t.Context()); err != nil ||
				!has ||
				active() < 1 {
				r.Fatalf("no one is left (%v)", err)
			}
		}
	})
}

// TestSetupLinksOpenAtMostMaxOpens opens, revokes and waits in any order.
func TestSetupLinksOpenAtMostMaxOpens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rapid.Check(t, func(r *rapid.T) {
		n := access.NewLink{
			For:      "Grace",
			MaxOpens: rapid.IntRange(1, 4).Draw(r, "opens"),
			ExpiresIn: time.Duration(rapid.IntRange(1, 5).Draw(
				r, "hours",
			)) * time.Hour,
		}
		l, token, err := f.CreateLink(t.Context(), "x", f.ent, n)
		f.ok(err)
		opens, age, revoked := 0, time.Duration(0), false
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{
				"open", "open", "look", "wait", "revoke",
			}).Draw(r, "act") {
			case "open":
				session, err := f.OpenLink(t.Context(), token, "")
				good := !revoked && age < n.ExpiresIn && opens < n.MaxOpens
				if (err == nil) != good ||
					!good && sso.CodeOf(err) != "setup_link_gone" {
					r.Fatalf(
						"opened %d of %d, %v of %v, revoked %v: %v", opens,
						n.MaxOpens, age, n.ExpiresIn, revoked, err,
					)
				}
				if good {
					opens++
					if v, err := f.Visitor(
						t.Context(), access.Browser{Setup: session},
					); err != nil || v.Link != l.ID {
						r.Fatalf("its holder is %+v (%v)", v, err)
					}
				}
			case "look":
				_, _ = f.db.SetupLinkByToken(t.Context(), token.Hash()) // which uses nothing up
			case "wait":
				d := time.Duration(rapid.IntRange(1, 180).Draw(
					r, "minutes",
				)) * time.Minute
				f.Move(d)
				age += d
			case "revoke":
				f.ok(f.db.RevokeSetupLink(t.Context(), "x", f.ent.ID, l.ID))
				revoked = true
			}
		}
		if got, err := f.db.SetupLink(t.Context(), f.ent.ID, l.ID); err != nil ||
			got.Opens != opens ||
			got.Opens > got.MaxOpens {
			r.Fatalf("%d are counted, %d were (%v)", got.Opens, opens, err)
		}
	})
}
