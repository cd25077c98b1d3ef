package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// testProvisionedRows: a list of 10,000 members with one changed writes two of them,
// and what follows from these two.
func testProvisionedRows(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision(func(cfg *sso.Config) { cfg.Brake.Off = true })
	_, err := w.db.CreateGroup(t.Context(), by, w.ent.ID, sso.Group{
		Organization: w.orgs["app"].ID,
		Name:         "Group 1",
	})
	w.ok(err)
	const members = 10_000
	FillProvisioned(t, w.dsn, w.ent.ID, w.conn.ID, Provisioned{
		Users:   members + 1,
		Groups:  1,
		Members: members,
		Applied: true,
	})
	var list []sso.ResourceID
	for i := range members + 1 {
		if i != 100 { // one of the members; the user at position 8 is none yet
			list = append(list, sso.ResourceID(fmt.Sprintf("user-%06d", i+1)))
		}
	}
	written := w.countWritten("provisioned_members", "provisioned_groups", "memberships", "membership_history")
	w.pushMembers("idpgroup-000001", sso.MemberChange{
		Replace: true,
		Add:     list,
	})
	w.same(map[string]int{
		"provisioned_members": 2,
		"provisioned_groups":  1,
		"memberships":         4, // each with the default group
		"membership_history":  4,
	}, written())
	w.pushMembers("idpgroup-000001", sso.MemberChange{
		Replace: true,
		Add:     list,
	})
	w.same(2, written()["provisioned_members"])
}

// countWritten makes the database count the rows that are written to tables.
func (w *world) countWritten(tables ...string) (written func() map[string]int) {
	w.Helper()
	raw := Raw(w, w.dsn)
	exec := func(text string) {
		w.Helper()
		_, err := raw.Exec(text)
		w.ok(err)
	}
	exec("create table written (name text not null)")
	for _, table := range tables {
		if strings.HasPrefix(w.dsn, "sqlite:") {
			for _, event := range []string{"insert", "update", "delete"} {
				exec(fmt.Sprintf("create trigger written_%[1]s_%[2]s after %[2]s on %[1]s begin "+
					"insert into written values ('%[1]s'); end", table, event))
			}
			continue
		}
		exec(fmt.Sprintf("create function note_%[1]s() returns trigger language plpgsql as "+
			"$$ begin insert into written values ('%[1]s'); return null; end $$", table))
		exec(fmt.Sprintf("create trigger written_%[1]s after insert or update or delete on %[1]s "+
			"for each row execute function note_%[1]s()", table))
	}
	return func() map[string]int {
		rows, err := raw.Query("select name, count(*) from written group by name")
		w.ok(err)
		defer func() { _ = rows.Close() }()
		counts := map[string]int{}
		for rows.Next() {
			var name string
			var n int
			w.ok(rows.Scan(&name, &n))
			counts[name] = n
		}
		w.ok(rows.Err())
		return counts
	}
}

// testProvisionedFull: a connection that has had as many users and groups as it may
// gets no more. Those that are there are changed as before.
func testProvisionedFull(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	w.ok(w.db.DeleteProvisionedUser(t.Context(), w.scimPush(), w.provisionUser("ada").ID))
	bob := w.provisionUser("bob")
	var err error
	w.db, err = store.Open(t.Context(), store.Options{
		DSN:          w.dsn,
		Keys:         w.keys,
		Now:          w.clock.Now,
		MaxResources: 2,
	})
	w.ok(err)
	t.Cleanup(func() { w.ok(w.db.Close()) })
	_, err = w.db.CreateProvisionedUser(t.Context(), w.scimPush(), pushed("eve"))
	w.fails(err, sso.Forbidden, "scim_full")
	_, _, err = w.db.CreateProvisionedGroup(t.Context(), w.scimPush(), pushedGroup("dev"), sso.MemberChange{})
	w.fails(err, sso.Forbidden, "scim_full")
	w.setActive(bob, false)
	if w.accountOf(bob).Status != sso.UserDeactivated {
		t.Error("a user who was there cannot be deactivated")
	}
}

// testProvisionedMany: 10,000 members join and leave in one request each, also where
// the database knows nothing about the tables yet. A statement that compares each of
// them with each row takes longer than a request may.
func testProvisionedMany(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
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
	count := func(want int) {
		t.Helper()
		n := 0
		err := Raw(t, w.dsn).QueryRow(
			"select count(*) from memberships where group_id = $1", string(w.group["app/ops"].ID),
		).Scan(&n)
		if err != nil || n != want {
			t.Fatalf("%d memberships, want %d, %v", n, want, err)
		}
	}
	count(members)
	w.clock.Move(2 * time.Hour)
	w.provision(func(cfg *sso.Config) { cfg.Brake.Off = true })
	w.pushMembers(g.ID, sso.MemberChange{Remove: all})
	count(0)
	w.pushMembers(g.ID, sso.MemberChange{Add: all})
	count(members)
}
