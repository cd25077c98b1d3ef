package storetest

import (
	"testing"

	"gatehouse/sso"
)

// emailWorld is a world whose connection matches pushed users by the addresses of its
// proven domain, and a second connection of the company, by which users sign in.
type emailWorld struct {
	*world
	second *world
	domain sso.Domain
}

func newMatching(t *testing.T, fresh fresh) *emailWorld {
	t.Helper()
	w := newWorld(t, fresh)
	second := *w
	second.conn = w.connection("Second")
	w.provision(func(cfg *sso.Config) { cfg.SCIM.MatchEmail = true })
	m := &emailWorld{
		world:  w,
		second: &second,
	}
	m.domain = w.proveDomain("acme.test")
	return m
}

func (w *world) proveDomain(name string) sso.Domain {
	w.Helper()
	d, err := w.db.CreateDomain(w.Context(), by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       name,
		TXTRecord:  "x",
		VerifiedAt: w.clock.Now(),
	})
	w.ok(err)
	return d
}

// known has a user sign in whose login no push has; the address is name@acme.test.
func (w *world) known(name string, changes ...func(*sso.SignIn)) sso.User {
	w.Helper()
	s := w.signIn(name)
	s.Identity.Login = "login-of-" + name
	for _, change := range changes {
		change(&s)
	}
	u, _, err := w.db.RecordLogin(w.Context(), s, keep)
	w.ok(err)
	return u
}

// pushAs pushes a user of another name with the address of one.
func (w *world) pushAs(userName, address string, changes ...func(*sso.ProvisionedUser)) sso.ProvisionedUser {
	w.Helper()
	u := pushed(userName)
	u.Emails[0].Value = address
	for _, change := range changes {
		change(&u)
	}
	got, err := w.db.CreateProvisionedUser(w.Context(), w.scimPush(), u)
	w.ok(err)
	return got
}

// lastAudit returns the newest audit event of an action.
func (w *world) lastAudit(action string) sso.AuditEvent {
	w.Helper()
	all, _, err := w.db.AuditEvents(w.Context(), w.ent.ID, sso.AuditFilter{Action: action}, sso.Page{Limit: 1})
	w.ok(err)
	if len(all) == 0 {
		w.Fatalf("no %s is audited", action)
	}
	return all[0]
}

func testMatchedByEmail(t *testing.T, fresh fresh) {
	m := newMatching(t, fresh)
	bob := m.second.known("bob")
	u := m.pushAs("robert", "BOB@acme.test")
	if u.Account != bob.ID || m.sessions(bob.ID) != 1 {
		t.Fatalf("the account is %s with %d sessions; want %s", u.Account, m.sessions(bob.ID), bob.ID)
	}
	e := m.lastAudit("user.adopted")
	if e.Target != string(bob.ID) || e.Detail["by"] != "verified_email" || e.Detail["matched"] != bob.Email ||
		e.Detail["login_was"] != bob.Login {
		t.Errorf("audited %+v", e)
	}
	if user, _ := m.record(m.signIn("robert")); user.ID != bob.ID || user.Login != "robert@acme.test" {
		t.Errorf("signed in as %+v", user)
	}
	m.setActive(u, false)
	s := m.second.signIn("bob")
	s.Identity.Login = "login-of-bob"
	m.refused(s, "user_inactive")
}

// testMatchedWhenEnabled: what was pushed before is matched in the same way, and the
// preview says so.
func testMatchedWhenEnabled(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	second := *w
	second.conn = w.connection("Second")
	w.proveDomain("acme.test")
	bob, eve := second.known("bob"), second.known("eve")
	u := w.pushAs("robert", "bob@acme.test")
	w.pushAs("eva", "eve@acme.test")
	w.pushAs("evelyn", "eve@acme.test")
	cfg := *w.conn.Live
	cfg.Provisioning = sso.ProvisionSCIM
	cfg.SCIM.MatchEmail = true
	preview, err := w.db.PreviewProvisioning(t.Context(), w.ent.ID, w.conn.ID, cfg, sso.FindingQuery{})
	w.ok(err)
	if preview.Adopted != 1 || preview.Created != 2 || preview.OtherLogins != 1 {
		t.Errorf("the preview is %+v", preview)
	}
	w.provision(func(cfg *sso.Config) { cfg.SCIM.MatchEmail = true })
	if got := w.accountOf(u); got.ID != bob.ID {
		t.Errorf("got %+v", got)
	}
	after, err := w.db.User(t.Context(), w.ent.ID, eve.ID)
	w.ok(err)
	w.same(eve, after)
}

// misfit is a way in which an address leads to no account.
type misfit struct {
	prepare func(m *emailWorld, bob sso.User)
	push    func(*sso.ProvisionedUser) // nil: as it is
	why     string                     // in the audit trail
}

// adminMisfits are those of Bob as an admin.
func adminMisfits() map[string]misfit {
	return map[string]misfit{
		"an appointed admin": {why: "admin", prepare: func(m *emailWorld, bob sso.User) {
			m.ok(m.db.AddEnterpriseAdmin(m.Context(), by, m.ent.ID, bob.ID))
		}},
		"in a group of admins": {why: "admin", prepare: func(m *emailWorld, bob sso.User) {
			ops := m.group["app/ops"].ID
			_, err := m.db.UpdateGroup(m.Context(), by, m.ent.ID, ops, adminGroup)
			m.ok(err)
			m.ok(m.db.AddMember(m.Context(), by, m.ent.ID, ops, bob.ID))
		}},
		"an operator": {why: "admin", prepare: func(m *emailWorld, bob sso.User) {
			tie := func(a sso.Admin) (sso.Admin, error) {
				a.Enterprise, a.User = bob.Enterprise, bob.ID
				return a, nil
			}
			operator := m.account("operator", false).ID
			_, err := m.db.UpdateAdmin(m.Context(), by, operator, "admin.tied", sso.Hash{}, tie)
			m.ok(err)
		}},
	}
}

// companyMisfits are those of the company and its connections.
func companyMisfits() map[string]misfit {
	return map[string]misfit{
		"not allowed": {prepare: func(m *emailWorld, _ sso.User) {
			m.provision(func(cfg *sso.Config) { cfg.SCIM.MatchEmail = false })
		}},
		"verification lost": {prepare: func(m *emailWorld, _ sso.User) {
			m.ok(m.db.DeleteDomain(m.Context(), by, m.ent.ID, m.domain.ID))
		}},
		"provisioned by another connection": {why: "provisioned", prepare: func(m *emailWorld, _ sso.User) {
			m.second.provision()
			m.second.pushAs("other", "bob@acme.test", func(u *sso.ProvisionedUser) { u.ExternalID = "bob" })
		}},
	}
}

// addressMisfits are those of the address, now or before.
func addressMisfits() map[string]misfit {
	changed := func(change func(*sso.User)) func(*emailWorld, sso.User) {
		return func(m *emailWorld, bob sso.User) { m.change(bob, change) }
	}
	none := func(*emailWorld, sso.User) {}
	return map[string]misfit{
		"two candidates": {why: "several", prepare: func(m *emailWorld, _ sso.User) {
			m.second.known("bob2", func(s *sso.SignIn) { s.Identity.Email = "Bob@acme.test" })
		}},
		"pushed with another user": {why: "several", prepare: func(m *emailWorld, _ sso.User) {
			m.pushAs("bobby", "bob@acme.test", inactiveUser)
		}},
		"deactivated":                {prepare: changed(func(u *sso.User) { u.Status = sso.UserDeactivated })},
		"the address was given away": {prepare: changed(func(u *sso.User) { u.Email = "bob.former@acme.test" })},
		"not proven":                 {why: "unverified", prepare: changed(func(u *sso.User) { u.EmailVerified = false })},
		"an inactive predecessor":    {prepare: none, push: inactiveUser},
		"a letter that folds to another": {prepare: none, push: func(u *sso.ProvisionedUser) {
			u.Emails[0].Value = "bob\u212A@acme.test"
		}},
	}
}

// testNotMatchedByEmail: the push makes an account of its own, and says in the audit
// trail why.
func testNotMatchedByEmail(t *testing.T, fresh fresh) {
	for _, all := range []map[string]misfit{adminMisfits(), companyMisfits(), addressMisfits()} {
		for name, c := range all {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				testMisfit(newMatching(t, fresh), c)
			})
		}
	}
}

func testMisfit(m *emailWorld, c misfit) {
	bob := m.second.known("bob")
	m.second.known("bobk", func(s *sso.SignIn) { s.Identity.Email = "bobk@acme.test" })
	c.prepare(m, bob)
	before, err := m.db.User(m.Context(), m.ent.ID, bob.ID)
	m.ok(err)
	push := c.push
	if push == nil {
		push = func(*sso.ProvisionedUser) {}
	}
	u := m.pushAs("robert", "bob@acme.test", push)
	if u.Account != sso.UserID(u.ID) {
		m.Errorf("the account is %s; Bob is %s", u.Account, bob.ID)
	}
	if why := m.lastAudit("user.created").Detail["not_matched"]; why != c.why {
		m.Errorf("not matched, because %q; want %q", why, c.why)
	}
	after, err := m.db.User(m.Context(), m.ent.ID, bob.ID)
	m.ok(err)
	m.same(before, after)
}

func inactiveUser(u *sso.ProvisionedUser) { u.Active = false }

func adminGroup(g sso.Group) (sso.Group, error) {
	g.Admin = true
	return g, nil
}

// change edits a user as an admin does.
func (w *world) change(u sso.User, change func(*sso.User)) {
	w.Helper()
	_, err := w.db.UpdateUser(w.Context(), by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
		change(&u)
		return u, nil
	})
	w.ok(err)
}

// testEmailOfAnother: the account of another company is not found, and an address
// that changes later leads a resource to no other account.
func testEmailOfAnother(t *testing.T, fresh fresh) {
	m := newMatching(t, fresh)
	other := addWorld(t, m.db, m.clock, "globex")
	foreign := other.known("bob")
	u := m.pushAs("robert", "bob@acme.test")
	if u.Account == foreign.ID {
		t.Error("the account of another company was taken over")
	}
	eve := m.second.known("eve")
	_, u, err := m.db.ChangeProvisionedUser(
		t.Context(), m.scimPush(), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Emails = []sso.ProvisionedEmail{{Value: eve.Email, Primary: true}}
			return u, nil
		},
	)
	m.ok(err)
	if u.Account != sso.UserID(u.ID) {
		t.Errorf("the changed address led to %s; Eve is %s", u.Account, eve.ID)
	}
	after, err := m.db.User(t.Context(), m.ent.ID, eve.ID)
	m.ok(err)
	m.same(eve, after)
}
