package storetest

import (
	"maps"
	"testing"

	"gatehouse/sso"
)

// strangers calls the methods about provisioned resources with the user and the group
// of one connection and the enterprise or connection of another.
type strangers struct {
	foreign
	push sso.Push
}

func (f foreign) provisioned(ent sso.EnterpriseID, conn sso.ConnectionID) strangers {
	return strangers{
		foreign: f,
		push: sso.Push{
			Enterprise: ent,
			Connection: conn,
		},
	}
}

func (s strangers) calls() calls {
	all := s.users()
	maps.Copy(all, s.groups())
	return all
}

// provisioning is the methods about what identity providers provision.
func (f foreign) provisioning() calls {
	all := f.provisioned(f.other.ent.ID, f.w.conn.ID).calls()
	maps.Copy(all, f.provisioningTokens())
	maps.Copy(all, f.ledger())
	maps.Copy(all, f.provisioningReads())
	maps.Copy(all, f.pushedPersons())
	maps.Copy(all, f.expected())
	maps.Copy(all, f.expectations())
	return all
}

func (f foreign) expected() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	conn, group := f.w.conn.ID, f.w.group["web/dev"].ID
	return calls{
		"MembershipReport": func() (int, error) {
			r, err := db.MembershipReport(ctx, ent, conn)
			return len(r.Pushed) + len(r.Refusals) + r.Users + len(r.Members), err
		},
		"MemberClasses": func() (int, error) {
			all, err := db.MemberClasses(ctx, ent, conn, group)
			return len(all), err
		},
		"DriftingMembers": func() (int, error) {
			missing, extra, err := db.DriftingMembers(ctx, ent, conn, group, 10)
			return len(missing) + len(extra), err
		},
		"ReconcileMembers": func() (int, error) {
			_, err := db.ReconcileMembers(ctx, by, ent, conn, group, reconcileAll, agreed)
			return 0, err
		},
		"ApplyAgain": func() (int, error) { return 0, db.ApplyAgain(ctx, by, ent, conn) },
	}
}

func (f foreign) expectations() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	conn := f.w.conn.ID
	return calls{
		"Expectations": func() (int, error) {
			all, err := db.Expectations(ctx, ent, conn)
			return len(all), err
		},
		"SaveExpectation": func() (int, error) {
			_, err := db.SaveExpectation(ctx, by, sso.Expectation{
				Enterprise: ent,
				Connection: conn,
				Group:      "dev",
			})
			return 0, err
		},
		"RemoveExpectation": func() (int, error) {
			return 0, db.RemoveExpectation(ctx, by, ent, conn, "dev")
		},
		"ProvisioningVisits": func() (int, error) {
			all, err := db.ProvisioningVisits(ctx, ent)
			return len(all), err
		},
	}
}

func (s strangers) users() calls {
	ctx, db := s.w.Context(), s.w.db
	ent, conn := s.push.Enterprise, s.push.Connection
	same := func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
		s.w.Error("a change of another connection's user began")
		return u, nil
	}
	return calls{
		"CreateProvisionedUser": func() (int, error) {
			u, err := db.CreateProvisionedUser(ctx, s.push, pushed("push"))
			return count(u.ID == s.pushed.ID), err
		},
		"ChangeProvisionedUser": func() (int, error) {
			before, _, err := db.ChangeProvisionedUser(ctx, s.push, s.pushed.ID, same)
			return count(before.ID != ""), err
		},
		"DeleteProvisionedUser": func() (int, error) {
			return 0, db.DeleteProvisionedUser(ctx, s.push, s.pushed.ID)
		},
		"ProvisionedUser": func() (int, error) {
			u, err := db.ProvisionedUser(ctx, ent, conn, s.pushed.ID)
			return count(u.ID != ""), err
		},
		"ProvisionedUsers": func() (int, error) {
			all, err := db.ProvisionedUsers(ctx, ent, conn, nil, sso.ResourcePage{
				Limit: 10,
				Total: true,
			})
			return having(all.Items, func(u sso.ProvisionedUser) bool { return u.ID == s.pushed.ID }), err
		},
		"ProvisionedUserGroups": func() (int, error) {
			all, err := db.ProvisionedUserGroups(ctx, ent, conn, s.pushed.ID)
			return len(all), err
		},
	}
}

func (s strangers) groups() calls {
	ctx, db := s.w.Context(), s.w.db
	ent, conn := s.push.Enterprise, s.push.Connection
	members := sso.MemberChange{Add: []sso.ResourceID{s.pushed.ID}}
	add := func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
		s.w.Error("a change of another connection's group began")
		return g, members, nil
	}
	return calls{
		"CreateProvisionedGroup": func() (int, error) {
			_, effect, err := db.CreateProvisionedGroup(ctx, s.push, pushedGroup("Pushed"), members)
			return effect.Added, err
		},
		"ChangeProvisionedGroup": func() (int, error) {
			g, _, err := db.ChangeProvisionedGroup(ctx, s.push, s.group.ID, add)
			return count(g.ID != ""), err
		},
		"DeleteProvisionedGroup": func() (int, error) {
			return 0, db.DeleteProvisionedGroup(ctx, s.push, s.group.ID)
		},
		"ProvisionedGroup": func() (int, error) {
			g, err := db.ProvisionedGroup(ctx, ent, conn, s.group.ID)
			return count(g.ID != ""), err
		},
		"ProvisionedGroups": func() (int, error) {
			all, err := db.ProvisionedGroups(ctx, ent, conn, nil, sso.ResourcePage{
				Limit: 10,
				Total: true,
			})
			return having(all.Items, func(g sso.ProvisionedGroup) bool { return g.ID == s.group.ID }), err
		},
		"ProvisionedGroupMembers": func() (int, error) {
			all, err := db.ProvisionedGroupMembers(ctx, ent, conn, s.group.ID, "", 10)
			return len(all), err
		},
	}
}

// testOtherConnection calls every method with the resources of another connection of
// the same enterprise.
func testOtherConnection(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	f := foreign{w: w}
	f.pushed = w.pushUser("push")
	f.group = w.pushGroup("Pushed", f.pushed.ID)
	other := w.connection("Other")
	for name, call := range f.provisioned(w.ent.ID, other.ID).calls() {
		n, err := call()
		switch name {
		case "CreateProvisionedUser", "CreateProvisionedGroup", "ProvisionedUsers", "ProvisionedGroups",
			"ProvisionedUserGroups":
			w.ok(err)
		default:
			w.fails(err, sso.NotFoundKind, "not_found")
		}
		if n != 0 {
			t.Errorf("%s found %d things of another connection", name, n)
		}
	}
	w.members(f.group.ID, f.pushed)
	got, err := w.db.ProvisionedUser(t.Context(), w.ent.ID, w.conn.ID, f.pushed.ID)
	w.ok(err)
	w.same(f.pushed, got)
}
