package provisioning_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

// groupHere creates a group and returns its ID.
func (f *fixture) groupHere(name string) sso.GroupID {
	f.Helper()
	org, err := f.db.CreateOrganization(f.Context(), sso.ActorOperator, sso.Organization{
		Enterprise: f.ent.ID,
		Key:        "web",
		Name:       "Web",
	})
	f.ok(err)
	g, err := f.db.CreateGroup(f.Context(), sso.ActorOperator, f.ent.ID, sso.Group{
		Organization: org.ID,
		Name:         name,
	})
	f.ok(err)
	return g.ID
}

// pushedGroup returns the pushed group of a name.
func (f *fixture) pushedGroup(name string) sso.ProvisionedGroup {
	f.Helper()
	all, err := f.db.PushedGroupsNamed(f.Context(), f.ent.ID, name)
	f.ok(err)
	if len(all) != 1 {
		f.Fatalf("%d groups %s were pushed", len(all), name)
	}
	return all[0]
}

// pushTo pushes a user as a member of a group that is here, and returns the
// account.
func (f *fixture) pushTo(group, login string) sso.UserID {
	f.Helper()
	p := sso.Push{
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
		Event:      "push-1",
	}
	u, err := f.db.CreateProvisionedUser(f.Context(), p, sso.ProvisionedUser{
		UserName: login,
		Active:   true,
		Document: []byte(`{"userName":"x"}`),
	})
	f.ok(err)
	pushed := sso.ProvisionedGroup{
		DisplayName: group,
		Document:    []byte(`{}`),
	}
	_, _, err = f.db.CreateProvisionedGroup(f.Context(), p, pushed, sso.MemberChange{})
	exists, is := errors.AsType[*sso.ResourceExistsError](err)
	if !is {
		f.Fatalf("the group that is there is not found: %v", err)
	}
	_, _, err = f.db.ChangeProvisionedGroup(
		f.Context(), p, exists.ID,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			return g, sso.MemberChange{Add: []sso.ResourceID{u.ID}}, nil
		},
	)
	f.ok(err)
	u, err = f.db.ProvisionedUser(f.Context(), f.ent.ID, f.conn.ID, u.ID)
	f.ok(err)
	return u.Account
}

// TestDrift: an admin enters what the identity provider shows, sees who is missing
// and why, and repeats what was sent.
func TestDrift(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const name = "grp_all@acme.example"
	id, page := f.groupHere(name), f.home+"/drift"
	f.shows("ada", page, 200, "Groups appear here when")
	k := f.token("entra-1", sso.ScopeUsersWrite)
	f.record(k, sso.ScopeGroupsRead, "scim_scope_missing", name, name)
	form := url.Values{"group": {"GRP_all@acme.example"}, "people": {"269"}}
	f.says("expected", 200, f.post("ada", page+"/expect", form), 200, "The expectation is kept", "269 expected, 0 actual",
		"269 missing: 2 requests about the group refused since", "2 requests about it refused", "differs")
	form.Set("people", "new@acme.example\nbob@acme.example")
	f.post("ada", page+"/expect", form)
	f.shows("ada", page+"/"+string(id), 200, "2 expected, 0 actual", "new@acme.example", "Not provisioned", "NOT See what reconciling")
	form.Set("people", "-3")
	code, body := f.do("ada", "POST", page+"/expect", form)
	f.says("wrong", code, body, 422, "Enter a number from 0 to")
	form.Set("people", "")
	f.says("forgotten", 200, f.post("ada", page+"/expect", form), 200, "The expectation is forgotten")
	code, body = f.do("ada", "POST", page+"/expect", form)
	f.says("forgotten twice", code, body, 422, "Nothing was expected of this group")
	f.shows("gus", page, 404)
	f.shows("ada", page+"/group-x", 404)
}

// TestTwinGroups: names that differ in letter case only are told from each other
// before the identity provider pushes both.
func TestTwinGroups(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const warning = "“Staff” and “staff” differ in letter case only"
	f.groupHere("staff")
	f.pushTo("staff", "bob@acme.example")
	k := f.pushedGroup("staff")
	_, _, err := f.db.ChangeProvisionedGroup(
		f.Context(), sso.Push{Enterprise: f.ent.ID, Connection: f.conn.ID, Event: "push-2"}, k.ID,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			g.DisplayName = "Staff"
			return g, sso.MemberChange{}, nil
		},
	)
	f.ok(err)
	f.shows("ada", f.home+"/drift", 200, "NOT "+warning)
	f.signIn("ada@acme.example", "staff")
	f.shows("ada", f.home+"/drift", 200, warning, "can push only one of them")
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.groupHere("dev")
	account := f.pushTo("dev", "bob@acme.example")
	f.shows("ada", f.home+"/drift", 200, "1 expected, 1 actual", "equal", "nothing differs")
	f.ok(f.db.RemoveMember(f.Context(), sso.ActorOperator, f.ent.ID, id, account))
	here := f.home + "/drift/" + string(id)
	f.shows("ada", here, 200, "1 missing: sent as a member, and not a member here", "See what reconciling", "changes it")
	f.shows("ada", here+"/reconcile", 200, "1 person to add", "bob@acme.example")
	f.shows("ada", f.home+"/drift/reconcile", 200, "1 person to add")
	if body := f.post("ada", here+"/reconcile", nil); !strings.Contains(body, "Everyone who is expected is in the group") {
		t.Errorf("still missing: %s", body)
	}
	f.shows("ada", f.home+"/drift/reconcile", 200, "No membership would change")
	f.post("ada", f.home+"/drift/reconcile", nil)
}
