package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// The most that one operation may ask the database. A change that needs more is a
// decision: every statement of a sign-in is paid by everyone who waits for one.
const (
	signInStatements = 26
	signInTrips      = 4
	memberStatements = 33
	memberTrips      = 12
)

// costs returns how many statements do sends, and in how many round trips: the least
// of three times, since other work may run.
func (w *world) costs(do func()) (statements, trips int64) {
	w.Helper()
	for n := range 3 {
		w.clock.Move(time.Second)
		before, tripsBefore := w.db.Work()
		do()
		after, tripsAfter := w.db.Work()
		if s := after - before; n == 0 || s < statements {
			statements, trips = s, tripsAfter-tripsBefore
		}
	}
	return statements, trips
}

// testWork: a sign-in of a known user, and a PATCH that adds or removes one member,
// keep to their number of statements and round trips, also in a large group.
func testWork(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	g, all := w.crowd("dev", 60)
	w.record(w.signIn("user0"))
	statements, trips := w.costs(func() { w.record(w.signIn("user0")) })
	t.Logf("a sign-in: %d statements in %d round trips", statements, trips)
	if statements > signInStatements || trips > signInTrips {
		t.Errorf("a sign-in: %d statements in %d round trips", statements, trips)
	}
	one := all[:1]
	statements, trips = w.costs(func() {
		w.pushMembers(g.ID, sso.MemberChange{Remove: one})
		w.pushMembers(g.ID, sso.MemberChange{Add: one})
	})
	t.Logf("two changes of one member: %d statements in %d round trips", statements, trips)
	if statements > 2*memberStatements || trips > 2*memberTrips {
		t.Errorf("two changes of one member: %d statements in %d round trips", statements, trips)
	}
}
