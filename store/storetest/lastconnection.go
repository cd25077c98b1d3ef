package storetest

import (
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// Enforce makes single sign-on the only way in for the enterprise's admins. It
// creates the recovery admin that this needs.
func Enforce(t testing.TB, db *store.DB, ent sso.EnterpriseID) {
	t.Helper()
	ctx, token := t.Context(), sso.NewSecret().Hash()
	_, err := db.CreateInvitation(ctx, by, sso.Invitation{
		Token:     token,
		Recovery:  true,
		ExpiresAt: time.Now().AddDate(1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.AcceptInvitation(ctx, token, sso.Admin{
		Login: "recovery",
		Name:  "Recovery",
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.EnforceSSO(ctx, by, ent, true, "test-1"); err != nil {
		t.Fatal(err)
	}
}

// testLastConnection: while single sign-on is enforced, one connection stays
// enabled, whichever is given up first and however.
func testLastConnection(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.account("olive", true)
	first, second := w.conn.ID, w.connection("Second").ID
	w.ok(w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"))
	for _, order := range [][2]sso.ConnectionID{{first, second}, {second, first}} {
		gone, last := order[0], order[1]
		w.ok(w.setState(gone, sso.ConnectionDisabled))
		before := w.dump()
		w.fails(w.setState(last, sso.ConnectionDisabled), sso.Conflict, "would_lock_out")
		w.fails(w.setState(last, sso.ConnectionDraft), sso.Conflict, "would_lock_out")
		w.fails(w.deleteUnlessEnforced(last), sso.Conflict, "would_lock_out")
		w.same(before, w.dump())
		w.ok(w.setState(gone, sso.ConnectionEnabled))
	}

	w.disableBoth(first, second)

	w.ok(w.db.EnforceSSO(ctx, by, w.ent.ID, false, ""))
	w.ok(w.setState(first, sso.ConnectionDisabled))
	w.ok(w.setState(second, sso.ConnectionDisabled))
	w.fails(
		w.db.EnforceSSO(ctx, by, w.ent.ID, true, "test-1"), sso.Conflict,
		"test_needed",
	)
	w.ok(w.deleteUnlessEnforced(first))
	w.ok(w.deleteUnlessEnforced(second))
}

func (w *world) setState(id sso.ConnectionID, state sso.ConnectionState) error {
	_, err := w.db.UpdateConnection(
		w.Context(),
		by,
		w.ent.ID,
		id,
		"connection."+string(state),
		func(c sso.Connection) (sso.Connection, error) {
			c.State = state
			return c, nil
		},
	)
	return err
}

func (w *world) deleteUnlessEnforced(id sso.ConnectionID) error {
	return w.db.DeleteConnection(
		w.Context(), by, w.ent.ID, id, sso.ConnectionReach.CheckEnforced,
	)
}

func (w *world) disableBoth(first, second sso.ConnectionID) {
	var both [2]error
	var group sync.WaitGroup
	for i, id := range []sso.ConnectionID{first, second} {
		group.Go(func() { both[i] = w.setState(id, sso.ConnectionDisabled) })
	}
	group.Wait()
	if (both[0] == nil) == (both[1] == nil) {
		w.Errorf("two connections were disabled at the same time: %v, %v; want one refused", both[0], both[1])
	}
}
