package storetest

import (
	"fmt"
	"testing"
	"time"
)

// testNames: what is said, and of how many; and how many are in each group.
func testNames(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	second := w.connection("Second")
	w.enter("ada", "dev", "Elsewhere", "Members")
	out, _ := w.enter("out", "dev")
	in, _ := w.enter("in", "ops")
	w.conn = second
	w.enter("zoe", "dev")
	w.clock.Move(time.Hour)
	w.ok(w.db.RemoveMember(ctx, by, w.ent.ID, w.group["web/dev"].ID, out.ID))
	w.ok(w.db.AddMember(ctx, by, w.ent.ID, w.group["web/dev"].ID, in.ID))
	said, err := w.db.SaidNames(ctx, w.ent.ID)
	w.ok(err)
	w.same("[{Elsewhere 1} {dev 3} {ops 1}]", fmt.Sprint(said))
	all, err := w.db.GroupTallies(ctx, w.ent.ID)
	w.ok(err)
	got := map[string]int{}
	for _, x := range all {
		for name, g := range w.group {
			if g.ID == x.Group.ID {
				got[name] = x.Members
			}
		}
	}
	w.same(map[string]int{
		"web/dev":     3,
		"web/sre":     0,
		"web/Members": 3,
		"app/dev":     3,
		"app/Dev":     0,
		"app/ops":     1,
		"app/Members": 4,
	}, got)
}
