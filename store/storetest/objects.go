package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
)

func testEnterprises(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	got, err := w.db.Enterprise(ctx, w.ent.ID)
	w.ok(err)
	w.same(w.ent, got)
	got, err = w.db.EnterpriseByKey(ctx, "acme")
	w.ok(err)
	w.same(w.ent, got)
	_, err = w.db.EnterpriseByKey(ctx, "Acme")
	w.fails(err, sso.NotFoundKind, "not_found")
	_, err = w.db.CreateEnterprise(ctx, by, sso.Enterprise{Key: "acme"})
	w.fails(err, sso.Conflict, "key_taken")
	w.clock.Move(time.Second)
	other := addWorld(t, w.db, w.clock, "other")
	_, err = w.db.UpdateEnterprise(ctx, by, other.ent.ID, func(e sso.Enterprise) (sso.Enterprise, error) {
		e.Key = "acme"
		return e, nil
	})
	w.fails(err, sso.Conflict, "key_taken")
	changed := w.changeEnterprise()
	w.refuseEnterpriseChange()
	all, _, err := w.db.Enterprises(ctx, sso.Page{})
	w.ok(err)
	w.same([]sso.Enterprise{changed, other.ent}, all)
	w.arriving(changed, other.ent)
	w.ok(w.db.DeleteEnterprise(ctx, by, other.ent.ID))
	w.fails(
		w.db.DeleteEnterprise(ctx, by, other.ent.ID), sso.NotFoundKind, "not_found",
	)
}

func (w *world) changeEnterprise() sso.Enterprise {
	ctx := w.Context()
	events := w.chainHolds()
	changed, err := w.db.UpdateEnterprise(ctx, by, w.ent.ID, func(e sso.Enterprise) (sso.Enterprise, error) {
		return sso.Enterprise{
			ID:   "ent-x",
			Key:  "new",
			Name: "New",

			DefaultApplication: "app-wiki",
		}, nil
	})
	w.ok(err)
	w.same(sso.Enterprise{
		ID:        w.ent.ID,
		Key:       "new",
		Name:      "New",
		CreatedAt: w.ent.CreatedAt,

		DefaultApplication: "app-wiki",
	}, changed)
	_, err = w.db.UpdateEnterprise(ctx, by, w.ent.ID, func(e sso.Enterprise) (sso.Enterprise, error) {
		return e, nil
	})
	w.ok(err)
	if n := w.chainHolds(); n != events+1 {
		w.Errorf("%d events for one change and one that changes nothing; want 1", n-events)
	}
	return changed
}

// arriving finds the enterprises of a default application: one that has it, and one that
// gets it.
func (w *world) arriving(has, gets sso.Enterprise) {
	ctx := w.Context()
	none, next, err := w.db.EnterprisesArriving(ctx, "app-other", sso.Page{})
	w.ok(err)
	w.same(0, len(none)+len(next))
	gets, err = w.db.UpdateEnterprise(ctx, by, gets.ID, func(e sso.Enterprise) (sso.Enterprise, error) {
		e.DefaultApplication = has.DefaultApplication
		return e, nil
	})
	w.ok(err)
	first, next, err := w.db.EnterprisesArriving(ctx, has.DefaultApplication, sso.Page{Limit: 1})
	w.ok(err)
	second, last, err := w.db.EnterprisesArriving(ctx, has.DefaultApplication, sso.Page{Cursor: next})
	w.ok(err)
	w.same([]sso.Enterprise{has, gets}, append(first, second...))
	w.same("", last)
}

func (w *world) refuseEnterpriseChange() {
	ctx := w.Context()
	var err error
	refused := errors.New("refused")
	if _, err = w.db.UpdateEnterprise(ctx, by, w.ent.ID, func(e sso.Enterprise) (sso.Enterprise, error) {
		return e, refused
	}); !errors.Is(err, refused) {
		w.Errorf("got %v", err)
	}
}

func testOrganizations(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	web := w.orgs["web"]
	got, err := w.db.Organization(ctx, w.ent.ID, web.ID)
	w.ok(err)
	w.same(web, got)
	if g := w.group["web/Members"]; !g.Default ||
		g.Name != sso.DefaultGroupName ||
		g.Organization != web.ID {
		t.Errorf("the default group is %+v", g)
	}
	w.refuseOrganizations()
	addWorld(t, w.db, w.clock, "other") // has the same keys
	_, err = w.db.UpdateOrganization(
		ctx, by, w.ent.ID, web.ID,
		func(o sso.Organization) (sso.Organization, error) {
			o.Key = "app"
			return o, nil
		},
	)
	w.fails(err, sso.Conflict, "key_taken")
	w.renameOrganization(web)
	u, _ := w.enter("ada", "dev")
	w.ok(w.db.DeleteOrganization(ctx, by, w.ent.ID, web.ID))
	w.in(u.ID, "app/Members=default", "app/dev=jit")
	w.fails(
		w.db.DeleteOrganization(ctx, by, w.ent.ID, web.ID), sso.NotFoundKind,
		"not_found",
	)
}

func (w *world) refuseOrganizations() {
	ctx := w.Context()
	_, err := w.db.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: w.ent.ID,
		Key:        "web",
	})
	w.fails(err, sso.Conflict, "key_taken")
	_, err = w.db.CreateOrganization(ctx, by, sso.Organization{
		Enterprise: "ent-unknown",
		Key:        "web",
	})
	w.fails(err, sso.NotFoundKind, "not_found")
}

func (w *world) renameOrganization(web sso.Organization) {
	ctx := w.Context()
	changed, err := w.db.UpdateOrganization(
		ctx,
		by,
		w.ent.ID,
		web.ID,
		func(o sso.Organization) (sso.Organization, error) {
			o.Name = "Web"
			return o, nil
		},
	)
	w.ok(err)
	all, _, err := w.db.Organizations(ctx, w.ent.ID, sso.Page{})
	w.ok(err)
	if len(all) != 2 ||
		!slices.Contains(all, changed) ||
		changed.Name != "Web" {
		w.Errorf("got %+v", all)
	}
}

func testGroups(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	web := w.orgs["web"].ID
	for _, name := range []string{"dev", sso.DefaultGroupName} {
		_, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
			Organization: web,
			Name:         name,
			Default:      true,
		})
		w.fails(err, sso.Conflict, "name_taken")
	}
	g, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: web,
		Name:         "DEV",
		Default:      true,
	})
	w.ok(err)
	if g.Default {
		t.Error("a second default group was made")
	}
	rename := func(to string) func(sso.Group) (sso.Group, error) {
		return func(g sso.Group) (sso.Group, error) {
			g.Name = to
			return g, nil
		}
	}
	_, err = w.db.UpdateGroup(ctx, by, w.ent.ID, g.ID, rename("dev"))
	w.fails(err, sso.Conflict, "name_taken")
	_, err = w.db.UpdateGroup(
		ctx, by, w.ent.ID, w.group["web/Members"].ID, rename("x"),
	)
	w.fails(err, sso.Conflict, "default_group")
	w.fails(
		w.db.DeleteGroup(ctx, by, w.ent.ID, w.group["web/Members"].ID),
		sso.Conflict,
		"default_group",
	)
	g, err = w.db.UpdateGroup(ctx, by, w.ent.ID, g.ID, rename("Développement 開発"))
	w.ok(err)
	w.enter("ada", "dev")
	w.enter("bob", "dev", "sre")
	w.groupsFiltered(web, g)
}

func (w *world) groupsFiltered(web sso.OrganizationID, g sso.Group) {
	ctx := w.Context()
	for name, c := range map[string]struct {
		filter sso.GroupFilter
		want   map[string]int
	}{
		"name": {
			sso.GroupFilter{Name: "dev"},
			map[string]int{
				"dev app": 2,
				"dev web": 2,
			},
		},
		"case": {sso.GroupFilter{Name: "Dev"}, map[string]int{"Dev app": 0}},
		"organization": {
			sso.GroupFilter{Organization: web},
			map[string]int{
				"Members web":   2,
				"dev web":       2,
				"sre web":       1,
				g.Name + " web": 0,
			},
		},
		"both": {
			sso.GroupFilter{
				Organization: web,
				Name:         "sre",
			},
			map[string]int{"sre web": 1},
		},
		"neither wildcard": {sso.GroupFilter{Name: "de%"}, map[string]int{}},
	} {
		groups, _, err := w.db.Groups(ctx, w.ent.ID, c.filter, sso.Page{})
		w.ok(err)
		got := map[string]int{}
		for _, g := range groups {
			org := "app"
			if g.Group.Organization == web {
				org = "web"
			}
			got[g.Group.Name+" "+org] = g.Members
		}
		if len(got) != len(c.want) {
			w.Errorf("%s: %v; want %v", name, got, c.want)
		}
		w.same(c.want, got)
	}
}

func testManualMembers(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u, _ := w.enter("ada")
	dev, sre, members := w.group["web/dev"].ID, w.group["web/sre"].ID, w.group["web/Members"].ID
	w.addMember(u, dev)
	w.in(u.ID, "web/Members=default", "web/dev=manual")
	events := w.chainHolds()
	w.addMember(u, dev)
	if w.chainHolds() != events {
		t.Error("adding somebody again is told as a change")
	}
	w.addMember(u, sre)
	w.removeMember(u, dev)
	w.in(u.ID, "web/Members=default", "web/sre=manual")
	w.fails(
		w.db.RemoveMember(ctx, by, w.ent.ID, members, u.ID), sso.Conflict,
		"default_group",
	)
	w.removeMember(u, sre)
	w.in(u.ID)
	w.fails(
		w.db.RemoveMember(ctx, by, w.ent.ID, sre, u.ID), sso.NotFoundKind,
		"not_found",
	)
	w.addMember(u, members) // in the organization without any group of it
	w.addMember(u, dev)
	w.removeMember(u, dev)
	w.in(u.ID, "web/Members=manual")
	w.removeMember(u, members)
	w.addMember(u, dev)
	w.addMember(u, members) // stays when the last group goes
	w.in(u.ID, "web/Members=manual", "web/dev=manual")
	w.removeMember(u, dev)
	w.in(u.ID, "web/Members=manual")
	w.manualMember(u, dev, members)
}

func (w *world) addMember(u sso.User, g sso.GroupID) {
	w.Helper()
	w.ok(w.db.AddMember(w.Context(), by, w.ent.ID, g, u.ID))
}

func (w *world) removeMember(u sso.User, g sso.GroupID) {
	w.Helper()
	w.ok(w.db.RemoveMember(w.Context(), by, w.ent.ID, g, u.ID))
}

func (w *world) manualMember(u sso.User, dev, members sso.GroupID) {
	ctx := w.Context()
	got, _, err := w.db.GroupMembers(ctx, w.ent.ID, members, sso.Page{})
	w.ok(err)
	w.same([]sso.Member{{
		User: u,
		Membership: sso.Membership{
			Group:  members,
			User:   u.ID,
			Source: sso.SourceManual,
			Since:  w.clock.Now(),
			Cause:  string(by),
		},
	}}, got)
	w.fails(
		w.db.AddMember(ctx, by, w.ent.ID, "group-unknown", u.ID), sso.NotFoundKind,
		"not_found",
	)
	w.fails(
		w.db.AddMember(ctx, by, w.ent.ID, dev, "user-unknown"), sso.NotFoundKind,
		"not_found",
	)
}

func testDeletedGroup(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ada, _ := w.enter("ada", "sre")
	bob, _ := w.enter("bob", "dev", "sre")
	eve, _ := w.enter("eve", "sre")
	w.ok(w.db.AddMember(
		t.Context(), by, w.ent.ID, w.group["web/Members"].ID, eve.ID,
	))
	w.ok(w.db.DeleteGroup(t.Context(), by, w.ent.ID, w.group["web/sre"].ID))
	w.in(ada.ID)
	w.in(
		bob.ID, "app/Members=default", "app/dev=jit", "web/Members=default",
		"web/dev=jit",
	)
	w.in(eve.ID, "web/Members=manual")
	w.fails(
		w.db.DeleteGroup(t.Context(), by, w.ent.ID, w.group["web/sre"].ID),
		sso.NotFoundKind,
		"not_found",
	)
}

func testUsers(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	s := w.signIn("ada", "dev")
	ada, _ := w.record(s)
	bob, _ := w.enter("bob")
	status := func(to sso.UserStatus) func(sso.User) (sso.User, error) {
		return func(u sso.User) (sso.User, error) {
			u.Status = to
			u.ID = "user-x"
			return u, nil
		}
	}
	off, err := w.db.UpdateUser(
		ctx, by, w.ent.ID, ada.ID, status(sso.UserDeactivated),
	)
	w.ok(err)
	if off.ID != ada.ID || off.Status != sso.UserDeactivated {
		t.Errorf("got %+v", off)
	}
	w.deactivationEnds(s, ada)
	w.usersFiltered(bob, off)
	_, err = w.db.UpdateUser(ctx, by, w.ent.ID, ada.ID, status(sso.UserActive))
	w.ok(err)
	if got := w.actions(2); got[0] != "user.reactivated" || got[1] != "user.deactivated" {
		t.Errorf("the audit trail says %v", got)
	}
	w.clock.Move(time.Hour)
	again := w.signIn("ada")
	w.record(again)
	if _, err := w.db.Principal(ctx, again.Session.Token); err != nil {
		t.Error(err)
	}
}

func (w *world) deactivationEnds(s sso.SignIn, ada sso.User) {
	ctx := w.Context()
	_, err := w.db.Principal(ctx, s.Session.Token)
	w.fails(err, sso.Unauthenticated, "session_ended")
	revoked, err := w.db.Revocations(ctx, 0)
	w.ok(err)
	w.same([]sso.Revocation{{Sequence: 1, User: ada.ID}}, revoked)
}

func (w *world) usersFiltered(bob, off sso.User) {
	ctx := w.Context()
	for name, c := range map[string]struct {
		filter sso.UserFilter
		want   []sso.User
	}{
		"all":    {sso.UserFilter{}, []sso.User{off, bob}},
		"login":  {sso.UserFilter{Login: "bob@acme.test"}, []sso.User{bob}},
		"email":  {sso.UserFilter{Email: "BOB@ACME.test"}, []sso.User{bob}},
		"status": {sso.UserFilter{Status: sso.UserDeactivated}, []sso.User{off}},
		"none": {
			sso.UserFilter{
				Login:  "bob@acme.test",
				Status: sso.UserDeactivated,
			},
			nil,
		},
	} {
		got, _, err := w.db.Users(ctx, w.ent.ID, c.filter, sso.Page{})
		w.ok(err)
		byID := func(a, b sso.User) int { return len(a.Login) - len(b.Login) }
		slices.SortFunc(got, byID)
		if len(got) != len(c.want) {
			w.Errorf("%s: got %+v; want %+v", name, got, c.want)
		}
		for _, u := range c.want {
			if !slices.Contains(got, u) {
				w.Errorf("%s: %+v is missing", name, u)
			}
		}
	}
}
