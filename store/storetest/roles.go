package storetest

import (
	"errors"
	"testing"
	"time"

	"gatehouse/sso"
)

// role creates a role.
func (w *world) role(key string, precedence int) sso.ProductRole {
	w.Helper()
	v := sso.ProductRole{
		Key:        key,
		Name:       "Role " + key,
		About:      "About " + key,
		Precedence: precedence,
	}
	made, err := w.db.CreateRole(w.Context(), by, v)
	w.ok(err)
	v.ID, v.CreatedAt, v.Revision = made.ID, w.clock.Now(), 1
	w.same(v, made)
	return made
}

// carry gives a group of the enterprise roles by their keys.
func (w *world) carry(group string, keys ...string) (sso.Group, error) {
	return w.db.UpdateGroup(w.Context(), by, w.ent.ID, w.group[group].ID, func(g sso.Group) (sso.Group, error) {
		g.Roles = keys
		return g, nil
	})
}

func testRoles(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	reader, editor := w.role("reader", 20), w.role("editor", 10)
	w.same([]string{"role.created", "role.created"}, w.installationActions(2))
	all, err := w.db.Roles(ctx)
	w.ok(err)
	w.same([]sso.ProductRole{editor, reader}, all) // the strongest first
	got, err := w.db.Role(ctx, reader.ID)
	w.ok(err)
	w.same(reader, got)
	_, err = w.db.CreateRole(ctx, by, sso.ProductRole{Key: "reader", Precedence: 30})
	w.fails(err, sso.Conflict, "key_taken")
	_, err = w.db.CreateRole(ctx, by, sso.ProductRole{Key: "other", Precedence: 20})
	w.fails(err, sso.Conflict, "precedence_taken")
	w.changeRole(reader)
	w.ok(w.db.DeleteRole(ctx, by, editor.ID))
	_, err = w.db.Role(ctx, editor.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	w.fails(w.db.DeleteRole(ctx, by, editor.ID), sso.NotFoundKind, "not_found")
	_, err = w.db.UpdateRole(ctx, by, editor.ID, rename[sso.ProductRole])
	w.fails(err, sso.NotFoundKind, "not_found")
	w.tooManyRoles()
}

func (w *world) changeRole(reader sso.ProductRole) {
	w.Helper()
	ctx := w.Context()
	_, err := w.db.UpdateRole(ctx, by, reader.ID, func(v sso.ProductRole) (sso.ProductRole, error) {
		v.Precedence = 10
		return v, nil
	})
	w.fails(err, sso.Conflict, "precedence_taken")
	_, err = w.db.UpdateRole(ctx, by, reader.ID, func(v sso.ProductRole) (sso.ProductRole, error) {
		v.Key = "editor"
		return v, nil
	})
	w.fails(err, sso.Conflict, "key_taken")
	same, err := w.db.UpdateRole(ctx, by, reader.ID, func(v sso.ProductRole) (sso.ProductRole, error) {
		v.ID, v.Revision = "role-x", 9
		return v, nil
	})
	w.ok(err)
	w.same(reader, same)
	changed, err := w.db.UpdateRole(ctx, by, reader.ID, func(v sso.ProductRole) (sso.ProductRole, error) {
		v.Key, v.Name, v.About = "viewer", "Viewer", ""
		v.Precedence = 5
		return v, nil
	})
	w.ok(err)
	w.same(int64(2), changed.Revision)
	got, err := w.db.Role(ctx, reader.ID)
	w.ok(err)
	w.same(changed, got)
	refused := errors.New("refused")
	err = w.db.DeleteRole(ctx, by, reader.ID, func(sso.ProductRole) error { return refused })
	if !errors.Is(err, refused) {
		w.Errorf("deleting with a condition that refuses: got %v", err)
	}
}

func (w *world) tooManyRoles() {
	w.Helper()
	for i := range 99 {
		w.role("role-"+string(rune('a'+i/26))+string(rune('a'+i%26)), 100+i)
	}
	_, err := w.db.CreateRole(w.Context(), by, sso.ProductRole{Key: "last", Precedence: 999})
	w.fails(err, sso.Conflict, "too_many_roles")
}

// installationActions returns the latest audit events that belong to no enterprise.
func (w *world) installationActions(n int) []string {
	w.Helper()
	events, _, err := w.db.AuditEvents(w.Context(), "", sso.AuditFilter{}, sso.Page{Limit: n})
	w.ok(err)
	var all []string
	for _, e := range events {
		all = append(all, e.Action)
	}
	return all
}

func testGroupRoles(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	reader := w.role("reader", 20)
	w.role("editor", 10)
	g, err := w.carry("web/dev", "reader", "editor", "reader")
	w.ok(err)
	w.same([]string{"editor", "reader"}, g.Roles)
	w.same(int64(2), g.Revision)
	w.same("group.updated", w.actions(1)[0])
	same, err := w.carry("web/dev", "reader", "editor")
	w.ok(err)
	w.same(g.Revision, same.Revision) // the order says nothing
	_, err = w.carry("web/dev", "editor", "admin")
	w.fails(err, sso.Invalid, "validation_failed")
	got, err := w.db.Group(ctx, w.ent.ID, g.ID)
	w.ok(err)
	w.same(g, got)
	_, err = w.carry("web/Members", "reader") // a default group may carry roles
	w.ok(err)
	_, err = w.db.UpdateGroup(ctx, by, w.ent.ID, w.group["web/Members"].ID, rename[sso.Group])
	w.fails(err, sso.Conflict, "default_group")
	made, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
		Organization: w.orgs["web"].ID,
		Name:         "new",
		Roles:        []string{"reader"},
	})
	w.ok(err)
	w.same([]string{"reader"}, made.Roles)
	w.listedRoles(reader)
	w.roleInUse(reader, made)
}

// roleInUse: a role is deleted once no group carries it.
func (w *world) roleInUse(reader sso.ProductRole, made sso.Group) {
	w.Helper()
	ctx := w.Context()
	w.fails(w.db.DeleteRole(ctx, by, reader.ID), sso.Conflict, "role_in_use")
	w.ok(w.db.DeleteGroup(ctx, by, w.ent.ID, made.ID))
	for _, name := range []string{"web/dev", "web/Members"} {
		g, err := w.carry(name)
		w.ok(err)
		w.same(0, len(g.Roles))
	}
	w.ok(w.db.DeleteRole(ctx, by, reader.ID))
}

// listedRoles asserts what the lists of groups and of roles say.
func (w *world) listedRoles(reader sso.ProductRole) {
	w.Helper()
	ctx := w.Context()
	want := map[string][]string{
		"dev":     {"editor", "reader"},
		"sre":     nil,
		"new":     {"reader"},
		"Members": {"reader"},
	}
	listed, tallied := map[string][]string{}, map[string][]string{}
	groups, _, err := w.db.Groups(ctx, w.ent.ID, sso.GroupFilter{Organization: w.orgs["web"].ID}, sso.Page{})
	w.ok(err)
	for _, c := range groups {
		listed[c.Group.Name] = c.Group.Roles
	}
	w.same(want, listed)
	tallies, err := w.db.GroupTallies(ctx, w.ent.ID)
	w.ok(err)
	for _, c := range tallies {
		if c.Group.Organization == w.orgs["web"].ID {
			tallied[c.Group.Name] = c.Group.Roles
		}
	}
	w.same(want, tallied)
	counts, err := w.db.RoleCounts(ctx)
	w.ok(err)
	w.same(3, counts[reader.ID])
	uses, err := w.db.RoleGroups(ctx, reader.ID)
	w.ok(err)
	var names []string
	for _, u := range uses {
		names = append(names, u.Enterprise.Key+" "+u.Organization+" "+u.Group.Name)
	}
	w.same([]string{"acme Org web Members", "acme Org web dev", "acme Org web new"}, names)
}

// testPrincipalRoles: a session and a token have the roles of their user's groups, and
// every node reads them again when they change.
func testPrincipalRoles(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	reader, editor := w.role("reader", 20), w.role("editor", 10)
	s := w.signIn("ada", "dev", "sre", "Dev")
	u, _ := w.record(s)
	k := w.personalToken(u, "backup")
	has := func(want ...string) {
		t.Helper()
		p, err := w.db.Principal(t.Context(), s.Session.Token)
		w.ok(err)
		of, err := w.db.TokenPrincipal(t.Context(), k.Hash)
		w.ok(err)
		w.same(p.Groups, of.Groups)
		w.same(want, sso.RolesOf(p.Groups))
	}
	carry := func(group string, keys ...string) {
		t.Helper()
		w.revokes(true, func() error {
			_, err := w.carry(group, keys...)
			return err
		})
	}
	has()
	carry("web/dev", "reader")
	carry("web/sre", "reader", "editor")
	carry("app/Dev", "reader")
	has("app/reader", "web/editor", "web/reader")
	w.editRole(false, reader.ID, func(v *sso.ProductRole) { v.Name = "Reads" })
	w.editRole(true, reader.ID, func(v *sso.ProductRole) { v.Precedence = 1 })
	has("app/reader", "web/reader", "web/editor")
	w.editRole(true, editor.ID, func(v *sso.ProductRole) { v.Key = "writer" })
	has("app/reader", "web/reader", "web/writer")
	carry("web/sre")
	has("app/reader", "web/reader")
}

// testServiceRoles: a service has the roles of its groups, and every node reads them
// again when they change.
func testServiceRoles(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.role("reader", 20)
	k := w.service("export")
	has := func(want ...string) {
		t.Helper()
		p, err := w.db.ServicePrincipal(t.Context(), k.Hash)
		w.ok(err)
		w.same(want, sso.RolesOf(p.Groups))
	}
	has()
	last, err := w.db.LastRevocation(t.Context())
	w.ok(err)
	_, err = w.carry("app/dev", "reader")
	w.ok(err)
	has("app/reader")
	revoked, err := w.db.Revocations(t.Context(), last+1)
	w.ok(err)
	if len(revoked) != 1 || revoked[0].User != sso.UserID(k.Service.ID) {
		t.Errorf("the nodes are told %+v", revoked)
	}
}

// revokes asserts whether a change makes the nodes read sessions again.
func (w *world) revokes(want bool, do func() error) {
	w.Helper()
	before, err := w.db.LastRevocation(w.Context())
	w.ok(err)
	w.clock.Move(time.Second)
	w.ok(do())
	after, err := w.db.LastRevocation(w.Context())
	w.ok(err)
	if (after > before) != want {
		w.Errorf("the number of the last revocation went from %d to %d; want more %v", before, after, want)
	}
}

// editRole changes a role, which revokes or not.
func (w *world) editRole(revokes bool, id sso.RoleID, fn func(*sso.ProductRole)) {
	w.Helper()
	w.revokes(revokes, func() error {
		_, err := w.db.UpdateRole(w.Context(), by, id, func(v sso.ProductRole) (sso.ProductRole, error) {
			fn(&v)
			return v, nil
		})
		return err
	})
}
