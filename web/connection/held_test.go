package connection_test

import (
	"net/url"
	"testing"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestHeld decides about two syncs that were held: one is discarded, which
// leaves the person where they are, and one approved, which does what was shown.
func TestHeld(t *testing.T) {
	f := newFixture(t)
	const list = "/admin/enterprises/acme/held"
	org, err := f.db.CreateOrganization(
		t.Context(), sso.ActorOperator,
		sso.Organization{
			Enterprise: f.ent.ID,
			Key:        "web",
			Name:       "Web",
		},
	)
	f.ok(err)
	admins, err := f.db.CreateGroup(
		t.Context(), sso.ActorOperator, f.ent.ID,
		sso.Group{
			Organization: org.ID,
			Name:         "admins",
			Admin:        true,
		},
	)
	f.ok(err)
	f.ok(f.db.AddMember(
		t.Context(), sso.ActorOperator, f.ent.ID, admins.ID, f.ada.ID,
	))
	f.told = 0
	f.says(200, "GET", list, nil)

	first := f.enterAs(storetest.Held(saidNowhere(), admins), saidNowhere())
	f.says(
		200, "GET", list, nil, "Ada Lovelace", "waits", "admins",
		"The admin groups may then be empty",
	)
	f.says(
		200, "GET", list, nil, "By cause", "the last admin would be removed",
		"1 person waits", "Approve all",
	)
	f.says(200, "GET", "/admin/enterprises/acme/connections", nil, "Look at them")
	f.says(
		303, "POST", list+"/"+string(first.Held)+"/discard", nil, "?done=discarded",
	)
	f.in(admins.ID, true)
	f.says(422, "POST", list+"/"+string(first.Held)+"/approve", nil, "decided")
	f.in(admins.ID, true)

	third := f.enterAs(storetest.Held(saidNowhere(), admins), saidNowhere())
	of := func(through sso.HeldSyncID) url.Values {
		return url.Values{
			"cause":      {"last_admin"},
			"connection": {string(f.conn.ID)},
			"through":    {string(through)},
		}
	}
	f.says(404, "POST", list+"/approve", url.Values{"cause": {"last_admin"}})
	f.says(303, "POST", list+"/discard", of(first.Held), "?done=all-discarded")
	f.says(200, "GET", list, nil, "1 person waits")
	f.says(303, "POST", list+"/discard", of(third.Held), "?done=all-discarded")
	f.says(
		200, "GET", list+"?done=all-discarded", nil, "No group syncs are held",
		"Memberships stay as they are",
	)
	f.in(admins.ID, true)

	second := f.enterAs(storetest.Held(saidNowhere(), admins), saidNowhere())
	if f.told != 0 { // a discarded sync leaves the memberships as they are
		t.Errorf("the nodes were told %d times although nothing changed", f.told)
	}
	f.says(
		303, "POST", list+"/"+string(second.Held)+"/approve", nil, "?done=approved",
	)
	f.in(admins.ID, false)
	f.says(
		200, "GET", list+"?state=decided", nil, "approved by you",
		"discarded by you",
	)
	if f.told != 1 {
		t.Errorf("the nodes were told %d times", f.told)
	}
}

// in reports whether Ada is in a group.
func (f *fixture) in(group sso.GroupID, want bool) {
	f.Helper()
	all, err := f.db.UserMemberships(f.Context(), f.ent.ID, f.ada.ID)
	f.ok(err)
	got := false
	for _, m := range all {
		got = got || m.Group.ID == group
	}
	if got != want {
		f.Errorf("she is in the group: %t, want %t", got, want)
	}
}
