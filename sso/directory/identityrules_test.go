package directory_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// passes records that an actor passed a test of the connection as it is live.
func (f *fixture) passes(by sso.Actor) {
	f.Helper()
	now := time.Now()
	run := sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](now),
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
		Kind:       sso.TestLive,
		State:      sso.TestWaiting,
		By:         by,
		Token:      sso.NewSecret().Hash(),
		Revision:   f.conn.Revision,
		Version:    f.conn.Live.Version,
		CreatedAt:  now,
		ExpiresAt:  now.Add(time.Hour),
	}
	f.ok(f.db.CreateTestRun(f.Context(), run))
	run.State, run.EndedAt = sso.TestPassed, now
	_, err := f.db.FinishTestRun(f.Context(), run, "")
	f.ok(err)
}

// appointed signs an admin of the company in.
func (f *fixture) appointed(login string) sso.User {
	f.Helper()
	u, _ := f.signIn(login)
	f.ok(f.db.AddEnterpriseAdmin(f.Context(), admin, f.ent.ID, u.ID))
	return u
}

// switches tries the rule if it should, and switches it on.
func (f *fixture) switches(by sso.Actor, tries bool) error {
	f.Helper()
	if tries {
		_, err := f.TryIdentityRule(f.Context(), by, f.ent.ID)
		f.ok(err)
	}
	on := true
	_, _, err := f.SetIdentityRules(f.Context(), by, f.ent.ID, directory.IdentityRulesEdit{
		Revision:           sso.AnyRevision,
		SameLoginAndDomain: &on,
	})
	return err
}

// state puts the connection into a state.
func (f *fixture) state(s sso.ConnectionState) {
	f.Helper()
	_, err := f.db.UpdateConnection(
		f.Context(), admin, f.ent.ID, f.conn.ID, "connection.changed", func(c sso.Connection) (sso.Connection, error) {
			c.State = s
			return c, nil
		},
	)
	f.ok(err)
}

// TestRuleNeedsTests: an admin of the company passed a test of each connection that is or
// was live before the rule is on. A token of the company cannot switch it on, also while no
// connection is enabled.
func TestRuleNeedsTests(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ada := f.appointed("ada")
		user := sso.Actor(ada.ID)
		company := sso.Token{
			ID:         sso.NewID[sso.TokenID](time.Now()),
			Enterprise: f.ent.ID,
		}.Actor()
		for _, s := range []sso.ConnectionState{sso.ConnectionDisabled, sso.ConnectionEnabled} {
			f.state(s)
			for _, by := range []sso.Actor{company, user} {
				f.refused(string(s)+" "+string(by), f.switches(by, true), "rule_approval_needed", "")
			}
		}
		f.passes(company)
		f.refused("a token that passed", f.switches(company, true), "rule_approval_needed", "")
		f.passes(user)
		f.state(sso.ConnectionDisabled)
		f.ok(f.switches(user, true))
	})
}

// TestRuleNeedsConnection: without a connection that was ever live there is nothing that an
// admin of the company could have tested.
func TestRuleNeedsConnection(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ada := f.appointed("ada")
		f.ok(f.db.DeleteConnection(f.Context(), admin, f.ent.ID, f.conn.ID, func(sso.ConnectionReach) error { return nil }))
		f.refused("an admin", f.switches(sso.Actor(ada.ID), true), "rule_approval_needed", "")
		f.ok(f.switches(admin, true))
	})
}

// TestRuleNeedsOwnTry: the one who switches the rule on has looked at what it would have
// done, an operator too.
func TestRuleNeedsOwnTry(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ada := f.appointed("ada")
		f.passes(sso.Actor(ada.ID))
		_, err := f.TryIdentityRule(t.Context(), admin, f.ent.ID)
		f.ok(err)
		f.refused("the try of an operator", f.switches(sso.Actor(ada.ID), false), "rule_not_tried", "")
		_, err = f.TryIdentityRule(t.Context(), sso.Actor(ada.ID), f.ent.ID)
		f.ok(err)
		f.refused("the try of a user", f.switches(admin, false), "rule_not_tried", "")
		f.ok(f.switches(sso.Actor(ada.ID), false))
	})
}
