package storetest

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
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
	w.invitationGone(sso.NewSecret().Hash())
	first := w.invite(sso.ActorStart)
	second, kept := w.invite(sso.ActorStart), w.invite(by)
	w.invitationGone(first) // replaced
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
	w.invitationGone(second) // used
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
	w.invitationGone(kept) // expired
	got, err := w.db.AdminByLogin(ctx, "OLIVE")
	w.ok(err)
	w.same(a, got)
	stored := strings.Join(rows(t, Raw(t, w.dsn), "select * from admins"), "\n")
	if strings.Contains(stored, "canary-") || !strings.Contains(stored, "Olive") {
		t.Error("the hash of a password is stored in clear, or nothing is")
	}
}

func (w *world) invitationGone(token sso.Hash) {
	w.Helper()
	_, err := w.db.Invitation(w.Context(), token)
	w.fails(err, sso.NotFoundKind, "invitation_gone")
	_, err = w.db.AcceptInvitation(w.Context(), token, sso.Admin{
		Login: "mallory",
		Name:  "M",
	})
	w.fails(err, sso.NotFoundKind, "invitation_gone")
}

func (w *world) invite(by sso.Actor) sso.Hash {
	token := sso.NewSecret().Hash()
	_, err := w.db.CreateInvitation(w.Context(), by, sso.Invitation{
		Token:     token,
		Recovery:  true,
		ExpiresAt: w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	return token
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
	ways := recoveryEnds(now)
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
		w.makeRecovery(ids)
	}
	_, err := w.db.VerifyAudit(ctx, "")
	w.ok(err)
}

func recoveryEnds(now time.Time) []func(sso.Admin) (sso.Admin, error) {
	return []func(sso.Admin) (sso.Admin, error){
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
}

func (w *world) makeRecovery(ids []sso.AdminID) {
	ctx := w.Context()
	for _, id := range ids {
		_, err := w.db.UpdateAdmin(
			ctx, by, id, "admin.enabled", sso.Hash{},
			func(a sso.Admin) (sso.Admin, error) {
				a.Recovery, a.DisabledAt = true, time.Time{}
				return a, nil
			},
		)
		w.ok(err)
	}
}

const adminIdle = 30 * time.Minute

func testAdminSessions(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	a := w.account("olive", true)
	w.account("other", true)
	w.adminSessionTimesOut(a)
	one, two := w.startAdminSession(a), w.startAdminSession(a)
	w.updateAdmin(a, one, func(a sso.Admin) sso.Admin {
		a.Password = "another"
		return a
	})
	w.adminSession(a, one, true) // the admin who made the change stays signed in
	w.adminSession(a, two, false)
	w.updateAdmin(a, sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.DisabledAt = w.clock.Now()
		return a
	})
	w.adminSession(a, one, false)
	w.fails(w.db.StartAdminSession(ctx, sso.AdminSession{
		Token:     two,
		Admin:     a.ID,
		ExpiresAt: w.clock.Now().Add(time.Hour),
	}, "password"), sso.NotFoundKind, "not_found")
	w.updateAdmin(a, sso.Hash{}, func(a sso.Admin) sso.Admin {
		a.DisabledAt = time.Time{}
		return a
	})
	w.adminSession(a, one, false) // it does not come back
	three := w.startAdminSession(a)
	w.ok(w.db.EndAdminSession(ctx, three))
	w.ok(w.db.EndAdminSession(ctx, three))
	w.adminSession(a, three, false)
	w.refusedAdmins(a)
}

func (w *world) startAdminSession(a sso.Admin) sso.Hash {
	w.Helper()
	token := sso.NewSecret().Hash()
	w.ok(w.db.StartAdminSession(w.Context(), sso.AdminSession{
		Token:     token,
		Admin:     a.ID,
		Remote:    "192.0.2.1",
		UserAgent: "x",
		ExpiresAt: w.clock.Now().Add(12 * time.Hour),
	}, "password"))
	return token
}

func (w *world) adminSession(a sso.Admin, token sso.Hash, want bool) {
	w.Helper()
	s, got, err := w.db.AdminSession(w.Context(), token, adminIdle)
	if !want {
		w.fails(err, sso.Unauthenticated, "session_ended")
		return
	}
	w.ok(err)
	if got.ID != a.ID || s.Admin != a.ID || got.LastSignInAt.IsZero() {
		w.Errorf("got %+v of %+v", s, got)
	}
}

func (w *world) updateAdmin(a sso.Admin, token sso.Hash, fn func(sso.Admin) sso.Admin) {
	w.Helper()
	_, err := w.db.UpdateAdmin(
		w.Context(), by, a.ID, "admin.updated", token,
		func(a sso.Admin) (sso.Admin, error) {
			return fn(a), nil
		},
	)
	w.ok(err)
}

func (w *world) adminSessionTimesOut(a sso.Admin) {
	token := w.startAdminSession(a)
	for range 24 { // used every half an hour but a moment, for as long as it may last
		w.adminSession(a, token, true)
		w.clock.Move(adminIdle - time.Minute)
	}
	w.adminSession(a, token, true)
	w.clock.Move(12*time.Hour - 24*(adminIdle-time.Minute))
	w.adminSession(a, token, false)
	idling := w.startAdminSession(a)
	w.clock.Move(adminIdle)
	w.adminSession(a, idling, false)
}

func (w *world) refusedAdmins(a sso.Admin) {
	ctx := w.Context()
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
		w.Errorf("got %+v", events)
	}
}

func testEnterpriseAdmins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	other := addWorld(t, w.db, w.clock, "other")
	u, _ := w.enter("ada", "dev")
	w.administers(other, u, false)
	w.nameEnterpriseAdmin(other, u)
	all, _, err := w.db.EnterpriseAdmins(ctx, w.ent.ID, sso.Page{})
	w.ok(err)
	if len(all) != 1 || all[0].User.ID != u.ID || all[0].CreatedBy != by {
		t.Errorf("got %+v", all)
	}
	w.setUserStatus(u, sso.UserDeactivated)
	w.administers(other, u, false)
	w.setUserStatus(u, sso.UserActive)
	w.ok(w.db.RemoveEnterpriseAdmin(ctx, by, w.ent.ID, u.ID))
	w.fails(
		w.db.RemoveEnterpriseAdmin(ctx, by, w.ent.ID, u.ID), sso.NotFoundKind,
		"not_found",
	)
	w.administers(other, u, false)
	w.markAdminGroup(true)
	w.administers(other, u, true)
	groups, err := w.db.AdminGroups(ctx, w.ent.ID)
	w.ok(err)
	if len(groups) != 1 || groups[0].ID != w.group["web/dev"].ID {
		t.Errorf("got %+v", groups)
	}
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["web/dev"].ID, u.ID))
	w.administers(other, u, false)
}

func (w *world) administers(other *world, u sso.User, want bool) {
	w.Helper()
	got, err := w.db.Administers(w.Context(), w.ent.ID, u.ID)
	w.ok(err)
	if elsewhere, err := w.db.Administers(
		w.Context(), other.ent.ID, u.ID,
	); err != nil ||
		elsewhere ||
		got != want {
		w.Errorf(
			"administers %v, elsewhere %v (%v); want %v", got, elsewhere, err,
			want,
		)
	}
}

func (w *world) nameEnterpriseAdmin(other *world, u sso.User) {
	ctx := w.Context()
	w.ok(w.db.AddEnterpriseAdmin(ctx, by, w.ent.ID, u.ID))
	w.ok(w.db.AddEnterpriseAdmin(ctx, by, w.ent.ID, u.ID)) // again is no failure
	w.administers(other, u, true)
}

func (w *world) setUserStatus(u sso.User, s sso.UserStatus) {
	_, err := w.db.UpdateUser(w.Context(), by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
		if s == sso.UserDeactivated {
			return identity.Deactivated(u), nil
		}
		u.Status = s
		return u, nil
	})
	w.ok(err)
}

func (w *world) markAdminGroup(on bool) {
	_, err := w.db.UpdateGroup(
		w.Context(), by, w.ent.ID, w.group["web/dev"].ID,
		func(g sso.Group) (sso.Group, error) {
			g.Admin = on
			return g, nil
		},
	)
	w.ok(err)
}

func testEnforced(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	l := w.setupLink(w.conn.ID)
	w.enforceNeedsRecovery()
	w.enforced(l, false)
	w.account("olive", true)
	session := sso.NewSecret().Hash()
	_, err := w.db.OpenSetupLink(ctx, l.Token, session, time.Hour, "")
	w.ok(err)
	l = w.setupLink(w.conn.ID)
	w.ok(w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"))
	w.enforced(l, true)
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
	w.enforced(l, true) // it is not switched off on the side
	w.enforcementRecorded(l)
}

func (w *world) enforced(l sso.SetupLink, want bool) {
	w.Helper()
	e, err := w.db.Enterprise(w.Context(), w.ent.ID)
	w.ok(err)
	if _, err := w.db.SetupLinkByToken(w.Context(), l.Token); e.Enforced != want || (err != nil) != want {
		w.Errorf("enforced %v, the link: %v; want %v", e.Enforced, err, want)
	}
}

func (w *world) enforceNeedsRecovery() {
	ctx := w.Context()
	w.fails(
		w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"), sso.Conflict,
		"no_recovery_admin",
	)
	w.account("ordinary", false)
	w.fails(
		w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"), sso.Conflict,
		"no_recovery_admin",
	)
}

func (w *world) enforcementRecorded(l sso.SetupLink) {
	ctx := w.Context()
	w.ok(w.db.EnforceSSO(ctx, by, w.ent.ID, false, ""))
	w.enforced(l, false)
	events, _, err := w.db.AuditEvents(ctx, w.ent.ID, sso.AuditFilter{}, sso.Page{})
	w.ok(err)
	if !slices.ContainsFunc(events, func(e sso.AuditEvent) bool {
		return e.Action == "enterprise.sso_enforced" && e.Detail["test"] == "test-1"
	}) {
		w.Error("the trail does not say what was the proof")
	}
}
