package storetest

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
)

// account makes an admin by an invitation.
func (w *world) account(login string, recovery bool) sso.Admin {
	w.Helper()
	token := sso.NewSecret().Hash()
	_, err := w.db.CreateInvitation(w.Context(), by, sso.Invitation{
		Token:     token,
		Recovery:  recovery,
		ExpiresAt: w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	a, err := w.db.AcceptInvitation(w.Context(), token, sso.Admin{
		Login:    login,
		Name:     "Admin " + login,
		Password: "canary-password-hash",
	})
	w.ok(err)
	w.clock.Move(time.Second) // identifiers sort by when they were made
	return a
}

func testInvitations(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	gone := func(token sso.Hash) {
		t.Helper()
		_, err := w.db.Invitation(ctx, token)
		w.fails(err, sso.NotFoundKind, "invitation_gone")
		_, err = w.db.AcceptInvitation(ctx, token, sso.Admin{
			Login: "mallory",
			Name:  "M",
		})
		w.fails(err, sso.NotFoundKind, "invitation_gone")
	}
	invite := func(by sso.Actor) sso.Hash {
		token := sso.NewSecret().Hash()
		_, err := w.db.CreateInvitation(ctx, by, sso.Invitation{
			Token:     token,
			Recovery:  true,
			ExpiresAt: w.clock.Now().Add(time.Hour),
		})
		w.ok(err)
		return token
	}
	gone(sso.NewSecret().Hash())
	first := invite(sso.ActorStart)
	second, kept := invite(sso.ActorStart), invite(by)
	gone(first) // replaced
	has, err := w.db.HasAdmin(ctx)
	if w.ok(err); has {
		t.Error("there is an admin before there is any")
	}
	a, err := w.db.AcceptInvitation(ctx, second, sso.Admin{
		Login:    "Olive",
		Name:     "Olive",
		Password: "canary-password-hash",
	})
	w.ok(err)
	gone(second) // used
	if has, err = w.db.HasAdmin(ctx); err != nil || !has || !a.Recovery {
		t.Errorf("%+v, %v, %v", a, has, err)
	}
	_, err = w.db.AcceptInvitation(ctx, kept, sso.Admin{
		Login: "oLIVE",
		Name:  "x",
	})
	w.fails(err, sso.Conflict, "login_taken")
	_, err = w.db.Invitation(ctx, kept) // and it is not used up by that
	w.ok(err)
	w.clock.Move(time.Hour)
	gone(kept) // expired
	got, err := w.db.AdminByLogin(ctx, "OLIVE")
	w.ok(err)
	w.same(a, got)
	stored := strings.Join(rows(t, Raw(t, w.dsn), "select * from admins"), "\n")
	if strings.Contains(stored, "canary-") || !strings.Contains(stored, "Olive") {
		t.Error("the hash of a password is stored in clear, or nothing is")
	}
}

// testOneInvitation: of many who use one link at once, one gets an account.
func testOneInvitation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	token := sso.NewSecret().Hash()
	_, err := w.db.CreateInvitation(t.Context(), by, sso.Invitation{
		Token:     token,
		ExpiresAt: w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	var made atomic.Int32
	var at sync.WaitGroup
	for i := range 20 {
		at.Go(func() {
			_, err := w.db.AcceptInvitation(t.Context(), token, sso.Admin{
				Login: "login" + string(rune('a'+i)),
				Name:  "x",
			})
			if err == nil {
				made.Add(1)
			} else if sso.CodeOf(err) != "invitation_gone" {
				t.Error(err)
			}
		})
	}
	at.Wait()
	all, _, err := w.db.Admins(t.Context(), sso.Page{})
	if w.ok(err); made.Load() != 1 || len(all) != 1 {
		t.Errorf("%d accounts of one link, %d are there", made.Load(), len(all))
	}
}

// testLastRecovery: however many disable and demote recovery admins at once, one
// stays.
func testLastRecovery(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	var ids []sso.AdminID
	for i := range 6 {
		ids = append(ids, w.account("rec"+string(rune('a'+i)), true).ID)
	}
	w.account("ordinary", false)
	now := w.clock.Now()
	ways := []func(sso.Admin) (sso.Admin, error){
		func(a sso.Admin) (sso.Admin, error) {
			a.DisabledAt = now
			return a, nil
		},
		func(a sso.Admin) (sso.Admin, error) {
			a.Recovery = false
			return a, nil
		},
		func(a sso.Admin) (sso.Admin, error) {
			a.Recovery = false
			a.DisabledAt = now
			return a, nil
		},
	}
	for round := range 4 {
		var at sync.WaitGroup
		var refused atomic.Int32
		for i, id := range ids {
			at.Go(func() {
				_, err := w.db.UpdateAdmin(
					ctx, by, id, "admin.updated", sso.Hash{},
					ways[(i+round)%len(ways)],
				)
				if sso.CodeOf(err) == "last_recovery_admin" {
					refused.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		at.Wait()
		all, _, err := w.db.Admins(ctx, sso.Page{})
		w.ok(err)
		left := having(all, func(a sso.Admin) bool {
			return a.Recovery && a.DisabledAt.IsZero()
		})
		if has, err := w.db.HasRecovery(ctx); err != nil ||
			!has ||
			left != 1 ||
			refused.Load() == 0 {
			t.Fatalf(
				"round %d: %d are left, %d were refused (%v)", round, left,
				refused.Load(), err,
			)
		}
		for _, id := range ids {
			_, err := w.db.UpdateAdmin(ctx, by, id, "admin.enabled", sso.Hash{}, func(a sso.Admin) (sso.Admin, error) {
				a.Recovery, a.DisabledAt = true, time.Time{}
				return a, nil
			})
			w.ok(err)
		}
	}
	_, err := w.db.VerifyAudit(ctx, "")
	w.ok(err)
}

func testAdminSessions(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	a := w.account("olive", true)
	w.account("other", true)
	const idle = 30 * time.Minute
	start := func() sso.Hash {
		t.Helper()
		token := sso.NewSecret().Hash()
		w.ok(w.db.StartAdminSession(ctx, sso.AdminSession{
			Token:     token,
			Admin:     a.ID,
			Remote:    "192.0.2.1",
			UserAgent: "x",
			ExpiresAt: w.clock.Now().Add(12 * time.Hour),
		}, "password"))
		return token
	}
	alive := func(token sso.Hash, want bool) {
		t.Helper()
		s, got, err := w.db.AdminSession(ctx, token, idle)
		if !want {
			w.fails(err, sso.Unauthenticated, "session_ended")
			return
		}
		w.ok(err)
		if got.ID != a.ID || s.Admin != a.ID || got.LastSignInAt.IsZero() {
			t.Errorf("got %+v of %+v", s, got)
		}
	}
	update := func(token sso.Hash, fn func(sso.Admin) sso.Admin) {
		t.Helper()
		_, err := w.db.UpdateAdmin(ctx, by, a.ID, "admin.updated", token, func(a sso.Admin) (sso.Admin, error) {
			return fn(a), nil
		})
		w.ok(err)
	}
	token := start()
	for range 24 { // used every half an hour but a moment, for as long as it may last
		alive(token, true)
		w.clock.Move(idle - time.Minute)
	}
	alive(token, true)
	w.clock.Move(12*time.Hour - 24*(idle-time.Minute))
	alive(token, false)
	idling := start()
	w.clock.Move(idle)
	alive(idling, false)
	one, two := start(), start()
	update(one, func(a sso.Admin) sso.Admin {
		a.Password = "another"
		return a
	})
	alive(one, true) // the admin who changed it stays
	alive(two, false)
	update(sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.DisabledAt = w.clock.Now()
		return a
	})
	alive(one, false)
	w.fails(w.db.StartAdminSession(ctx, sso.AdminSession{
		Token:     two,
		Admin:     a.ID,
		ExpiresAt: w.clock.Now().Add(time.Hour),
	}, "password"), sso.NotFoundKind, "not_found")
	update(sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.DisabledAt = time.Time{}
		return a
	})
	alive(one, false) // it does not come back
	three := start()
	w.ok(w.db.EndAdminSession(ctx, three))
	w.ok(w.db.EndAdminSession(ctx, three))
	alive(three, false)
	w.ok(w.db.RefusedAdmin(ctx, "OLIVE", "192.0.2.9", "wrong password"))
	w.ok(w.db.RefusedAdmin(ctx, "nobody\x00", "192.0.2.9", "no such login"))
	events, _, err := w.db.AuditEvents(
		ctx, "", sso.AuditFilter{Action: "admin.refused"}, sso.Page{},
	)
	w.ok(err)
	if len(events) != 2 ||
		events[1].Target != string(a.ID) ||
		events[1].Detail["recovery"] != "true" ||
		events[0].Target != "" {
		t.Errorf("got %+v", events)
	}
}

func testEnterpriseAdmins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	other := addWorld(t, w.db, w.clock, "other")
	u, _ := w.enter("ada", "dev")
	administers := func(want bool) {
		t.Helper()
		got, err := w.db.Administers(ctx, w.ent.ID, u.ID)
		w.ok(err)
		if elsewhere, err := w.db.Administers(
			ctx, other.ent.ID, u.ID,
		); err != nil ||
			elsewhere ||
			got != want {
			t.Errorf(
				"administers %v, elsewhere %v (%v); want %v", got, elsewhere, err,
				want,
			)
		}
	}
	administers(false)
	w.ok(w.db.AddEnterpriseAdmin(ctx, by, w.ent.ID, u.ID))
	w.ok(w.db.AddEnterpriseAdmin(ctx, by, w.ent.ID, u.ID)) // again is no failure
	administers(true)
	all, _, err := w.db.EnterpriseAdmins(ctx, w.ent.ID, sso.Page{})
	w.ok(err)
	if len(all) != 1 || all[0].User.ID != u.ID || all[0].CreatedBy != by {
		t.Errorf("got %+v", all)
	}
	status := func(s sso.UserStatus) {
		_, err := w.db.UpdateUser(ctx, by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
			u.Status = s
			return u, nil
		})
		w.ok(err)
	}
	status(sso.UserDeactivated)
	administers(false)
	status(sso.UserActive)
	w.ok(w.db.RemoveEnterpriseAdmin(ctx, by, w.ent.ID, u.ID))
	w.fails(
		w.db.RemoveEnterpriseAdmin(ctx, by, w.ent.ID, u.ID), sso.NotFoundKind,
		"not_found",
	)
	administers(false)
	mark := func(on bool) {
		_, err := w.db.UpdateGroup(ctx, by, w.ent.ID, w.group["web/dev"].ID, func(g sso.Group) (sso.Group, error) {
			g.Admin = on
			return g, nil
		})
		w.ok(err)
	}
	mark(true)
	administers(true)
	groups, err := w.db.AdminGroups(ctx, w.ent.ID)
	w.ok(err)
	if len(groups) != 1 || groups[0].ID != w.group["web/dev"].ID {
		t.Errorf("got %+v", groups)
	}
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["web/dev"].ID, u.ID))
	administers(false)
}

func testEnforced(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	l := w.setupLink(w.conn.ID)
	enforced := func(want bool) {
		t.Helper()
		e, err := w.db.Enterprise(ctx, w.ent.ID)
		w.ok(err)
		if _, err := w.db.SetupLinkByToken(ctx, l.Token); e.Enforced != want || (err != nil) != want {
			t.Errorf("enforced %v, the link: %v; want %v", e.Enforced, err, want)
		}
	}
	w.fails(
		w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"), sso.Conflict,
		"no_recovery_admin",
	)
	w.account("ordinary", false)
	w.fails(
		w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"), sso.Conflict,
		"no_recovery_admin",
	)
	enforced(false)
	w.account("olive", true)
	session := sso.NewSecret().Hash()
	_, err := w.db.OpenSetupLink(ctx, l.Token, session, time.Hour, "")
	w.ok(err)
	l = w.setupLink(w.conn.ID)
	w.ok(w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"))
	enforced(true)
	_, err = w.db.SetupSession(ctx, session)
	w.fails(err, sso.Unauthenticated, "session_ended")
	_, err = w.db.OpenSetupLink(ctx, l.Token, sso.NewSecret().Hash(), time.Hour, "")
	w.fails(err, sso.NotFoundKind, "setup_link_gone")
	_, err = w.db.UpdateEnterprise(ctx, by, w.ent.ID, func(e sso.Enterprise) (sso.Enterprise, error) {
		e.Name = "New"
		e.Enforced = false
		return e, nil
	})
	w.ok(err)
	enforced(true) // it is not switched off on the side
	w.ok(w.db.EnforceSSO(ctx, by, w.ent.ID, false, ""))
	enforced(false)
	events, _, err := w.db.AuditEvents(ctx, w.ent.ID, sso.AuditFilter{}, sso.Page{})
	w.ok(err)
	if !slices.ContainsFunc(events, func(e sso.AuditEvent) bool {
		return e.Action == "enterprise.sso_enforced" && e.Detail["test"] == "test-1"
	}) {
		t.Error("the trail does not say what was the proof")
	}
}
