package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// idpNames gives a group these IdP names, which must be free.
func (w *world) idpNames(group string, names ...string) sso.Group {
	w.Helper()
	g, err := w.setIDPNames(group, names...)
	w.ok(err)
	return g
}

func (w *world) setIDPNames(group string, names ...string) (sso.Group, error) {
	return w.db.UpdateGroup(
		w.Context(), by, w.ent.ID, w.group[group].ID,
		func(g sso.Group) (sso.Group, error) {
			g.IDPNames = names
			return g, nil
		},
	)
}

// testIDPNames: they are kept, listed and taken away; a name means one group of
// an organization, whichever kind of name it is.
func testIDPNames(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	other := addWorld(t, w.db, w.clock, "other")
	other.idpNames("web/dev", "obj-1", "obj-2")
	w.idpNames("web/dev", "CN=dev,DC=acme", "obj-1")
	w.idpNames("app/dev", "obj-1") // another organization's
	got, err := w.db.Group(ctx, w.ent.ID, w.group["web/dev"].ID)
	w.ok(err)
	w.same([]string{"CN=dev,DC=acme", "obj-1"}, got.IDPNames)

	w.takenIDPNames()

	w.idpNamesRecorded()
	w.idpNames("web/sre", "obj-1") // free now
	made, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: w.orgs["web"].ID,
		Name:         "fresh",
		IDPNames:     []string{"obj-4"},
	})
	w.ok(err)
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, made.ID))
	w.idpNames("web/sre", "obj-1", "obj-4")
	w.idpNamesListed()
	w.chainHolds()
}

func (w *world) idpNameConflict(group, field, names string, to ...string) {
	w.Helper()
	before := w.dump()
	_, err := w.setIDPNames(group, to...)
	w.fails(err, sso.Conflict, "name_taken")
	w.saysOf(err, field, names)
	w.same(before, w.dump())
}

func (w *world) takenIDPNames() {
	ctx := w.Context()
	w.idpNameConflict("web/sre", "idp_names", "“obj-1” is an IdP name of the group “dev”", "obj-1")
	w.idpNameConflict(
		"web/sre", "idp_names", "“dev” is the name of another group", "free", "dev",
	)
	w.idpNameConflict(
		"web/sre", "idp_names", "“Members” is the name of another group", "Members",
	)
	_, err := w.db.UpdateGroup(
		ctx, by, w.ent.ID, w.group["web/sre"].ID,
		func(g sso.Group) (sso.Group, error) {
			g.Name = "obj-1"
			return g, nil
		},
	)
	w.fails(err, sso.Conflict, "name_taken")
	w.saysOf(err, "name", "“obj-1” is an IdP name of the group “dev”")
	_, err = w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: w.orgs["web"].ID,
		Name:         "obj-1",
	})
	w.fails(err, sso.Conflict, "name_taken")
	w.saysOf(err, "name", "“obj-1” is an IdP name of the group “dev”")
	_, err = w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: w.orgs["web"].ID,
		Name:         "fresh",
		IDPNames:     []string{"obj-1"},
	})
	w.saysOf(err, "idp_names", "“obj-1” is an IdP name of the group “dev”")
	_, err = w.setIDPNames("web/Members", "x")
	w.fails(err, sso.Conflict, "default_group")
}

func (w *world) idpNamesRecorded() {
	ctx := w.Context()
	g := w.idpNames("web/dev", "obj-3")
	w.same([]string{"obj-3"}, g.IDPNames)
	events, _, err := w.db.AuditEvents(
		ctx, w.ent.ID, sso.AuditFilter{}, sso.Page{Limit: 1},
	)
	w.ok(err)
	w.same(map[string]string{
		"name":              "dev",
		"was":               "dev",
		"idp_names_added":   "obj-3",
		"idp_names_removed": "CN=dev,DC=acme, obj-1",
	}, events[0].Detail)
	before := w.dump()
	w.idpNames("web/dev", "obj-3") // the same again
	w.same(before, w.dump())
}

func (w *world) idpNamesListed() {
	ctx := w.Context()
	all, _, err := w.db.Groups(
		ctx, w.ent.ID, sso.GroupFilter{Organization: w.orgs["web"].ID}, sso.Page{},
	)
	w.ok(err)
	listed := map[string]string{}
	for _, c := range all {
		listed[c.Group.Name] = strings.Join(c.Group.IDPNames, " ")
	}
	w.same(map[string]string{
		"Members": "",
		"dev":     "obj-3",
		"sre":     "obj-1 obj-4",
	}, listed)
}

// saysOf asserts the field and a part of what an error says about it.
func (w *world) saysOf(err error, field, part string) {
	w.Helper()
	var problems []sso.FieldError
	if e, ok := errors.AsType[*sso.Error](err); ok {
		problems = e.Fields
	}
	if !slices.ContainsFunc(problems, func(p sso.FieldError) bool {
		return p.Field == field && strings.Contains(p.Message, part)
	}) {
		w.Errorf("%s: %+v does not say %s", field, problems, part)
	}
}

// testIDPNamesMatch: a sign-in finds groups by either kind of name, in every
// organization that has it, and each once.
func testIDPNamesMatch(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "other")
	other.idpNames("web/sre", "obj-1")
	w.idpNames("web/dev", "obj-1", "obj-2")
	w.idpNames("app/ops", "obj-1")
	see := func(names ...string) map[string]string {
		t.Helper()
		got := map[string]string{}
		_, s, err := w.db.Snapshot(
			t.Context(), w.ent.ID, w.conn.ID, "", "x", names, sso.Brake{}, nil,
		)
		w.ok(err)
		for _, g := range s.Groups {
			if !g.Default {
				got[string(g.Organization)+"/"+
					g.Name] += strings.Join(g.IDPNames, " ") + ";"
			}
		}
		return got
	}
	web, app := string(w.orgs["web"].ID), string(w.orgs["app"].ID)
	w.same(
		map[string]string{web + "/dev": "obj-1;", app + "/ops": "obj-1;"},
		see("obj-1"),
	)
	w.same(map[string]string{
		web + "/dev": "obj-1 obj-2;",
		app + "/ops": "obj-1;",
	}, see("obj-1", "obj-2"))
	w.same(
		map[string]string{web + "/dev": "obj-2;", app + "/dev": ";"},
		see("dev", "obj-2"),
	)
	w.same(map[string]string{}, see("OBJ-1", "Members"))

	w.entersByIDPNames()
	w.historyHolds()
}

func (w *world) entersByIDPNames() {
	u, _ := w.enter("ada", "obj-1")
	w.in(
		u.ID, "app/Members=default", "app/ops=jit", "web/Members=default",
		"web/dev=jit",
	)
	w.enter("ada", "ops", "obj-2")
	w.in(
		u.ID, "app/Members=default", "app/ops=jit", "web/Members=default",
		"web/dev=jit",
	)
	w.idpNames("web/dev")
	w.enter("ada", "ops", "obj-2")
	w.in(u.ID, "app/Members=default", "app/ops=jit")
}

// testIDPNamesDrift: whom an IdP name means is expected, once, from the moment
// that the group has it.
func testIDPNamesDrift(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada, _ := w.enter("ada", "obj-1")
	w.enter("bob", "dev")
	w.enter("eve", "dev", "obj-1", "obj-2")
	group := w.group["web/dev"].ID
	w.drift(group, 2, 2)
	w.same(2, w.unmatched())
	w.clock.Move(time.Hour)
	w.idpNames("web/dev", "obj-1", "obj-2")
	w.same(0, w.unmatched())
	d := w.drift(group, 3, 2)
	if x := d["ada@acme.test"]; len(d) != 1 ||
		!x.Expected ||
		x.Membership != nil ||
		!slices.Contains(x.Group.IDPNames, "obj-1") {
		t.Errorf("got %+v", d)
	}
	w.idpNamesTallied(group)
	_, err := w.db.ReconcileGroup(ctx, by, w.ent.ID, group, asExpected, yes)
	w.ok(err)
	w.in(ada.ID, "web/Members=default", "web/dev=jit")
	w.drift(group, 3, 3)
	w.idpNames("web/dev", "obj-2")
	d = w.drift(group, 2, 3)
	if x := d["ada@acme.test"]; len(d) != 1 ||
		x.Expected ||
		x.Membership == nil {
		t.Errorf("without the name: %+v", d)
	}
	_, names, err := w.db.AssertedIdentities(ctx, w.ent.ID, w.conn.ID, 10)
	w.ok(err)
	w.same(0, len(names)) // these attempts keep no identity
}

func (w *world) unmatched() int {
	v, err := w.db.Vitals(w.Context(), w.ent.ID, sso.VitalsQuery{})
	w.ok(err)
	return v.Unmatched
}

func (w *world) idpNamesTallied(group sso.GroupID) {
	ctx := w.Context()
	tallies, err := w.db.GroupTallies(ctx, w.ent.ID)
	w.ok(err)
	for _, x := range tallies {
		if x.Group.ID == group {
			w.same(
				[]any{2, 3, []string{"obj-1", "obj-2"}},
				[]any{x.Members, x.Expected, x.Group.IDPNames},
			)
		}
	}
	counts, _, err := w.db.Groups(ctx, w.ent.ID, sso.GroupFilter{
		Organization: w.orgs["web"].ID,
		Name:         "dev",
	}, sso.Page{})
	w.ok(err)
	w.same(3, counts[0].Expected)
}

// testIDPNamesNear: what is nearly an IdP name is nearly the group.
func testIDPNamesNear(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "other")
	other.idpNames("web/sre", "Object One")
	w.idpNames("web/dev", "Object One")
	for _, c := range []struct {
		asserted string
		want     []string
	}{
		{"object one", []string{"dev Object One"}},
		{"OBJECT  ONE", []string{"dev Object One"}},
		{"Object One", nil},
		{"Object Two", nil},
	} {
		_, s, err := w.db.Snapshot(
			t.Context(), w.ent.ID, w.conn.ID, "", "x", []string{c.asserted},
			sso.Brake{}, nil,
		)
		w.ok(err)
		var got []string
		for _, g := range s.Near {
			got = append(got, g.Name+" "+strings.Join(g.IDPNames, " "))
			if s.Organizations[g.Organization] != w.orgs["web"].Name {
				t.Errorf(
					"%s: the organization is called %q", c.asserted,
					s.Organizations[g.Organization],
				)
			}
		}
		w.same(c.want, got)
	}
}
