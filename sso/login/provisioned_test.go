package login_test

import (
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// provision makes a company's connection one that provisions by SCIM, as the
// settings say.
func (w *world) provision(c *company, settings func(*sso.Config)) {
	w.Helper()
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.Provisioning = sso.ProvisionSCIM
		settings(cfg)
	})
}

func (w *world) push(c *company) sso.Push {
	return sso.Push{
		Enterprise: c.ID,
		Connection: c.conn.ID,
		Token:      "scimtok-test",
		Event:      sso.NewID[sso.ProvisioningEventID](w.clock.Now()),
	}
}

// pushes pushes a person of the company's identity provider, by login.
func (w *world) pushes(c *company, name string) sso.ProvisionedUser {
	w.Helper()
	u, err := w.db.CreateProvisionedUser(w.Context(), w.push(c), sso.ProvisionedUser{
		UserName: name,
		Active:   true,
		Name:     "Pushed " + name,
		Emails:   []sso.ProvisionedEmail{{Value: name + "@" + c.Key + ".example", Primary: true}},
		Document: []byte(`{}`),
	})
	w.ok(err)
	return u
}

// switches changes whether a pushed person is active.
func (w *world) switches(c *company, u sso.ProvisionedUser, active bool) {
	w.Helper()
	_, _, err := w.db.ChangeProvisionedUser(
		w.Context(), w.push(c), u.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Active = active
			return u, nil
		},
	)
	w.ok(err)
}

// TestUnprovisioned: a person whom the identity provider did not push comes in
// without groups, with those that are asserted, or not at all, as the connection
// says. A test connection says the same.
func TestUnprovisioned(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.provision(c, func(*sso.Config) {})
			ada := w.enters(c, "ada")
			if ada.Sync.Mode != sso.SyncKeep || ada.Sync.Note == "" {
				w.Errorf("%s: %+v", c.Key, ada.Sync)
			}
			w.in(c, ada.User.ID)
			w.provision(c, func(cfg *sso.Config) { cfg.Unprovisioned = sso.UnprovisionedClaims })
			bob := w.enters(c, "bob")
			w.in(c, bob.User.ID, "web/dev=jit", "web/Members=default", "app/dev=jit", "app/Members=default")
			w.provision(c, func(cfg *sso.Config) { cfg.Unprovisioned = sso.UnprovisionedRefuse })
			before := len(w.users(c))
			_, err := w.signIn(c, "eve")
			w.recorded(c, err, sso.Forbidden, "not_provisioned")
			_, err = w.signIn(c, "bob") // known, and still not pushed
			w.recorded(c, err, sso.Forbidden, "not_provisioned")
			if n := len(w.users(c)); n != before {
				w.Errorf("%s: %d people, %d before", c.Key, n, before)
			}
			run, _ := w.beginTest(c)
			if tried := w.ended(c, run, w.tryOut(c, run, w.browser)); tried.Code != "not_provisioned" {
				w.Errorf("%s: the test connection ends with %q", c.Key, tried.Code)
			}
			w.pushes(c, "eve")
			if r := w.enters(c, "eve"); r.User.Name != "Pushed eve" {
				w.Errorf("%s: entered as %+v", c.Key, r.User)
			}
		}
	})
}

// TestProvisionedSignIn: the first sign-in of a pushed person is to their account.
// It asks for no code if the domain of the address is proven, and changes neither
// memberships nor profile, whatever is asserted.
func TestProvisionedSignIn(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.provision(c, func(cfg *sso.Config) {
				cfg.EmailVerification.Mode = "always"
				cfg.AllowSignIn = `user.provisioned || identity.login == "bob"`
			})
			ada := w.pushes(c, "ada")
			_, _, err := w.db.CreateProvisionedGroup(
				w.Context(), w.push(c), sso.ProvisionedGroup{DisplayName: "platform", Document: []byte(`{}`)},
				sso.MemberChange{Add: []sso.ResourceID{ada.ID}},
			)
			w.ok(err)
			_, err = w.db.UpdateGroup(
				w.Context(), by, c.ID, c.groups["web/sre"].ID, func(g sso.Group) (sso.Group, error) {
					g.IDPNames = []string{"platform"}
					return g, nil
				},
			)
			w.ok(err)
			r := w.enters(c, "ada")
			if r.User.ID != sso.UserID(ada.ID) || r.User.Name != "Pushed ada" || !r.User.EmailVerified {
				w.Errorf("%s: entered as %+v", c.Key, r.User)
			}
			for _, fault := range []demoidp.Fault{demoidp.NoFault, demoidp.EmptyGroups, demoidp.Overage} {
				c.idp.SetFaultOnce(fault)
				again := w.enters(c, "ada")
				if again.User.ID != r.User.ID || len(again.Sync.Added)+len(again.Sync.Removed) != 0 {
					w.Errorf("%s, %s: %+v", c.Key, fault, again)
				}
			}
			w.waits(c, "bob") // nobody pushed him: a code is asked for
			_, err = w.signIn(c, "eve")
			w.recorded(c, err, sso.Forbidden, "sign_in_denied")
		}
	})
}

// TestDeprovisionedByEveryWay: a person whom the identity provider deactivated, or
// deleted, comes in by no way: not by the protocol, the tile, a second connection,
// or a code that was sent before; and no sign-in makes them again.
func TestDeprovisionedByEveryWay(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.provision(c, func(*sso.Config) {})
			ada, bob := w.pushes(c, "ada"), w.pushes(c, "bob")
			in := w.enters(c, "ada")
			w.switches(c, ada, false)
			w.ok(w.db.DeleteProvisionedUser(w.Context(), w.push(c), bob.ID))
			if w.alive(in) {
				w.Errorf("%s: the session goes on", c.Key)
			}
			people := len(w.users(c))
			first := c.conn
			for _, conn := range []sso.Connection{first, w.connect(c, "Second", c.conn.Protocol)} {
				c.conn = conn
				for _, name := range []string{"ada", "bob"} {
					_, err := w.signIn(c, name)
					w.recorded(c, err, sso.Forbidden, "user_inactive")
				}
			}
			c.conn = first
			if n := len(w.users(c)); n != people {
				w.Errorf("%s: %d people, %d before", c.Key, n, people)
			}
			w.switches(c, ada, true)
			if r := w.enters(c, "ada"); r.User.ID != in.User.ID {
				w.Errorf("%s: entered as %+v", c.Key, r.User)
			}
		}
	})
}
