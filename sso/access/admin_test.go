package access_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// fixture is the service over a real store, with one enterprise and a clock that
// stands until it is moved.
type fixture struct {
	*testing.T
	*access.Service
	db   *store.DB
	ent  sso.Enterprise
	conn sso.Connection
	*storetest.Clock
	wait time.Duration // what the limiter says
}

// Allow implements the limiter of access.Options.
func (f *fixture) Allow(context.Context, string, int) (time.Duration, error) { return f.wait, nil }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{
		T:     t,
		Clock: storetest.NewClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)),
	}
	var err error
	f.db, err = store.Open(t.Context(), store.Options{
		DSN:  storetest.SQLite(t),
		Keys: store.Keyring{Current: store.NewKey()},
		Now:  f.Now,
	})
	f.ok(err)
	t.Cleanup(func() { _ = f.db.Close() })
	f.Service = access.New(access.Options{
		Accounts:      f.db,
		Sessions:      f.db,
		Access:        f.db,
		Links:         f.db,
		Organizations: f.db,
		Evidence:      f.db,
		Limiter:       f,
		Now:           f.Now,
	})
	f.ent, err = f.db.CreateEnterprise(
		t.Context(), sso.ActorOperator,
		sso.Enterprise{
			Key:  "acme",
			Name: "Acme",
		},
	)
	f.ok(err)
	f.conn, err = f.db.CreateConnection(
		t.Context(), sso.ActorOperator,
		sso.Connection{
			Enterprise: f.ent.ID,
			Name:       "Directory",
			Protocol:   sso.OIDC,
			Provider:   sso.Custom,
			State:      sso.ConnectionEnabled,
			Live: &sso.Config{
				Version: 2,
				OIDC: &sso.OIDCConfig{
					Issuer:       "https://idp.test",
					ClientID:     "g",
					ClientSecret: "s",
				},
			},
		},
	)
	f.ok(err)
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) fails(err error, code string) {
	f.Helper()
	if sso.CodeOf(err) != code {
		f.Errorf("got %v; want code %s", err, code)
	}
}

const password = "correct horse battery"

func (f *fixture) account(login string, recovery bool) (sso.Admin, sso.Secret) {
	f.Helper()
	_, token, err := f.Invite(f.Context(), sso.ActorOperator, recovery)
	f.ok(err)
	a, session, err := f.Accept(f.Context(), token, access.NewAccount{
		Name:     "Name",
		Login:    login,
		Password: password,
	}, access.SignIn{})
	f.ok(err)
	return a, session
}

func (f *fixture) user(login string) *sso.Principal {
	f.Helper()
	now := f.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	groups := sso.AssertedGroups{State: sso.GroupsAbsent}
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: f.conn.ID,
			Subject:    login,
			Login:      login,
			Groups:     groups,
		},
		Replay: sso.ReplayMark{
			Connection: f.conn.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			Outcome:    sso.OutcomeSucceeded,
			Groups:     groups,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  f.ent.ID,
			Connection:  f.conn.ID,
			Attempt:     attempt,
			Subject:     login,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	_, _, err := f.db.RecordLogin(f.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{Memberships: sso.MembershipChanges{Record: sso.SyncRecord{
			Mode:     sso.SyncReset,
			Asserted: groups,
		}}}, nil
	})
	f.ok(err)
	p, err := f.db.Principal(f.Context(), s.Session.Token)
	f.ok(err)
	return &p
}

func (f *fixture) signIn(login, password string) error {
	_, err := f.SignIn(f.Context(), access.SignIn{
		Login:    login,
		Password: sso.Secret(password),
		Remote:   "192.0.2.1",
	})
	return err
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, _ := f.account("Olive", true)
	f.account("other", true)
	f.ok(f.signIn("oLIVE", password))
	for _, wrong := range []struct{ login, password string }{
		{"Olive", password + "x"},
		{"Olive", ""},
		{"nobody", password},
		{"", ""},
		{"olive\x00", password},
		{"Olive", strings.Repeat("x", 100000)},
		{"nobody", strings.Repeat("x", 100000)},
	} {
		f.fails(f.signIn(wrong.login, wrong.password), "admin_refused")
	}
	f.ok(f.Disable(t.Context(), "x", a.ID))
	f.fails(f.signIn("Olive", password), "admin_refused")
	f.ok(f.Enable(t.Context(), "x", a.ID))
	f.ok(f.signIn("Olive", password))
	f.wait = time.Second
	f.fails(f.signIn("Olive", password), "rate_limited")
	f.wait = 0
	events, _, err := f.db.AuditEvents(
		t.Context(), "", sso.AuditFilter{Action: "admin.refused"}, sso.Page{},
	)
	f.ok(err)
	if len(events) != 8 {
		t.Errorf("%d refusals are written down", len(events))
	}
}

// TestUnknownLoginTakesAsLong tests that the time does not tell whether there is a
// login: a refusal computes a hash in either case. A hash is told by its memory, which
// does not depend on what else the machine does.
func TestUnknownLoginTakesAsLong(t *testing.T) {
	const hash = 12 << 20 // bytes that argon2id works on, see params
	f := newFixture(t)
	f.account("olive", true)
	for _, login := range []string{"olive", "nobody"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f.fails(f.signIn(login, "wrong wrong wrong"), "admin_refused")
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n < hash || n >= 2*hash {
			t.Errorf("%s: %d bytes, want one hash of %d", login, n, hash)
		}
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, token, err := f.Invite(t.Context(), sso.ActorOperator, false)
	f.ok(err)
	for name, n := range map[string]access.NewAccount{
		"no name":              {Login: "olive", Password: password},
		"no login":             {Name: "O", Password: password},
		"a login with a space": {Name: "O", Login: "o live", Password: password},
		"a look-alike":         {Name: "O", Login: "оlive", Password: password},
		"eleven characters":    {Name: "O", Login: "olive", Password: "12345678901"},
		"the login in it":      {Name: "O", Login: "olive", Password: "my name is OLIVE"},
		"one character":        {Name: "O", Login: "olive", Password: "aaaaaaaaaaaaaaaa"},
		"too long": {
			Name:     "O",
			Login:    "olive",
			Password: sso.Secret(strings.Repeat("ab", 100)),
		},
		"not text": {
			Name:     "O",
			Login:    "olive",
			Password: "\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfeab",
		},
	} {
		if _, _, err := f.Accept(
			t.Context(), token, n, access.SignIn{},
		); sso.CodeOf(err) != "validation_failed" {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, session, err := f.Accept(t.Context(), token, access.NewAccount{
		Name:     "O",
		Login:    "olive",
		Password: "zwölf Zeichen",
	}, access.SignIn{})
	f.ok(err)
	if v, err := f.Visitor(
		t.Context(), access.Browser{Admin: session},
	); err != nil ||
		v.Admin != a.ID ||
		v.Role != sso.RoleOperator {
		t.Errorf("%+v, %v", v, err)
	}
	_, another, err := f.Invite(t.Context(), sso.ActorOperator, false)
	f.ok(err)
	_, _, err = f.Accept(t.Context(), another, access.NewAccount{
		Name:     "A",
		Login:    "ada@bücher.example",
		Password: password,
	}, access.SignIn{})
	f.ok(err)
	f.ok(f.signIn("ada@bücher.example", password))
	f.ok(f.signIn("Ada@xn--bcher-kva.example", password))
	_, _, err = f.Accept(t.Context(), token, access.NewAccount{
		Name:     "O",
		Login:    "second",
		Password: password,
	}, access.SignIn{})
	f.fails(err, "invitation_gone")
}

func TestFirstInvitation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, ok, err := f.FirstInvitation(t.Context())
	f.ok(err)
	second, again, err := f.FirstInvitation(t.Context())
	f.ok(err)
	if !ok || !again || first == second {
		t.Fatal("an installation without an admin has no link to one")
	}
	_, err = f.Invitation(t.Context(), first)
	f.fails(err, "invitation_gone")
	i, err := f.Invitation(t.Context(), second)
	if f.ok(err); !i.Recovery {
		t.Error("the first admin is no recovery admin")
	}
	f.account("olive", true)
	if _, ok, err := f.FirstInvitation(t.Context()); ok || err != nil {
		t.Errorf("there is an admin, and another link: %v", err)
	}
	f.Move(access.InvitationLength)
	_, err = f.Invitation(t.Context(), second)
	f.fails(err, "invitation_gone")
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, session := f.account("olive", true)
	f.fails(
		f.ChangePassword(
			t.Context(), a.ID, "wrong wrong wrong", "another good one", session,
		),
		"validation_failed",
	)
	f.fails(
		f.ChangePassword(t.Context(), a.ID, password, "short", session),
		"validation_failed",
	)
	f.ok(f.ChangePassword(t.Context(), a.ID, password, "another good one", session))
	f.fails(f.signIn("olive", password), "admin_refused")
	f.ok(f.signIn("olive", "another good one"))
	if _, err := f.Visitor(t.Context(), access.Browser{Admin: session}); err != nil {
		t.Errorf("who changed it is signed out: %v", err)
	}
}
