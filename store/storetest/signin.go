package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gatehouse/sso"
)

func testSignIn(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	s := w.signIn("ada", "dev", "unknown")
	pending := w.pending(&s)
	u, r := w.record(s)
	w.in(
		u.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
	p, err := w.db.Principal(ctx, s.Session.Token)
	w.ok(err)
	s.Session.User = u.ID
	want := w.principalOf(s, u)
	w.same(want, p)
	w.same(sso.User{
		ID:           u.ID,
		Enterprise:   w.ent.ID,
		Login:        "ada@acme.test",
		Email:        "ada@acme.test",
		Name:         "Name of ada",
		Status:       sso.UserActive,
		CreatedAt:    w.clock.Now(),
		LastSignInAt: w.clock.Now(),
	}, u)
	w.syncRecorded(s, u, r)
	w.attemptRecorded(s, u)
	pending, err = w.db.PendingLogin(ctx, pending.ID)
	w.ok(err)
	if pending.UsedAt.IsZero() {
		t.Error("the pending login was not used up")
	}
	if actions := w.actions(5); actions[0] != "session.created" ||
		actions[1] != "memberships.synced" ||
		actions[2] != "user.created" {
		t.Errorf("the audit trail says %v", actions)
	}
	w.chainHolds()
}

func (w *world) principalOf(s sso.SignIn, u sso.User) sso.Principal {
	return sso.Principal{
		Session:    s.Session,
		User:       u,
		Enterprise: w.ent,
		Protocol:   sso.OIDC,
		Groups: []sso.PrincipalGroup{
			{ID: w.group["app/Members"].ID, Organization: "app", Name: "Members"},
			{ID: w.group["app/dev"].ID, Organization: "app", Name: "dev"},
			{ID: w.group["web/Members"].ID, Organization: "web", Name: "Members"},
			{ID: w.group["web/dev"].ID, Organization: "web", Name: "dev"},
		},
	}
}

func (w *world) syncRecorded(s sso.SignIn, u sso.User, r sso.SyncRecord) {
	ctx := w.Context()
	records, _, err := w.db.SyncRecords(
		ctx, w.ent.ID, sso.SyncFilter{User: u.ID}, sso.Page{},
	)
	w.ok(err)
	w.same([]sso.SyncRecord{r}, records)
	if r.Attempt != s.Attempt.ID || r.User != u.ID || len(r.Added) != 4 {
		w.Errorf("the record does not say what caused it: %+v", r)
	}
}

func (w *world) attemptRecorded(s sso.SignIn, u sso.User) {
	ctx := w.Context()
	attempt, err := w.db.Attempt(ctx, w.ent.ID, s.Attempt.ID)
	w.ok(err)
	s.Attempt.User = u.ID
	w.same(s.Attempt, attempt)
	identities, err := w.db.UserIdentities(ctx, w.ent.ID, u.ID)
	w.ok(err)
	w.same([]sso.UserIdentity{{
		User:       u.ID,
		Connection: w.conn.ID,
		Subject:    "ada",
		Login:      "ada@acme.test",
		CreatedAt:  w.clock.Now(),
		LastSeenAt: w.clock.Now(),
	}}, identities)
}

func testProfile(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada", "dev")
	events := w.chainHolds()
	w.clock.Move(time.Hour)
	w.enter("ada", "dev")
	if n := w.chainHolds(); n != events+1 {
		t.Errorf("a sign-in that changes nothing wrote %d events; want session.created alone", n-events)
	}
	s := w.signIn("ada", "dev")
	s.Identity.Login = "countess"
	s.Identity.Email = "ada@lovelace.test"
	s.Identity.Name = "Ada Lovelace"
	w.clock.Move(time.Hour)
	again, _ := w.record(s)
	if again.ID != u.ID ||
		again.Login != "countess" ||
		again.Email != "ada@lovelace.test" ||
		again.Name != "Ada Lovelace" ||
		!again.LastSignInAt.Equal(w.clock.Now()) {
		t.Errorf("got %+v", again)
	}
	stored, err := w.db.User(t.Context(), w.ent.ID, u.ID)
	w.ok(err)
	w.same(again, stored)
	events2, _, err := w.db.AuditEvents(
		t.Context(), w.ent.ID, sso.AuditFilter{Action: "user.updated"}, sso.Page{},
	)
	w.ok(err)
	if len(events2) != 1 ||
		events2[0].Detail["email_was"] != "ada@acme.test" ||
		events2[0].Actor != string(w.conn.ID) {
		t.Errorf("got %+v", events2)
	}
}

func testEmailVerified(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	step := func(email string, want bool) {
		t.Helper()
		s := w.signIn("ada")
		s.Identity.Email = email
		s.Identity.EmailVerified = true // the identity provider's word alone proves nothing
		if u, _ := w.record(s); u.EmailVerified != want {
			t.Errorf("%q: verified %v; want %v", email, u.EmailVerified, want)
		}
	}
	d, err := w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
		TXTRecord:  "x",
	})
	w.ok(err)
	other := addWorld(t, w.db, w.clock, "other")
	verified := func(d sso.Domain) (sso.Domain, error) {
		d.VerifiedAt = w.clock.Now()
		return d, nil
	}
	foreign, err := w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: other.ent.ID,
		Name:       "other.test",
		TXTRecord:  "x",
	})
	w.ok(err)
	_, err = w.db.UpdateDomain(ctx, by, other.ent.ID, foreign.ID, verified)
	w.ok(err)
	step("ada@acme.test", false)
	_, err = w.db.UpdateDomain(ctx, by, w.ent.ID, d.ID, verified)
	w.ok(err)
	step("Ada@ACME.test", true)
	step("ada@other.test", false)
	step("ada@acme.test", true)
	w.ok(w.db.DeleteDomain(ctx, by, w.ent.ID, d.ID))
	step("ada@acme.test", true)
	step("countess@acme.test", false)
	step("", false)
}

func testDeactivated(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada", "dev")
	_, err := w.db.UpdateUser(t.Context(), by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	s := w.signIn("ada", "sre")
	p := w.pending(&s)
	before := w.dump()
	_, _, err = w.db.RecordLogin(t.Context(), s, Reset(s.Identity.Groups))
	w.fails(err, sso.Forbidden, "user_inactive")
	w.same(before, w.dump())
	if p, err = w.db.PendingLogin(t.Context(), p.ID); err != nil || !p.UsedAt.IsZero() {
		t.Errorf("the refusal used up the pending login: %+v, %v", p, err)
	}
}

func testRebind(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	w.clock.Move(time.Hour)
	eve := w.signIn("eve")
	eve.Identity.Login = ada.Login
	newcomer, _ := w.record(eve)
	if newcomer.ID == ada.ID {
		t.Fatal("a login took over a user whose subject is bound")
	}
	w.mapSubject("") // another version with the same subject unbinds no identity
	w.clock.Move(time.Hour)
	latest := w.signIn("another-subject")
	latest.Identity.Login = ada.Login
	third, _ := w.record(latest)
	if third.ID == ada.ID || third.ID == newcomer.ID {
		t.Error("a version with the same subject mapping unbound the subjects")
	}
	w.mapSubject("employee_id")
	w.clock.Move(time.Hour)
	s := w.signIn("E-1")
	s.Identity.Login = newcomer.Login
	got, _ := w.record(s)
	if got.ID != third.ID {
		t.Error("of three who had the login, it is not the one seen last who was found by it")
	}
	again, _ := w.record(func() sso.SignIn {
		s := w.signIn("E-1")
		s.Identity.Login = "changed"
		return s
	}())
	if again.ID != got.ID {
		t.Error("the new subject was not bound")
	}
	s = w.signIn("E-2")
	s.Identity.Login = ada.Login
	if u, _ := w.record(s); u.ID == ada.ID ||
		u.ID == newcomer.ID ||
		u.ID == got.ID {
		t.Error("the next owner of a login got somebody who had it before")
	}
}

func (w *world) mapSubject(subject string) {
	_, err := w.db.UpdateConnection(
		w.Context(),
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.enabled",
		func(c sso.Connection) (sso.Connection, error) {
			next := *c.Live
			next.Mapping.Subject, next.Version = subject, next.Version+1
			c.Live, c.Previous = &next, c.Live
			return c, nil
		},
	)
	w.ok(err)
}

func testIdentitiesApart(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "dev")
	second := w.connection("Second directory")
	first := w.conn
	w.conn = second
	if u, _ := w.enter("ada", "dev"); u.ID == ada.ID {
		t.Error("the same subject at another connection is the same user")
	}
	w.conn = first
	other := addWorld(t, w.db, w.clock, "other")
	if u, _ := other.enter("ada", "dev"); u.ID == ada.ID || u.Enterprise != other.ent.ID {
		t.Error("the same subject at another enterprise is the same user")
	}
	w.in(
		ada.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
}

func testSnapshot(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	addWorld(t, w.db, w.clock, "other") // has groups of the same names
	ada, _ := w.enter("ada", "ops")
	sorted := cmpopts.SortSlices(func(a, b string) bool { return a < b })
	for _, c := range []struct {
		asserted []string
		want     []string
	}{
		{nil, []string{"app/ops", "app/Members"}},
		{
			[]string{"dev"},
			[]string{"app/ops", "app/dev", "app/Members", "web/dev", "web/Members"},
		},
		{[]string{"Dev"}, []string{"app/ops", "app/Dev", "app/Members"}},
		{[]string{"Members"}, []string{"app/ops", "app/Members"}},
		{
			[]string{"nowhere", "", "'; drop table users", "\x00", "\xff", `a"b\`},
			[]string{"app/ops", "app/Members"},
		},
	} {
		if diff := cmp.Diff(c.want, w.seesGroups(ada, c.asserted...), sorted); diff != "" {
			t.Errorf("%q:\n%s", c.asserted, diff)
		}
	}
}

func (w *world) seesGroups(ada sso.User, names ...string) (groups []string) {
	w.Helper()
	s := w.signIn("ada", names...)
	_, _, err := w.db.RecordLogin(w.Context(), s, func(facts sso.SignInFacts) (sso.Verdict, error) {
		u, got := facts.User, facts.Groups
		if u.ID != ada.ID {
			w.Errorf("planned for %s", u.ID)
		}
		for _, g := range got.Groups {
			org := w.orgs["web"]
			if g.Organization != org.ID {
				org = w.orgs["app"]
			}
			if !reflect.DeepEqual(w.group[org.Key+"/"+g.Name], g) ||
				got.Organizations[g.Organization] != org.Name {
				w.Errorf(
					"the snapshot says %+v of %q", g,
					got.Organizations[g.Organization],
				)
			}
			groups = append(groups, org.Key+"/"+g.Name)
		}
		if len(got.Memberships) != 2 ||
			got.Memberships[0].User != ada.ID ||
			got.Memberships[0].Since.IsZero() {
			w.Errorf("the snapshot has memberships %+v", got.Memberships)
		}
		return sso.Verdict{
			Memberships: sso.MembershipChanges{
				Record: sso.SyncRecord{Mode: sso.SyncKeep},
			},
		}, nil
	})
	w.ok(err)
	return groups
}

func testDifference(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada", "dev")
	first, err := w.db.UserMemberships(t.Context(), w.ent.ID, u.ID)
	w.ok(err)
	w.clock.Move(time.Hour)
	_, r := w.enter("ada", "dev", "ops")
	if len(r.Added) != 1 ||
		r.Added[0].Name != "ops" ||
		r.Added[0].OrganizationName != "Org app" ||
		len(r.Removed) != 0 {
		t.Errorf("the record says %+v", r)
	}
	second, err := w.db.UserMemberships(t.Context(), w.ent.ID, u.ID)
	w.ok(err)
	kept := map[sso.GroupID]sso.UserMembership{}
	for _, m := range second {
		kept[m.Group.ID] = m
	}
	for _, m := range first {
		w.same(m, kept[m.Group.ID])
	}
	if m := kept[w.group["app/ops"].ID].Membership; m.Cause != string(r.Attempt) ||
		!m.Since.Equal(w.clock.Now()) {
		t.Errorf("the new membership says %+v", m)
	}
	w.enter("ada", "sre")
	w.in(u.ID, "web/Members=default", "web/sre=jit")
	w.enter("ada")
	w.in(u.ID)
}

func testUsedUp(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	s := w.signIn("ada")
	w.pending(&s)
	w.record(s)
	_, _, err := w.db.RecordLogin(ctx, s, Reset(s.Identity.Groups))
	w.fails(err, sso.Conflict, "saml_replayed")
	another := w.signIn("ada")
	another.Pending = s.Pending
	_, _, err = w.db.RecordLogin(ctx, another, Reset(s.Identity.Groups))
	w.fails(err, sso.Invalid, "login_state_expired")
	// the refusal left no replay mark
	w.record(func() sso.SignIn {
		another.Pending = ""
		return another
	}())

	elsewhere := w.signIn("ada")
	w.pending(&elsewhere)
	w.conn = w.connection("Second directory")
	crossed := w.signIn("ada")
	crossed.Pending = elsewhere.Pending
	_, _, err = w.db.RecordLogin(ctx, crossed, Reset(s.Identity.Groups))
	w.fails(err, sso.Invalid, "login_state_expired")

	same := w.signIn("ada") // another connection may use the same identifier of an answer
	same.Replay.ResponseID = s.Replay.ResponseID
	w.record(same)
}

func testFailingPlan(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	s := w.signIn("ada")
	before := w.dump()
	denied := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "groups_unknown",
		Public: "No.",
	}
	_, _, err := w.db.RecordLogin(t.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
		return sso.Verdict{}, denied
	})
	if !errors.Is(err, denied) {
		t.Errorf("got %v", err)
	}
	w.same(before, w.dump())
	other := addWorld(t, w.db, w.clock, "other")
	_, _, err = w.db.RecordLogin(t.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
		added := []sso.Membership{{
			Group:  other.group["web/dev"].ID,
			Source: sso.SourceJIT,
		}}
		return sso.Verdict{Memberships: sso.MembershipChanges{Add: added}}, nil
	})
	w.fails(err, sso.NotFoundKind, "not_found")
	w.same(before, w.dump())
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of a plan got lost")
			}
		}()
		_, _, _ = w.db.RecordLogin(t.Context(), s, func(sso.SignInFacts) (sso.Verdict, error) {
			panic("plan")
		})
	}()
	w.same(before, w.dump())
	w.record(s)
}
