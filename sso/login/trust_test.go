package login_test

import (
	"testing"
	"time"

	"gatehouse/sso"
)

const linkHolder = sso.Actor("link-holder")

// moves makes a draft of a setup link that trusts something else: another lower
// bound of signatures, which the same identity provider passes.
func (w *world) moves(c *company, change func(cfg *sso.Config)) {
	w.Helper()
	w.draft(c, func(cfg *sso.Config) {
		if cfg.SAML != nil {
			saml := *cfg.SAML
			saml.AllowSHA1 = !saml.AllowSHA1
			cfg.SAML = &saml
		} else {
			cfg.Mapping.EmailVerified = []string{"email_verified", "verified"}
		}
		if change != nil {
			change(cfg)
		}
	})
	digest := c.conn.Draft.TrustDigest()
	var err error
	asks := func(conn sso.Connection) (sso.Trust, error) {
		conn.Trust.Draft = &sso.TrustChange{
			Digest:  digest,
			Authors: []sso.Actor{linkHolder},
			AskedBy: linkHolder,
			AskedAt: w.clock.Now(),
		}
		return conn.Trust, nil
	}
	c.conn, err = w.db.UpdateTrust(
		w.Context(), linkHolder, c.ID, c.conn.ID, "connection.trust_asked", asks,
	)
	w.ok(err)
}

// tests runs a test connection as a user, in a browser.
func (w *world) tests(c *company, who string, began, opened sso.Actor, browser sso.Secret) sso.TestRun {
	w.Helper()
	run, _, err := w.login.BeginTest(w.Context(), began, c.ID, c.conn.ID)
	w.ok(err)
	redirect, _, err := w.login.OpenTestOf(
		w.Context(), opened, c.ID, run.ID, browser,
	)
	w.ok(err)
	cb := w.answer(c, who, redirect)
	cb.Browser = browser
	run = w.ended(c, run, cb)
	if run.State != sso.TestPassed {
		w.Fatalf("the test came to %s: %s", run.Code, run.Detail)
	}
	return run
}

// approved is the decision about the draft as it is stored.
func (w *world) approved(c *company) *sso.TrustChange {
	w.Helper()
	conn, err := w.db.Connection(w.Context(), c.ID, c.conn.ID)
	w.ok(err)
	return conn.Trust.Draft
}

// A passed test connection approves if its browser is signed in through what is
// live, as the user whom the draft finds.
func TestPassedTestApproves(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			in := w.enters(c, "ada") // in w.browser
			w.moves(c, nil)
			run := w.tests(c, "ada", linkHolder, linkHolder, w.browser)
			got := w.approved(c)
			if got == nil ||
				!got.Approved ||
				got.DecidedBy != sso.Actor(in.User.ID) ||
				got.Test != run.ID {
				w.Errorf("%s: %+v", c.Key, got)
			}
		}
	})
}

// With another subject people are found by their login once more, and the test
// finds them so.
func TestPassedTestOfAnotherSubject(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		w.enters(c, "ada")
		w.moves(c, func(cfg *sso.Config) { cfg.Mapping.Subject = "email" })
		w.tests(c, "ada", linkHolder, linkHolder, w.browser)
		if got := w.approved(c); !got.Approved {
			w.Errorf("%+v", got)
		}
	})
}

// TestTestsThatApproveNothing are the tests an attacker can pass.
func TestTestsThatApproveNothing(t *testing.T) {
	elsewhere := sso.NewSecret()
	for name, attack := range map[string]func(w *world, c *company){
		"by nobody who is signed in": func(w *world, c *company) {
			w.moves(c, nil)
			w.tests(c, "ada", linkHolder, linkHolder, elsewhere)
		},
		"as another subject": func(w *world, c *company) {
			w.moves(c, nil)
			w.tests(c, "bob", linkHolder, linkHolder, w.browser)
		},
		"by a link sent to a signed-in user": func(w *world, c *company) {
			w.moves(c, nil)
			run, token, err := w.login.BeginTest(
				w.Context(), linkHolder, c.ID, c.conn.ID,
			)
			w.ok(err)
			redirect, _, err := w.login.OpenTest(w.Context(), token, w.browser)
			w.ok(err)
			cb := w.answer(c, "ada", redirect)
			cb.Browser = w.browser
			w.ended(c, run, cb)
		},
		"begun by another than who opened it": func(w *world, c *company) {
			w.moves(c, nil)
			w.tests(c, "ada", linkHolder, "user-ada", w.browser)
		},
		"opened from another site": func(w *world, c *company) {
			w.moves(c, nil)
			w.tests(c, "ada", linkHolder, "", w.browser)
		},
		"in a session of another trust": func(w *world, c *company) {
			w.moves(c, nil)
			w.clock.Move(time.Second)
			_, err := w.db.UpdateTrust(
				w.Context(),
				by,
				c.ID,
				c.conn.ID,
				"connection.edited",
				func(conn sso.Connection) (sso.Trust, error) {
					conn.Trust.Since = w.clock.Now()
					return conn.Trust, nil
				},
			)
			w.ok(err)
			w.tests(c, "ada", linkHolder, linkHolder, w.browser)
		},
		"in a session that has ended": func(w *world, c *company) {
			w.moves(c, nil)
			w.clock.Move(2 * time.Hour)
			w.tests(c, "ada", linkHolder, linkHolder, w.browser)
		},
		"of a draft that was exchanged after the test began": func(w *world, c *company) {
			w.draft(c, func(cfg *sso.Config) {
				cfg.Mapping.Name = []string{"email"}
			})
			run, _, err := w.login.BeginTest(
				w.Context(), linkHolder, c.ID, c.conn.ID,
			)
			w.ok(err)
			redirect, _, err := w.login.OpenTestOf(
				w.Context(), linkHolder, c.ID, run.ID, w.browser,
			)
			w.ok(err)
			w.moves(c, func(cfg *sso.Config) {
				cfg.Version = c.conn.Draft.Version + 1
			})
			cb := w.answer(c, "ada", redirect)
			cb.Browser = w.browser
			w.ended(c, run, cb)
		},
		"after a refusal": func(w *world, c *company) {
			w.moves(c, nil)
			_, err := w.db.UpdateTrust(
				w.Context(),
				by,
				c.ID,
				c.conn.ID,
				"connection.trust_refused",
				func(conn sso.Connection) (sso.Trust, error) {
					refused := *conn.Trust.Draft
					refused.DecidedBy, refused.DecidedAt = by, w.clock.Now()
					conn.Trust.Draft = &refused
					return conn.Trust, nil
				},
			)
			w.ok(err)
			w.tests(c, "ada", linkHolder, linkHolder, w.browser)
		},
		"in a session through another connection": func(w *world, c *company) {
			first := c.conn
			c.conn = w.connect(c, "Second", sso.OIDC)
			w.enters(c, "bob") // ends the session through the first
			c.conn = first
			w.moves(c, nil)
			w.tests(c, "ada", linkHolder, linkHolder, w.browser)
		},
		"by a user who is deactivated": func(w *world, c *company) {
			w.moves(c, nil)
			run, _, err := w.login.BeginTest(
				w.Context(), linkHolder, c.ID, c.conn.ID,
			)
			w.ok(err)
			redirect, _, err := w.login.OpenTestOf(
				w.Context(), linkHolder, c.ID, run.ID, w.browser,
			)
			w.ok(err)
			_, err = w.db.UpdateUser(w.Context(), by, c.ID, w.users(c)[0].ID, func(u sso.User) (sso.User, error) {
				u.Status = sso.UserDeactivated
				return u, nil
			})
			w.ok(err)
			cb := w.answer(c, "ada", redirect)
			cb.Browser = w.browser
			w.ended(c, run, cb)
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.enters(w.globex, "ada")
				attack(w, w.globex)
				if got := w.approved(w.globex); got == nil || got.Approved {
					w.Errorf("it approved: %+v", got)
				}
			})
		})
	}
}

// A test of what changes no trust, or of a pasted response, approves nothing.
func TestReplayedTestApprovesNothing(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		in := w.enters(c, "ada")
		w.moves(c, nil)
		if _, err := w.login.Replay(
			w.Context(), linkHolder, c.ID, c.conn.ID, in.Session.Attempt,
		); err != nil {
			w.Fatal(err)
		}
		if got := w.approved(c); got.Approved {
			w.Errorf("%+v", got)
		}
	})
}
