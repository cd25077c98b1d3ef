package storetest

import (
	"fmt"
	"testing"

	"gatehouse/sso"
)

// testEmptiedTables fills tables that were empty when the database counted their rows:
// PostgreSQL then expects no rows in them until it counts again, however many there
// are. No statement may read all members for each member.
func testEmptiedTables(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision(func(cfg *sso.Config) { cfg.Brake.Off = true })
	const members = 10_000
	FillProvisioned(t, w.dsn, w.ent.ID, w.conn.ID, Provisioned{
		Users:   members,
		Applied: true,
	})
	all := make([]sso.ResourceID, members)
	for i := range all {
		all[i] = sso.ResourceID(fmt.Sprintf("user-%06d", i+1))
	}
	g := w.provisionGroup("ops", all...)
	w.pushMembers(g.ID, sso.MemberChange{Remove: all})
	w.emptied("memberships", "membership_history", "provisioned_members")

	change := func(name string, c sso.MemberChange) {
		t.Helper()
		read := w.rowsRead(func() { w.pushMembers(g.ID, c) })
		if read > 100*members {
			t.Errorf("%d members are %s: %d rows are read", members, name, read)
		}
	}
	change("added", sso.MemberChange{Add: all})
	change("replaced by half", sso.MemberChange{
		Replace: true,
		Add:     all[:members/2],
	})
	change("removed", sso.MemberChange{Remove: all})
	w.counts(w.group["app/ops"].ID, 0)
}

// emptied deletes all rows of tables. PostgreSQL counts them then and keeps their pages,
// as it does by itself while a transaction fills them again.
func (w *world) emptied(tables ...string) {
	w.Helper()
	raw := Raw(w, w.dsn)
	for _, table := range tables {
		_, err := raw.Exec("delete from " + table)
		w.ok(err)
	}
	for _, table := range tables {
		if w.onPostgres() {
			_, err := raw.Exec("vacuum (truncate false, analyze) " + table)
			w.ok(err)
		}
	}
}

// rowsRead returns how many rows and entries of indexes PostgreSQL read while do ran; 0
// on SQLite, which does not count them.
func (w *world) rowsRead(do func()) (n int64) {
	w.Helper()
	if !w.onPostgres() {
		do()
		return 0
	}
	before := w.rowsReadSoFar()
	// A connection reports what it read when it is closed.
	used := w.db
	w.db = Open(w, w.dsn, w.keys, w.clock.Now)
	do()
	w.ok(w.db.Close())
	w.db = used
	return w.rowsReadSoFar() - before
}

func (w *world) rowsReadSoFar() (n int64) {
	w.Helper()
	err := Raw(w, w.dsn).QueryRow(`select
		(select coalesce(sum(idx_tup_read), 0) from pg_stat_user_indexes where schemaname = current_schema())
		+ (select coalesce(sum(seq_tup_read), 0) from pg_stat_user_tables where schemaname = current_schema())`,
	).Scan(&n)
	w.ok(err)
	return n
}
