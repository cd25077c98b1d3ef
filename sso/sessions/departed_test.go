package sessions_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// departs has an identity provider deactivate the user of a session, and returns the
// request.
func (w *world) departs(s sso.Session, userName string) sso.Push {
	w.Helper()
	_, err := w.db.UpdateConnection(
		w.Context(), sso.ActorOperator, w.ent.ID, w.conn.ID, "connection.updated",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			live.Provisioning = sso.ProvisionSCIM
			c.Live = &live
			return c, nil
		},
	)
	w.ok(err)
	p := sso.Push{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Event:      sso.NewID[sso.ProvisioningEventID](w.now()),
	}
	u := sso.ProvisionedUser{
		UserName: userName,
		Document: []byte(`{"userName":"x"}`),
	}
	_, err = w.db.CreateProvisionedUser(w.Context(), p, u)
	found, is := errors.AsType[*sso.ResourceExistsError](err)
	if !is {
		w.Fatalf("the user is not known: %v", err)
	}
	_, u, err = w.db.ChangeProvisionedUser(
		w.Context(), p, found.ID, func(sso.ProvisionedUser) (sso.ProvisionedUser, error) { return u, nil },
	)
	w.ok(err)
	if u.Account != s.User {
		w.Fatalf("the account is %s, not %s", u.Account, s.User)
	}
	return p
}

// follows waits until a node follows the list of revocations: it does not ask the
// store a second time about a session.
func (w *world) follows(n *node) {
	w.Helper()
	s := w.signIn("bob")
	waitFor(w, func() bool {
		w.alive(n, s)
		before := n.store.loads.Load()
		w.alive(n, s)
		return n.store.loads.Load() == before
	})
}

// TestDepartures: every node that runs confirms that it has forgotten a user whom an
// identity provider took away, and a node that starts afterwards does not.
func TestDepartures(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fresh(t), time.Now)
			for _, node := range []string{"gw-1", "gw-2"} {
				n := w.node(nil)
				n.Node = node
				w.runs(n)
				w.follows(n)
			}
			p := w.departs(w.signIn("ada"), "ada") // inactive: active is not set
			took := w.confirmed(p, 2)
			late := w.node(nil)
			late.Node = "gw-3"
			stop := w.runs(late)
			time.Sleep(2 * time.Second)
			stop() // confirms what it has not confirmed yet
			w.confirmed(p, 2)
			t.Logf("the nodes took %v", took)
		})
	}
}

// confirmed waits until the receipt of a request has a number of nodes, and returns
// how long each took.
func (w *world) confirmed(p sso.Push, nodes int) (took []time.Duration) {
	w.Helper()
	var all []sso.DeprovisionReceipt
	waitFor(w, func() bool {
		var err error
		all, err = w.db.DeprovisionReceipts(w.Context(), w.ent.ID, p.Event)
		w.ok(err)
		return len(all) == 1 && len(all[0].Nodes) >= nodes
	})
	if len(all[0].Nodes) != nodes {
		w.Errorf("the nodes are %+v", all[0].Nodes)
	}
	for _, n := range all[0].Nodes {
		took = append(took, n.Took)
		if n.Took > deadWithin+3*time.Second { // the machine may be busy
			w.Errorf("%s took %s", n.Node, n.Took)
		}
	}
	return took
}

// TestDeparturesLater: what cannot be confirmed is confirmed later, and a node without
// a name confirms nothing.
func TestDeparturesLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory, time.Now)
	n, nameless := w.node(nil), w.node(nil)
	n.Node = "gw-1"
	w.runs(nameless)
	w.runs(n)
	w.follows(n)
	n.store.deaf.Store(true)
	p := w.departs(w.signIn("ada"), "ada")
	waitFor(t, func() bool { return n.store.unconfirmed.Load() >= 2 })
	n.store.deaf.Store(false)
	w.confirmed(p, 1)
}
