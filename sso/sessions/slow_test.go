package sessions_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestSlowTransaction revokes in a transaction that takes its number first and is
// committed last: nodes that have read greater numbers meanwhile, and one that
// began to read then, notice it. What others revoked before is not applied again.
func TestSlowTransaction(t *testing.T) {
	t.Parallel()
	clock := newClock()
	w := newWorld(t, storetest.Postgres(t), clock.Now)
	before := w.caching()
	ada, bob, eve := w.signIn("ada"), w.signIn("bob"), w.signIn("eve")
	w.alive(before, ada, bob, eve)
	slow, err := storetest.Raw(t, w.dsn).Begin()
	w.ok(err)
	defer slow.Rollback() //nolint:errcheck // committed below
	_, err = slow.Exec(`insert into revocations (sequence, session_id, user_id, enterprise_id, at)
		select nextval('revocation_numbers'), '', $1, '', 0 from generate_series(1, 3)`, string(ada.User))
	w.ok(err)
	_, err = slow.Exec("delete from sessions where id = $1", string(ada.ID))
	w.ok(err)
	w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, bob.ID))
	before.Revoked(t.Context())
	during := w.caching()
	for _, n := range []*node{before, during} {
		w.over(n, bob)
		w.alive(n, ada, eve)
	}
	clock.Move(20 * time.Second)
	w.ok(slow.Commit())
	for _, n := range []*node{before, during} {
		n.Revoked(t.Context())
		w.over(n, ada)
		w.asks(n, 0, func() { w.alive(n, eve) })
		n.Revoked(t.Context())
		w.asks(n, 0, func() { w.alive(n, eve) })
	}
}
