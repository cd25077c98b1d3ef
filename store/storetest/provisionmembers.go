package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
)

func testProvisionedJoinAndLeave(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	w.ok(w.db.AddMember(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, w.accountOf(bob).ID))
	g := w.provisionGroup("ops", ada.ID)
	w.pushMembers(g.ID, sso.MemberChange{Add: []sso.ResourceID{bob.ID}})
	w.same([]string{"app/Members=default", "app/ops=scim"}, w.memberships(w.accountOf(ada).ID))
	w.same([]string{"app/Members=default", "app/ops=manual"}, w.memberships(w.accountOf(bob).ID))
	w.clock.Move(time.Minute)
	w.pushMembers(g.ID, sso.MemberChange{Replace: true})
	w.same([]string{}, w.memberships(w.accountOf(ada).ID))
	w.same([]string{"app/Members=default", "app/ops=manual"}, w.memberships(w.accountOf(bob).ID))
	past, err := w.db.UserMembershipsAt(t.Context(), w.ent.ID, w.accountOf(ada).ID, w.clock.Now().Add(-time.Second))
	w.ok(err)
	if len(past) != 2 {
		t.Errorf("the history has %+v", past)
	}
}

// testProvisionedElsewhere: another pushed group of the same group keeps its members.
func testProvisionedElsewhere(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	ada := w.provisionUser("ada")
	g := w.provisionGroup("ops", ada.ID)
	_, err := w.db.UpdateGroup(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, func(g sso.Group) (sso.Group, error) {
		g.IDPNames = []string{"operations"}
		return g, nil
	})
	w.ok(err)
	w.provisionGroup("operations", ada.ID)
	w.ok(w.db.DeleteProvisionedGroup(t.Context(), w.scimPush(), g.ID))
	w.same([]string{"app/Members=default", "app/ops=scim"}, w.memberships(w.accountOf(ada).ID))
}

// crowd pushes users and a group of all of them.
func (w *world) crowd(group string, n int) (g sso.ProvisionedGroup, all []sso.ResourceID) {
	w.Helper()
	for i := range n {
		all = append(all, w.provisionUser(fmt.Sprintf("user%d", i)).ID)
	}
	return w.provisionGroup(group, all...), all
}

// counts asserts how many members a group has.
func (w *world) counts(group sso.GroupID, want int) {
	w.Helper()
	members, _, err := w.db.GroupMembers(w.Context(), w.ent.ID, group, sso.Page{Limit: 100})
	w.ok(err)
	if len(members) != want {
		w.Errorf("%d members, want %d", len(members), want)
	}
}

func testProvisionedBrake(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	g, all := w.crowd("ops", 30)
	w.clock.Move(2 * time.Hour)
	w.pushMembers(g.ID, sso.MemberChange{Remove: all[:5]})
	ops := w.group["app/ops"].ID
	count := func(want int) {
		t.Helper()
		w.counts(ops, want)
	}
	count(25)
	w.pushMembers(g.ID, sso.MemberChange{Replace: true, Add: all[29:]})
	count(25)
	w.members(g.ID, w.resource(all[29]))
	held, _, err := w.db.HeldSyncs(t.Context(), w.ent.ID, sso.HeldFilter{State: sso.HeldWaiting}, sso.Page{Limit: 100})
	w.ok(err)
	if len(held) != 24 || held[0].Changes.Cause != sso.HeldGroupShare || held[0].Changes.Group != ops {
		t.Fatalf("%d are held: %+v", len(held), held)
	}
	w.pushMembers(g.ID, sso.MemberChange{Add: all[5:7]}) // no longer held
	done, err := w.db.DecideHeldSyncs(t.Context(), by, w.ent.ID, sso.HeldDecision{
		Cause:   sso.HeldGroupShare,
		Approve: true,
	})
	w.ok(err)
	if done.Decided != 22 {
		t.Errorf("decided %+v", done)
	}
	count(3)
	w.pushMembers(g.ID, sso.MemberChange{Remove: all[5:6]}) // allowed for a while
	count(2)
}

func testProvisionedLastAdmin(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	_, err := w.db.UpdateGroup(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, func(g sso.Group) (sso.Group, error) {
		g.Admin = true
		return g, nil
	})
	w.ok(err)
	ada, bob := w.provisionUser("ada"), w.provisionUser("bob")
	g := w.provisionGroup("ops", ada.ID, bob.ID)
	w.pushMembers(g.ID, sso.MemberChange{Remove: []sso.ResourceID{ada.ID}})
	w.same([]string{}, w.memberships(w.accountOf(ada).ID))
	w.pushMembers(g.ID, sso.MemberChange{Remove: []sso.ResourceID{bob.ID}})
	w.same([]string{"app/Members=default", "app/ops=scim"}, w.memberships(w.accountOf(bob).ID))
	held, _, err := w.db.HeldSyncs(t.Context(), w.ent.ID, sso.HeldFilter{Cause: sso.HeldLastAdmin}, sso.Page{})
	w.ok(err)
	if len(held) != 1 || held[0].User != w.accountOf(bob).ID {
		t.Errorf("held: %+v", held)
	}
	// About people the identity provider decides.
	w.setActive(bob, false)
	if w.accountOf(bob).Status != sso.UserDeactivated {
		t.Error("the last admin was not deactivated")
	}
}

func (w *world) createsGroups() {
	w.provision(func(cfg *sso.Config) {
		cfg.SCIM.CreateGroups = sso.CreateGroups{
			Organizations: []sso.OrganizationID{w.orgs["web"].ID},
			Filter:        "^grp_",
			Cap:           2,
		}
	})
}

// created returns the groups that pushes created, by name.
func (w *world) created() map[string]sso.GroupID {
	w.Helper()
	groups, err := w.db.CreatedGroups(w.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	all := map[string]sso.GroupID{}
	for _, g := range groups {
		all[g.Name] = g.ID
	}
	return all
}

func testProvisionedCreation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.createsGroups()
	ada, eve := w.provisionUser("ada"), w.provisionUser("eve")
	w.provisionGroup("grp_a", ada.ID)
	w.provisionGroup("grp_b")
	w.provisionGroup("grp_c") // over the cap
	w.provisionGroup("team")  // not by the filter
	w.provisionGroup("ops")   // there already
	w.same([]string{"grp_a", "grp_b"}, slices.Sorted(maps.Keys(w.created())))
	w.same([]string{"web/Members=default", "web/grp_a=scim"}, w.memberships(w.accountOf(ada).ID))
	w.ok(w.db.AddMember(t.Context(), by, w.ent.ID, w.created()["grp_b"], w.accountOf(eve).ID))
	deleted, kept, err := w.db.UndoCreatedGroups(t.Context(), by, w.ent.ID, w.conn.ID)
	w.ok(err)
	if deleted != 1 || kept != 1 {
		t.Errorf("deleted %d, kept %d", deleted, kept)
	}
	w.same([]string{"grp_b"}, slices.Sorted(maps.Keys(w.created())))
	w.same([]string{}, w.memberships(w.accountOf(ada).ID))
}

// renamed gives a pushed group another name.
func (w *world) renamed(id sso.ResourceID, name string) {
	w.Helper()
	_, _, err := w.db.ChangeProvisionedGroup(
		w.Context(), w.scimPush(), id,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			g.DisplayName = name
			return g, sso.MemberChange{}, nil
		},
	)
	w.ok(err)
}

func testProvisionedCreatedRename(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.createsGroups()
	ada := w.provisionUser("ada")
	g := w.provisionGroup("grp_a", ada.ID)
	w.renamed(g.ID, "grp_x")
	w.same([]string{"grp_x"}, slices.Sorted(maps.Keys(w.created())))
	w.same([]string{"web/Members=default", "web/grp_x=scim"}, w.memberships(w.accountOf(ada).ID))
	w.renamed(g.ID, "dev") // taken, and now it is that group
	w.same(
		[]string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"},
		w.memberships(w.accountOf(ada).ID),
	)
}

func testProvisionedRename(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.provision()
	_, err := w.db.UpdateGroup(t.Context(), by, w.ent.ID, w.group["web/sre"].ID, func(g sso.Group) (sso.Group, error) {
		g.IDPNames = []string{"ops", "operations"}
		return g, nil
	})
	w.ok(err)
	ada := w.provisionUser("ada")
	g := w.provisionGroup("ops", ada.ID) // app/ops by name, web/sre by IdP name
	since := w.clock.Now()
	w.clock.Move(time.Minute)
	w.renamed(g.ID, "operations")
	w.same([]string{"web/Members=default", "web/sre=scim"}, w.memberships(w.accountOf(ada).ID))
	all, err := w.db.UserMemberships(t.Context(), w.ent.ID, w.accountOf(ada).ID)
	w.ok(err)
	for _, m := range all {
		if !m.Membership.Since.Equal(since) {
			t.Errorf("%s since %s", m.Group.Name, m.Membership.Since)
		}
	}
}

// renamedWith gives a pushed group another name, and changes its members.
func (w *world) renamedWith(id sso.ResourceID, name string, members sso.MemberChange) {
	w.Helper()
	_, effect, err := w.db.ChangeProvisionedGroup(
		w.Context(), w.scimPush(), id,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			g.DisplayName = name
			return g, members, nil
		},
	)
	w.ok(err)
	if effect.Added+effect.Removed == 0 {
		w.Error("no member changed")
	}
}

// testProvisionedRenameAndRemove: one request renames a group and removes a member,
// who then is neither in the group of the former name nor in that of the new one.
func testProvisionedRenameAndRemove(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.createsGroups()
	ada, bob, eve := w.provisionUser("ada"), w.provisionUser("bob"), w.provisionUser("eve")
	g := w.provisionGroup("ops", ada.ID, bob.ID)
	w.ok(w.db.AddMember(t.Context(), by, w.ent.ID, w.group["app/ops"].ID, eve.Account))
	dev := []string{"app/Members=default", "app/dev=scim", "web/Members=default", "web/dev=scim"}
	w.renamedWith(g.ID, "dev", sso.MemberChange{Remove: []sso.ResourceID{ada.ID}, Add: []sso.ResourceID{eve.ID}})
	w.same([]string{}, w.memberships(ada.Account))
	w.same(dev, w.memberships(bob.Account))
	w.same(
		[]string{"app/Members=default", "app/dev=scim", "app/ops=manual", "web/Members=default", "web/dev=scim"},
		w.memberships(eve.Account),
	)
	w.renamedWith(g.ID, "grp_new", sso.MemberChange{Replace: true, Add: []sso.ResourceID{ada.ID}}) // which is created
	w.same([]string{"web/Members=default", "web/grp_new=scim"}, w.memberships(ada.Account))
	w.same([]string{}, w.memberships(bob.Account))
	w.renamedWith(g.ID, "grp_newer", sso.MemberChange{Replace: true, Add: []sso.ResourceID{bob.ID}}) // which is renamed
	w.same([]string{}, w.memberships(ada.Account))
	w.same([]string{"web/Members=default", "web/grp_newer=scim"}, w.memberships(bob.Account))
}
