package provisioning_test

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// now returns the connection as it is.
func (f *fixture) now() sso.Connection {
	f.Helper()
	c, err := f.db.Connection(f.Context(), f.ent.ID, f.conn.ID)
	f.ok(err)
	return c
}

// form returns a form of the connection as it is.
func (f *fixture) form(pairs ...string) url.Values {
	f.Helper()
	form := url.Values{"revision": {strconv.FormatInt(f.now().Revision, 10)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// signIns makes memberships follow sign-ins.
func (f *fixture) signIns() {
	f.Helper()
	c, _, err := f.setup.Edit(f.Context(), sso.ActorOperator, f.ent.ID, f.conn.ID, connections.Edit{
		Provisioning: new(sso.ProvisionJIT),
	})
	f.ok(err)
	_, err = f.setup.Enable(f.Context(), sso.ActorOperator, f.ent.ID, f.conn.ID, c.Revision)
	f.ok(err)
}

// push pushes a user.
func (f *fixture) push(login string) sso.ProvisionedUser {
	f.Helper()
	u, err := f.db.CreateProvisionedUser(f.Context(), sso.Push{
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
		Event:      "push-1",
	}, sso.ProvisionedUser{
		UserName: login,
		Active:   true,
		Document: []byte(`{"userName":"x"}`),
	})
	f.ok(err)
	return u
}

// pushGroup pushes a group that is not here.
func (f *fixture) pushGroup(name string, members ...sso.ResourceID) {
	f.Helper()
	_, _, err := f.db.CreateProvisionedGroup(f.Context(), sso.Push{
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
		Event:      "push-1",
	}, sso.ProvisionedGroup{
		DisplayName: name,
		Document:    []byte(`{}`),
	}, sso.MemberChange{Add: members})
	f.ok(err)
}

// applied waits until what was pushed is applied.
func (f *fixture) applied() {
	f.Helper()
	f.ok(f.db.ApplyProvisioned(f.Context()))
}

// TestPilot: an admin chooses a pilot, starts it, and applies what is pushed to all.
func TestPilot(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signIns()
	page := f.home + "/pilot"
	ada, bob := f.push("ada@acme.example"), f.push("bob@acme.example")
	f.pushGroup("Pilots", ada.ID)
	f.shows("ada", page, 200, "no pilot", "2 people", "0 of 7 steps", "Pilots", "1 member", "Provision on demand")
	f.shows("ada", page+"?q=ADA", 200, "ada@acme.example", "NOT bob@acme.example", "It was not pushed yet?")
	f.says("added", 200, f.post("ada", page, f.form("do", "add", "kind", "group", "name", "Pilots")), 200, "The choice is saved",
		"chosen, not started", "See what starting it changes")
	f.says("typed", 200, f.post("ada", page, f.form("do", "add", "kind", "user", "name", "kim@acme.example")), 200, "not pushed yet")
	f.says("twice", 200, f.post("ada", page, f.form("do", "add", "kind", "user", "name", "KIM@acme.example")), 200, "NOT Remove KIM")
	f.says("removed", 200, f.post("ada", page, f.form("do", "remove", "kind", "user", "name", "kim@acme.example")), 200, "NOT Remove kim")
	code, body := f.do("ada", "POST", page, url.Values{"do": {"add"}, "kind": {"user"}, "name": {"x"}, "revision": {"1"}})
	f.says("stale", code, body, 409, "changed")
	code, body = f.do("ada", "POST", page, f.form("do", "add", "kind", "user", "name", ""))
	f.says("empty", code, body, 422, "Enter a name")
	f.shows(
		"ada", f.home+"/switch", 200, "Start the pilot", "The people of the pilot would follow",
		"Would get an account", "Outside of the pilot",
	)
	f.says("started", 200, f.post("ada", f.home+"/switch", f.form("to", "scim")), 200, "It is enabled", "running")
	f.applied()
	f.shows("ada", page, 200, "Apply to all: see what changes", "1 person")
	f.shows("ada", f.home, 200, "pilot", "Apply to all")
	if u := f.pushed(bob.ID); u.Adopted {
		t.Error("a person outside of the pilot is adopted")
	}
	f.shows("ada", page+"/apply", 200, "Apply to all", "Would get an account", "Nothing is removed by the switch itself")
	f.says("applied", 200, f.post("ada", page+"/apply", f.form()), 200, "The pilot is over", "everyone")
	f.applied()
	if u := f.pushed(bob.ID); !u.Adopted {
		t.Error("a person is not adopted after the pilot")
	}
	f.shows("ada", page, 200, "NOT Choose groups or people", "2 people")
	f.shows("ada", page+"/apply", 200, "No pilot is running")
	f.shows("gus", page, 404)
	f.shows("link", page, 404)
}

func (f *fixture) pushed(id sso.ResourceID) sso.ProvisionedUser {
	f.Helper()
	u, err := f.db.ProvisionedUser(f.Context(), f.ent.ID, f.conn.ID, id)
	f.ok(err)
	return u
}

// TestChecklist: a step that a request has shown says when, and of whom.
func TestChecklist(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := f.token("entra-1", sso.ScopeSCIM)
	f.ok(f.db.RecordProvisioning(f.Context(), []sso.ProvisioningEvent{{
		ID:         sso.NewID[sso.ProvisioningEventID](time.Now()),
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
		Token:      k.ID,
		At:         time.Now(),
		Method:     "POST",
		Kind:       sso.ScopeUsersWrite,
		Name:       "ada@acme.example",
		Status:     201,
		Changed:    true,
	}}))
	f.shows("ada", f.home+"/pilot", 200, "1 of 7 steps", "A person arrived", "ada@acme.example", "provisioning?connection=",
		"NOT Assign a person in")
}
