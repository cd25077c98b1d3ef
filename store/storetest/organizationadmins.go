package storetest

import (
	"testing"

	"gatehouse/sso"
)

// appoint makes a user an admin of an organization.
func (w *world) appoint(organization string, u sso.User, roles bool) sso.OrganizationAdmin {
	w.Helper()
	a, err := w.db.AddOrganizationAdmin(w.Context(), by, w.ent.ID, w.orgs[organization].ID, u.ID, roles)
	w.ok(err)
	return a
}

// administered returns the keys of the organizations that a user administers, with a plus
// sign if that includes groups with roles.
func (w *world) administered(u sso.User) []string {
	w.Helper()
	all, err := w.db.AdministeredBy(w.Context(), w.ent.ID, u.ID)
	w.ok(err)
	keys := []string{}
	for _, a := range all {
		key := a.Organization.Key
		if a.Roles {
			key += "+"
		}
		keys = append(keys, key)
	}
	return keys
}

func testOrganizationAdmins(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "other")
	ada, _ := w.enter("ada", "dev")
	bob, _ := w.enter("bob", "ops")
	w.same([]string{}, w.administered(ada))
	a := w.appoint("web", ada, false)
	if a.User.ID != ada.ID || a.Organization.Key != "web" || a.CreatedBy != by || a.CreatedAt.IsZero() {
		t.Errorf("got %+v", a)
	}
	w.appoint("app", ada, true)
	w.appoint("web", bob, false)
	w.same([]string{"app+", "web"}, w.administered(ada))
	w.appoint("web", ada, true)
	w.same([]string{"app+", "web+"}, w.administered(ada))
	w.appoint("web", ada, true) // changes nothing
	w.same([]string{
		"organization_admin.added", "organization_admin.added", "organization_admin.added", "organization_admin.added",
	}, w.actions(4))
	w.administers(other, ada, false)
	w.listsAdmins("", 3)
	w.listsAdmins(w.orgs["web"].ID, 2)
	w.hidesAppointments(other, ada)
	w.removesAppointments(ada)
}

// hidesAppointments asserts that an enterprise reads no appointments of another one, and
// appoints no admins there.
func (w *world) hidesAppointments(other *world, ada sso.User) {
	w.Helper()
	ctx := w.Context()
	_, _, err := other.db.OrganizationAdmins(ctx, other.ent.ID, w.orgs["web"].ID, sso.Page{})
	w.fails(err, sso.NotFoundKind, "not_found")
	_, err = w.db.AddOrganizationAdmin(ctx, by, w.ent.ID, other.orgs["web"].ID, ada.ID, false)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// removesAppointments asserts that an appointment ends once, and with its organization.
func (w *world) removesAppointments(ada sso.User) {
	w.Helper()
	ctx := w.Context()
	remove := func(organization string) error {
		return w.db.RemoveOrganizationAdmin(ctx, by, w.ent.ID, w.orgs[organization].ID, ada.ID)
	}
	w.ok(remove("app"))
	w.fails(remove("app"), sso.NotFoundKind, "not_found")
	w.same([]string{"web+"}, w.administered(ada))
	w.ok(w.db.DeleteOrganization(ctx, by, w.ent.ID, w.orgs["web"].ID))
	w.same([]string{}, w.administered(ada))
}

// listsAdmins reads the appointments of an organization, one a page.
func (w *world) listsAdmins(organization sso.OrganizationID, want int) {
	w.Helper()
	seen, page := map[string]bool{}, sso.Page{Limit: 1}
	for {
		some, next, err := w.db.OrganizationAdmins(w.Context(), w.ent.ID, organization, page)
		w.ok(err)
		for _, a := range some {
			seen[string(a.Organization.ID)+string(a.User.ID)] = true
		}
		if page.Cursor = next; next == "" {
			break
		}
	}
	if len(seen) != want {
		w.Errorf("%d appointments are listed, want %d", len(seen), want)
	}
}

// testAppointmentsEnd: an appointment ends with the access of the user, and does not come
// back with it.
func testAppointmentsEnd(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada, _ := w.enter("ada", "dev")
	w.appoint("web", ada, false)
	w.setUserStatus(ada, sso.UserDeactivated)
	w.same([]string{}, w.administered(ada))
	_, err := w.db.AddOrganizationAdmin(ctx, by, w.ent.ID, w.orgs["web"].ID, ada.ID, false)
	w.fails(err, sso.Conflict, "user_inactive")
	w.setUserStatus(ada, sso.UserActive)
	w.same([]string{}, w.administered(ada))
	w.listsAdmins("", 0)

	w.mergeEndsAppointments(ada)

	w.appoint("web", ada, false)
	w.setUserStatus(ada, sso.UserDeactivated)
	_, err = w.db.EraseUser(ctx, by, w.ent.ID, ada.ID)
	w.ok(err)
	w.listsAdmins("", 0)
}

// mergeEndsAppointments asserts that the appointments of a user who is merged end, and do
// not come back when that is undone.
func (w *world) mergeEndsAppointments(ada sso.User) {
	w.Helper()
	ctx := w.Context()
	bob, _ := w.enter("bob", "dev")
	w.appoint("web", bob, false)
	w.appoint("app", bob, false)
	m, err := w.db.MergeUsers(ctx, by, w.ent.ID, bob.ID, ada.ID)
	w.ok(err)
	w.same([]string{}, w.administered(ada))
	w.same([]string{}, w.administered(bob))
	_, err = w.db.AddOrganizationAdmin(ctx, by, w.ent.ID, w.orgs["web"].ID, bob.ID, false)
	w.fails(err, sso.Conflict, "user_merged")
	_, err = w.db.UndoMerge(ctx, by, w.ent.ID, m.ID)
	w.ok(err)
	w.same([]string{}, w.administered(bob))
}

// groupReach returns the facts by which an actor may add a user to a group, without adding
// them.
func (w *world) groupReach(actor sso.Actor, group string, user sso.User) (r sso.Reach) {
	w.Helper()
	err := w.db.AddMember(w.Context(), actor, w.ent.ID, w.group[group].ID, user.ID, func(facts sso.Reach) error {
		r = facts
		return sso.NothingHere()
	})
	w.fails(err, sso.NotFoundKind, "not_found")
	return r
}

// sameReach compares what an actor may do, whatever the group is.
func (w *world) sameReach(what string, got, want sso.Reach) {
	w.Helper()
	got.Group = sso.Group{}
	got.Asserted, got.Synced = false, false
	if got.Company != want.Company || got.Appointed != want.Appointed ||
		got.Roles != want.Roles || got.Inside != want.Inside {
		w.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

// testReachOfChanges: the facts by which a change is refused are those of its transaction.
func testReachOfChanges(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada, _ := w.enter("ada", "dev")
	bob, _ := w.enter("bob", "ops")
	eve, _ := w.enter("eve", "ops")
	w.ok(w.db.AddEnterpriseAdmin(ctx, by, w.ent.ID, eve.ID))
	w.appoint("web", ada, true)
	w.reachOfAppointed(ada, bob)
	w.reachOfCompany(eve, ada)
	w.reachedGroups(ada)
	w.setUserStatus(ada, sso.UserDeactivated)
	w.sameReach("a deactivated admin", w.groupReach(sso.Actor(ada.ID), "web/sre", ada), sso.Reach{Inside: true})
}

// reachOfAppointed asserts what an admin of an organization may do, and one of none.
func (w *world) reachOfAppointed(ada, bob sso.User) {
	w.Helper()
	w.sameReach("the admin of the organization", w.groupReach(sso.Actor(ada.ID), "web/sre", ada), sso.Reach{
		Appointed: true,
		Roles:     true,
		Inside:    true,
	})
	w.sameReach("of another organization", w.groupReach(sso.Actor(ada.ID), "app/ops", bob), sso.Reach{Inside: true})
	w.sameReach("about a user outside", w.groupReach(sso.Actor(ada.ID), "web/sre", bob), sso.Reach{
		Appointed: true,
		Roles:     true,
	})
	w.sameReach("a user who administers nothing", w.groupReach(sso.Actor(bob.ID), "web/sre", ada), sso.Reach{
		Inside: true,
	})
}

// reachOfCompany asserts what an admin of the company and an operator may do.
func (w *world) reachOfCompany(eve, ada sso.User) {
	w.Helper()
	w.sameReach("an admin of the company", w.groupReach(sso.Actor(eve.ID), "web/sre", ada), sso.Reach{
		Company: true,
		Inside:  true,
	})
	w.sameReach("an operator", w.groupReach("adm-1", "web/sre", ada), sso.Reach{
		Company: true,
		Inside:  true,
	})
}

// reachedGroups asserts that the facts say whether the identity provider fills the group.
func (w *world) reachedGroups(ada sso.User) {
	w.Helper()
	if r := w.groupReach("adm-1", "web/dev", ada); !r.Synced || !r.Asserted || r.Group.ID != w.group["web/dev"].ID {
		w.Errorf("a group of the identity provider: %+v", r)
	}
	if r := w.groupReach("adm-1", "web/sre", ada); r.Synced || r.Asserted {
		w.Errorf("a group without members: %+v", r)
	}
}
