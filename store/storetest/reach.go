package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// testReach: whom a connection is for, and that a deletion is asked with it.
func testReach(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.same(sso.ConnectionReach{State: sso.ConnectionEnabled}, w.reachOf(w.conn))
	first, second := w.conn, w.connection("Second")
	for _, who := range []string{"ada", "bob", "cy", "dan", "eve", "fay"} {
		w.enter(who)
	}
	gone, _ := w.enter("gone")
	_, err := w.db.UpdateUser(ctx, by, w.ent.ID, gone.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	seen := w.clock.Now()
	w.same(sso.ConnectionReach{
		State:     sso.ConnectionEnabled,
		People:    6,
		Exclusive: 6,
		Active:    6,
		Others:    1,
		Sessions:  6,
		LastSeen:  seen,
		Logins: []string{
			"ada@acme.test", "bob@acme.test", "cy@acme.test", "dan@acme.test",
			"eve@acme.test",
		},
	}, w.reachOf(first))
	w.clock.Move(2 * time.Hour) // the sessions are over
	w.conn = second
	w.enter("zoe")
	w.same(sso.ConnectionReach{
		State:     sso.ConnectionEnabled,
		People:    1,
		Exclusive: 1,
		Active:    7,
		Others:    1,
		Sessions:  1,
		LastSeen:  w.clock.Now(),
		Logins:    []string{"zoe@acme.test"},
	}, w.reachOf(second))
	w.same(0, w.reachOf(first).Sessions)

	w.deletionAsks(first, second)
}

func (w *world) reachOf(c sso.Connection) sso.ConnectionReach {
	w.Helper()
	r, err := w.db.ConnectionReach(w.Context(), w.ent.ID, c.ID)
	w.ok(err)
	return r
}

func (w *world) deletionAsks(first, second sso.Connection) {
	ctx := w.Context()
	before := w.dump()
	no := &sso.Error{
		Kind:   sso.Conflict,
		Code:   "no",
		Public: "No.",
	}
	var asked sso.ConnectionReach
	err := w.db.DeleteConnection(ctx, by, w.ent.ID, first.ID, func(r sso.ConnectionReach) error {
		asked = r
		return no
	})
	w.fails(err, sso.Conflict, "no")
	w.same(before, w.dump())
	w.same(w.reachOf(first), asked)
	w.ok(w.db.DeleteConnection(ctx, by, w.ent.ID, first.ID, func(sso.ConnectionReach) error {
		return nil
	}))
	w.same(0, w.reachOf(second).Others)
}
