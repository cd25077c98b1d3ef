package directory_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/store/storetest"
)

// TestServiceRefusesOthers calls every method of the service that names an actor as a
// user who administers one organization: but for sessions, which may be their own, the
// service changes nothing for them.
func TestServiceRefusesOthers(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, dsn(t))
			ada, _ := f.signIn("ada")
			_, err := f.db.AddOrganizationAdmin(t.Context(), admin, f.ent.ID, f.org.ID, ada.ID, true)
			f.ok(err)
			f.refusesAll(sso.Actor(ada.ID))
		})
	}
}

func (f *fixture) refusesAll(by sso.Actor) {
	f.Helper()
	sessions := []string{"EndSession", "EndSessionOf", "EndSessions", "EndOtherSessions"}
	service := reflect.ValueOf(f.Service)
	tried := 0
	for i := range service.NumMethod() {
		name, method := service.Type().Method(i).Name, service.Method(i)
		args := f.arguments(method.Type(), by)
		if args == nil || name == "Within" || slices.Contains(sessions, name) {
			continue
		}
		tried++
		results := method.Call(args)
		err, _ := results[len(results)-1].Interface().(error)
		f.refused(name, err, "not_an_admin", "")
	}
	if tried < 25 {
		f.Errorf("only %d methods were tried", tried)
	}
}

// arguments returns the actor, the enterprise and else zero values; nil for a method
// without an actor.
func (f *fixture) arguments(method reflect.Type, by sso.Actor) (args []reflect.Value) {
	names := false
	for i := range method.NumIn() {
		value := reflect.Zero(method.In(i))
		switch method.In(i) {
		case reflect.TypeFor[context.Context]():
			value = reflect.ValueOf(f.Context())
		case reflect.TypeFor[sso.Actor]():
			value, names = reflect.ValueOf(by), true
		case reflect.TypeFor[sso.EnterpriseID]():
			value = reflect.ValueOf(f.ent.ID)
		}
		args = append(args, value)
	}
	if !names {
		return nil
	}
	return args
}

// TestWithin is about what admins of an organization change, and what refuses it.
func TestWithin(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	ctx := t.Context()
	ada, _ := f.signIn("ada")
	bob, _ := f.signIn("bob")
	_, err := f.db.AddOrganizationAdmin(ctx, admin, f.ent.ID, f.org.ID, ada.ID, false)
	f.ok(err)
	sales, err := f.CreateOrganization(ctx, admin, f.ent.ID, "sales", "Sales")
	f.ok(err)
	w := f.Within(sso.Actor(ada.ID), f.ent.ID, f.org.ID)
	g, err := w.CreateGroup(ctx, "local:reviewers")
	f.ok(err)
	if g.Name != "local:reviewers" || g.Organization != f.org.ID {
		t.Errorf("created %+v", g)
	}
	f.ok(w.AddMember(ctx, g.ID, bob.ID))
	f.ok(w.RemoveMember(ctx, g.ID, bob.ID))
	g, err = w.RenameGroup(ctx, g.ID, g.Revision, "readers")
	f.ok(err)
	_, err = w.RenameGroup(ctx, g.ID, g.Revision-1, "readers of old")
	f.refused("an old revision", err, "changed_meanwhile", "")
	_, err = w.CreateGroup(ctx, "")
	f.refused("no name", err, "", "")
	elsewhere := map[string]directory.Within{
		"of another organization": f.Within(sso.Actor(ada.ID), f.ent.ID, sales.ID),
		"of a group elsewhere":    f.Within(admin, f.ent.ID, sales.ID),
		"by another user":         f.Within(sso.Actor(bob.ID), f.ent.ID, f.org.ID),
	}
	for what, w := range elsewhere {
		f.refused("members "+what, w.AddMember(ctx, g.ID, bob.ID), "not_found", "")
		f.refused("removal "+what, w.RemoveMember(ctx, f.group.ID, bob.ID), "not_found", "")
		f.refused("deletion "+what, w.DeleteGroup(ctx, g.ID), "not_found", "")
		_, err := w.RenameGroup(ctx, g.ID, g.Revision, "mine")
		f.refused("a name "+what, err, "not_found", "")
	}
	_, err = w.RenameGroup(ctx, f.group.ID, sso.AnyRevision, "local:mine")
	f.refused("a group of the company", err, "out_of_reach", "")
	f.refused("a group of the company", w.DeleteGroup(ctx, f.group.ID), "out_of_reach", "")
	f.ok(w.DeleteGroup(ctx, g.ID))
}
