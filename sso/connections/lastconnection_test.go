package connections_test

import (
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/store/storetest"
)

// TestLastConnectionWhileEnforced: no sequence of changes leaves an enterprise
// that enforces single sign-on without an enabled connection.
func TestLastConnectionWhileEnforced(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	ctx := t.Context()
	first, second := w.live(d), w.live(d)
	draft := w.saml(d)
	storetest.Enforce(t, w.db, w.ent)
	disable := func(id sso.ConnectionID) error {
		_, err := w.Disable(ctx, by, w.ent, id, 0)
		return err
	}
	w.ok(disable(first.ID))
	w.fails(disable(second.ID), sso.Conflict, "would_lock_out")
	w.fails(w.Delete(ctx, by, w.ent, second.ID), sso.Conflict, "would_lock_out")
	w.ok(w.Delete(ctx, by, w.ent, first.ID))
	w.fails(disable(second.ID), sso.Conflict, "would_lock_out")
	w.ok(w.Delete(ctx, by, w.ent, draft.ID))

	_, _, err := w.Edit(ctx, by, w.ent, second.ID, connections.Edit{
		GroupSync: &connections.GroupSyncEdit{Mode: new(sso.SyncAddOnly)},
	})
	w.ok(err)
	_, err = w.Enable(ctx, by, w.ent, second.ID, 0)
	w.ok(err)
	_, err = w.Rollback(ctx, by, w.ent, second.ID, 0)
	w.ok(err)
	_, err = w.DiscardDraft(ctx, by, w.ent, second.ID, 0)
	w.ok(err)
	if c := w.load(second.ID); c.State != sso.ConnectionEnabled || c.Live == nil {
		t.Errorf("state %s, live %v; want an enabled connection", c.State, c.Live)
	}
	w.ok(w.db.EnforceSSO(ctx, by, w.ent, false, ""))
	w.ok(disable(second.ID))
	w.ok(w.Delete(ctx, by, w.ent, second.ID))
}
