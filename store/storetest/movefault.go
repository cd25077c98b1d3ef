package storetest

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// testMoveFails: a move goes on after an error in each of its steps. Until it is ready,
// sign-ins at the new connection are what they were, and then every entry is there
// once.
func testMoveFails(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	const people = 1203
	Fill(t, w.dsn, w.ent.ID, w.orgs["web"].ID, people*20)
	Bind(t, w.dsn, w.ent.ID, w.conn.ID)
	from := w.target()
	m := w.move(from.ID, sso.MoveByLogin)
	for name, fault := range map[string][3]string{
		"an entry":         {"insert", "move_entries", "new.user_id > 'user-filled-5'"},
		"the mark of step": {"update", "moves", "new.after <> ''"},
		"ready":            {"update", "moves", "new.state = 'ready'"},
		"the audit":        {"insert", "audit_events", "new.action = 'move.ready'"},
	} {
		w.write("delete from move_entries")
		w.unready(m)
		repair := w.broken(fault[0], fault[1], fault[2])
		for range 2 {
			if err := w.db.ApplyMoves(t.Context()); err == nil {
				t.Errorf("%s: the fault does nothing", name)
			}
			if now, err := w.db.Move(t.Context(), w.ent.ID, m.ID); err != nil || now.State != sso.MoveCollecting {
				t.Errorf("%s: the move is %+v (%v)", name, now, err)
			}
		}
		repair()
		w.ok(w.db.ApplyMoves(t.Context()))
		now, err := w.db.Move(t.Context(), w.ent.ID, m.ID)
		w.ok(err)
		w.same(sso.MoveReady, now.State)
		w.same(sso.MoveCounts{Waiting: people}, now.Counts)
	}
	w.chainHolds()
}

// broken lets the database refuse some changes of a table, until the function that it
// returns is called.
func (w *world) broken(event, table, when string) (repair func()) {
	w.Helper()
	if !strings.HasPrefix(w.dsn, "postgres") {
		w.write("create trigger broken before " + event + " on " + table + " when " + when +
			" begin select raise(abort, 'broken'); end")
		return func() { w.write("drop trigger broken") }
	}
	w.write("create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$")
	w.write("create trigger broken before " + event + " on " + table + " for each row when (" + when +
		") execute function broken()")
	return func() {
		w.write("drop trigger broken on " + table)
		w.write("drop function broken()")
	}
}
