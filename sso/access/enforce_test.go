package access_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

// TestProof covers every way in which a test does not prove that an admin can
// sign in by single sign-on.
func TestProof(t *testing.T) {
	t.Parallel()
	const by, other sso.Actor = "user-1", "user-2"
	live := func(v int) *sso.Config { return &sso.Config{Version: v} }
	connections := []sso.Connection{
		{ID: "on", State: sso.ConnectionEnabled, Live: live(2), Draft: live(3)},
		{ID: "off", State: sso.ConnectionDisabled, Live: live(1)},
		{ID: "draft", State: sso.ConnectionDraft, Draft: live(1)},
	}
	good := sso.TestRun{
		ID:         "good",
		Connection: "on",
		Kind:       sso.TestLive,
		State:      sso.TestPassed,
		By:         by,
		Version:    2,
	}
	change := func(fn func(*sso.TestRun)) sso.TestRun {
		r := good
		fn(&r)
		return r
	}
	for name, run := range map[string]sso.TestRun{
		"failed": change(func(r *sso.TestRun) {
			r.State = sso.TestFailed
		}),
		"still waiting": change(func(r *sso.TestRun) {
			r.State = sso.TestWaiting
		}),
		"no one came back": change(func(r *sso.TestRun) {
			r.State = sso.TestExpired
		}),
		"someone else's": change(func(r *sso.TestRun) { r.By = other }),
		"of a pasted answer": change(func(r *sso.TestRun) {
			r.Kind = sso.TestCaptured
		}),
		"of a recorded attempt": change(func(r *sso.TestRun) {
			r.Kind = sso.TestReplay
		}),
		"of the draft":       change(func(r *sso.TestRun) { r.Version = 3 }),
		"of what was before": change(func(r *sso.TestRun) { r.Version = 1 }),
		"disabled": change(func(r *sso.TestRun) {
			r.Connection = "off"
			r.Version = 1
		}),
		"never enabled": change(func(r *sso.TestRun) {
			r.Connection = "draft"
			r.Version = 1
		}),
		"of a deleted one": change(func(r *sso.TestRun) {
			r.Connection = "gone"
		}),
	} {
		if id, ok := access.Proof(by, connections, []sso.TestRun{run}); ok {
			t.Errorf("%s proves something: %s", name, id)
		}
	}
	bad := change(func(r *sso.TestRun) { r.ID, r.By = "bad", other })
	if id, ok := access.Proof(by, connections, []sso.TestRun{bad, good}); !ok || id != "good" {
		t.Errorf("a good one among others is not found: %q", id)
	}
	if _, ok := access.Proof("", connections, []sso.TestRun{change(func(r *sso.TestRun) {
		r.By = ""
	})}); ok {
		t.Error("no one's test is a proof for no one")
	}
}

// passed records a test that an actor passed.
func (f *fixture) passed(by sso.Actor) {
	f.Helper()
	run := sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](f.Now()),
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
		Kind:       sso.TestLive,
		State:      sso.TestPassed,
		By:         by,
		Token:      sso.NewSecret().Hash(),
		Version:    2,
		CreatedAt:  f.Now(),
		ExpiresAt:  f.Now().Add(time.Hour),
		EndedAt:    f.Now(),
	}
	f.ok(f.db.CreateTestRun(f.Context(), run))
}

// TestEnforce walks through every way to lock oneself out.
func TestEnforce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	v := sso.Visitor{
		Role:       sso.RoleEnterpriseAdmin,
		Actor:      "user-1",
		Enterprise: f.ent.ID,
	}
	missing := func(want ...string) {
		t.Helper()
		got, err := f.MissingToEnforce(ctx, v, f.ent.ID)
		f.ok(err)
		var codes []string
		for _, m := range got {
			codes = append(codes, m.Code)
		}
		if len(codes) != len(want) || len(want) > 0 && codes[0] != want[0] {
			t.Errorf("missing %q; want %q", codes, want)
		}
	}
	f.fails(f.Enforce(ctx, v, f.ent.ID), "test_needed")
	missing("test_needed", "no_recovery_admin")
	f.passed(v.Actor)
	f.fails(f.Enforce(ctx, v, f.ent.ID), "no_recovery_admin")
	missing("no_recovery_admin")
	f.account("ordinary", false)
	f.fails(f.Enforce(ctx, v, f.ent.ID), "no_recovery_admin")
	olive, _ := f.account("olive", true)
	missing()
	f.fails(f.Enforce(ctx, sso.Visitor{Actor: "user-2"}, f.ent.ID), "test_needed")
	f.ok(f.Enforce(ctx, v, f.ent.ID))
	f.fails(f.Disable(ctx, "x", olive.ID), "last_recovery_admin")
	f.fails(f.SetRecovery(ctx, "x", olive.ID, false), "last_recovery_admin")
	f.ok(f.signIn("olive", password)) // and gets in
}

// TestEnforcedPasswords: only who belongs to the enterprise, and is no recovery
// admin, loses the password.
func TestEnforcedPasswords(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	recovery, _ := f.account("recovery", true)
	tied, _ := f.account("tied", false)
	f.account("free", false)
	f.ok(f.Tie(ctx, tied.ID, f.user("ada@acme.test")))
	f.fails(f.Tie(ctx, recovery.ID, f.user("ada@acme.test")), "user_tied")
	f.ok(f.Tie(ctx, recovery.ID, f.user("grace@acme.test")))
	f.ok(f.signIn("tied", password))
	f.ok(f.db.EnforceSSO(ctx, "x", f.ent.ID, true, "test-1"))
	f.fails(f.signIn("tied", "wrong wrong wrong"), "admin_refused") // it is not told to guessers
	f.fails(f.signIn("tied", password), "sso_enforced")
	if e, err := f.CompanyOf(ctx, "tied"); err != nil || e.ID != f.ent.ID {
		t.Errorf("%+v, %v", e, err)
	}
	f.ok(f.signIn("free", password))
	f.ok(f.signIn("recovery", password))
	p := f.user("ada@acme.test")
	if v, err := f.Visitor(ctx, access.Browser{Principal: p}); sso.CodeOf(err) != "second_step_needed" {
		t.Errorf("by single sign-on alone they are %+v (%v)", v, err)
	}
	// With the password besides: what is enforced is the first step.
	who, err := f.Confirmation(ctx, access.Browser{Principal: p})
	f.ok(err)
	second, err := f.Confirm(ctx, who, access.SignIn{Password: password})
	f.ok(err)
	if v, err := f.Visitor(ctx, access.Browser{
		Principal: p,
		Admin:     second,
	}); err != nil || v.Admin != tied.ID {
		t.Errorf("by both they are %+v (%v)", v, err)
	}
	f.ok(f.db.EnforceSSO(ctx, "x", f.ent.ID, false, ""))
	f.ok(f.signIn("tied", password))
	f.ok(f.db.EnforceSSO(ctx, "x", f.ent.ID, true, "test-1"))
	f.ok(f.db.DeleteEnterprise(ctx, "x", f.ent.ID))
	f.ok(f.signIn("tied", password)) // no sign-in is possible there any more
}

func TestVisitors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	other, err := f.db.CreateEnterprise(ctx, "x", sso.Enterprise{
		Key:  "globex",
		Name: "Globex",
	})
	f.ok(err)
	_, operator := f.account("olive", true)
	ada := f.user("ada@acme.test")
	f.ok(f.NameAdmin(ctx, "x", f.ent.ID, "ada@acme.test"))
	f.fails(f.NameAdmin(ctx, "x", f.ent.ID, "nobody@acme.test"), "validation_failed")
	f.fails(f.NameAdmin(ctx, "x", other.ID, "ada@acme.test"), "validation_failed")
	link := func(e sso.Enterprise) sso.Secret {
		_, token, err := f.CreateLink(ctx, "x", e, access.NewLink{For: "Grace"})
		f.ok(err)
		session, err := f.OpenLink(ctx, token, "")
		f.ok(err)
		return session
	}
	own, foreign := link(f.ent), link(other)
	stale := sso.NewSecret()
	for name, c := range map[string]struct {
		browser access.Browser
		role    sso.Role
		of      sso.EnterpriseID
	}{
		"an operator": {access.Browser{Admin: operator}, sso.RoleOperator, ""},
		"an operator with a link": {
			access.Browser{
				Admin: operator,
				Setup: own,
			},
			sso.RoleOperator,
			"",
		},
		"an operator who is signed in": {
			access.Browser{
				Admin:     operator,
				Principal: ada,
			},
			sso.RoleOperator,
			"",
		},
		"an admin": {access.Browser{Principal: ada}, sso.RoleEnterpriseAdmin, f.ent.ID},
		"an admin whose account ended": {
			access.Browser{
				Admin:     stale,
				Principal: ada,
			},
			sso.RoleEnterpriseAdmin,
			f.ent.ID,
		},
		"an admin with a link of their own": {
			access.Browser{
				Principal: ada,
				Setup:     own,
			},
			sso.RoleEnterpriseAdmin,
			f.ent.ID,
		},
		"an admin with a link of another": {
			access.Browser{
				Principal: ada,
				Setup:     foreign,
			},
			sso.RoleSetupLink,
			other.ID,
		},
		"an admin with a link that ended": {
			access.Browser{
				Principal: ada,
				Setup:     stale,
			},
			sso.RoleEnterpriseAdmin,
			f.ent.ID,
		},
		"someone with a link": {access.Browser{Setup: own}, sso.RoleSetupLink, f.ent.ID},
		"someone else of it, with the link": {
			access.Browser{
				Principal: f.user("eve@acme.test"),
				Setup:     own,
			},
			sso.RoleSetupLink,
			f.ent.ID,
		},
	} {
		v, err := f.Visitor(ctx, c.browser)
		if err != nil ||
			v.Role != c.role ||
			v.Enterprise != c.of ||
			v.Actor == "" {
			t.Errorf("%s is %+v (%v)", name, v, err)
		}
	}
	_, err = f.Visitor(ctx, access.Browser{Admin: stale, Setup: stale})
	f.fails(err, "session_ended")
	_, err = f.Visitor(ctx, access.Browser{Principal: f.user("eve@acme.test")})
	f.fails(err, "not_an_admin")
	f.ok(f.Service.SignOut(ctx, operator, own))
	_, err = f.Visitor(ctx, access.Browser{Admin: operator, Setup: own})
	f.fails(err, "session_ended")
}

func TestLinks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	for name, n := range map[string]access.NewLink{
		"for no one": {},
		"too short":  {For: "x", ExpiresIn: time.Hour - 1},
		"too long":   {For: "x", ExpiresIn: access.MaxLinkLength + 1},
		"backwards":  {For: "x", ExpiresIn: -time.Hour},
		"too often":  {For: "x", MaxOpens: 101},
		"never":      {For: "x", MaxOpens: -1},
	} {
		if _, _, err := f.CreateLink(ctx, "x", f.ent, n); sso.CodeOf(err) != "validation_failed" {
			t.Errorf("%s: %v", name, err)
		}
	}
	l, token, err := f.CreateLink(ctx, "x", f.ent, access.NewLink{For: "Grace"})
	f.ok(err)
	if l.MaxOpens != 10 ||
		l.ExpiresAt.Sub(f.Now()) != 7*24*time.Hour ||
		l.Token != token.Hash() {
		t.Errorf("the defaults are %+v", l)
	}
	session, err := f.OpenLink(ctx, token, "")
	f.ok(err)
	f.Move(access.SessionLength)
	_, err = f.Visitor(ctx, access.Browser{Setup: session})
	f.fails(err, "session_ended")
	enforced := f.ent
	enforced.Enforced = true
	_, _, err = f.CreateLink(ctx, "x", enforced, access.NewLink{For: "Grace"})
	f.fails(err, "sso_enforced")
}
