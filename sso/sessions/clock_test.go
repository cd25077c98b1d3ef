package sessions_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestClocksThatDiffer checks that a node whose clock is off accepts sessions
// of another node, and none for longer after its end than the clocks differ.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{
		-10 * time.Minute, -90 * time.Second, 90 * time.Second, 10 * time.Minute,
	} {
		t.Run(off.String(), func(t *testing.T) {
			t.Parallel()
			clock := newClock()
			w := newWorld(t, storetest.SQLite(t), clock.Now)
			there := *w
			there.now = func() time.Time { return clock.Now().Add(off) }
			there.db = storetest.Open(t, w.dsn, w.keys, there.now)
			here, other := w.caching(), there.caching()
			idle, left := w.signIn("ada"), w.signInFor("bob", 24*time.Hour)
			w.alive(here, idle, left)
			w.alive(other, idle, left)

			clock.Move(time.Hour + off.Abs() + time.Second)
			w.over(here, idle)
			w.over(other, idle)
			w.alive(here, left)
			w.alive(other, left)
			clock.Move(7 * time.Hour)
			for _, n := range []*node{here, other, w.caching(), there.caching()} {
				w.over(n, left)
			}
		})
	}
}

// TestClockStepsBack: what was revoked stays so whatever time it is, and what
// is written afterwards follows in the audit trail, though it seems older.
func TestClockStepsBack(t *testing.T) {
	t.Parallel()
	clock := newClock()
	w := newWorld(t, inMemory, clock.Now)
	n, gone, stays := w.caching(), w.signIn("ada"), w.signIn("bob")
	w.alive(n, gone, stays)
	w.ok(w.db.RevokeSession(t.Context(), sso.ActorOperator, w.ent.ID, gone.ID))
	n.Revoked(t.Context())
	clock.Move(-time.Hour)
	later := w.signIn("eve")
	w.over(n, gone)
	w.over(w.caching(), gone)
	w.alive(n, stays, later)
	if _, err := w.db.VerifyAudit(t.Context(), w.ent.ID); err != nil {
		t.Error(err)
	}
	events, _, err := w.db.AuditEvents(
		t.Context(), w.ent.ID, sso.AuditFilter{}, sso.Page{Limit: 100},
	)
	w.ok(err)
	for i := 1; i < len(events); i++ {
		if events[i].Sequence != events[i-1].Sequence-1 {
			t.Errorf(
				"event %d is followed by %d", events[i].Sequence,
				events[i-1].Sequence,
			)
		}
	}
	if newest, revoked := events[0], events[2]; newest.Target != string(later.ID) ||
		revoked.Action != "session.revoked" ||
		!newest.At.Before(revoked.At) {
		t.Errorf(
			"the newest event is %s of %s, before it %s of %s", newest.Action,
			newest.At, revoked.Action, revoked.At,
		)
	}
}
