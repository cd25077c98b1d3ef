package storetest

import (
	"testing"

	"gatehouse/sso"
)

// testPushedPerson finds what was pushed of a user and of a group, and the receipts
// of a user who was taken away, newest first.
func testPushedPerson(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.provision()
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	account := w.accountOf(ada).ID
	pushed, err := w.db.PushedUsersOf(ctx, w.ent.ID, account)
	w.ok(err)
	w.same([]sso.ProvisionedUser{w.resource(ada.ID)}, pushed)
	departures := func() []sso.DeprovisionReceipt {
		t.Helper()
		all, err := w.db.UserDepartures(ctx, w.ent.ID, account)
		w.ok(err)
		return all
	}
	if all := departures(); len(all) != 0 {
		t.Errorf("got %+v", all)
	}
	w.setActive(bob, false)
	first := w.setActive(ada, false)
	w.clock.Move(1)
	w.setActive(ada, true)
	w.clock.Move(1e9)
	last := w.setActive(ada, false)
	if all := departures(); len(all) != 2 || all[0].Event != last.Event || all[1].Event != first.Event ||
		all[0].User != account {
		t.Errorf("got %+v", all)
	}
	w.pushedGroups(ada)
	w.ok(w.db.DeleteProvisionedUser(ctx, w.scimPush(), ada.ID))
	pushed, err = w.db.PushedUsersOf(ctx, w.ent.ID, account)
	w.ok(err)
	w.same(0, len(pushed))
}

// pushedGroups pushes two groups and finds one of them by its exact name.
func (w *world) pushedGroups(ada sso.ProvisionedUser) {
	w.Helper()
	ctx := w.Context()
	group := w.provisionGroup("Staff", ada.ID)
	w.provisionGroup("others")
	groups, err := w.db.PushedGroupsNamed(ctx, w.ent.ID, "nothing", "Staff")
	w.ok(err)
	if len(groups) != 1 || groups[0].ID != group.ID || groups[0].Members != 1 {
		w.Errorf("got %+v", groups)
	}
	groups, err = w.db.PushedGroupsNamed(ctx, w.ent.ID, "staff")
	w.ok(err)
	w.same(0, len(groups))
}
