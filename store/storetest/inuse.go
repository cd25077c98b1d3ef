package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
)

// testInUse looks for the one enterprise in use among more than a page of others, and for a
// sign-in.
func testInUse(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.inUse("an enabled connection", w.ent.ID, false)
	w.enter("grace")
	w.connectionState(sso.ConnectionDisabled)
	w.inUse("a disabled connection", "", false)
	for i := range 60 {
		_, err := w.db.CreateEnterprise(w.Context(), by, sso.Enterprise{Key: fmt.Sprint("empty-", i)})
		w.ok(err)
	}
	w.inUse("many enterprises", "", false)
	w.clock.Move(time.Second) // the order of IDs
	other := addWorld(t, w.db, w.clock, "other")
	w.inUse("one in use behind many", other.ent.ID, false)
	other.failed("idp_denied")
	w.inUse("a failed sign-in", other.ent.ID, false)
	other.enter("ada")
	w.inUse("a sign-in", other.ent.ID, true)
	w.connectionState(sso.ConnectionEnabled)
	w.inUse("two in use", w.ent.ID, true)
}

// inUse asserts the enterprise in use, "" for none, and whether a user has signed in.
func (w *world) inUse(after string, want sso.EnterpriseID, signedIn bool) {
	w.Helper()
	e, ok, err := w.db.EnterpriseInUse(w.Context())
	w.ok(err)
	if e.ID != want || ok != (want != "") {
		w.Errorf("%s: in use is %q, %v", after, e.ID, ok)
	}
	got, err := w.db.AnySignIn(w.Context())
	w.ok(err)
	if got != signedIn {
		w.Errorf("%s: any sign-in: %v", after, got)
	}
}

func (w *world) connectionState(s sso.ConnectionState) {
	w.Helper()
	_, err := w.db.UpdateConnection(
		w.Context(), by, w.ent.ID, w.conn.ID, "connection.updated", func(c sso.Connection) (sso.Connection, error) {
			c.State = s
			return c, nil
		},
	)
	w.ok(err)
}
