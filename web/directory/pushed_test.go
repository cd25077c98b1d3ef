package directory_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"gatehouse/sso"
)

// provision switches the connection to SCIM, or back to sign-ins.
func (f *fixture) provision(to sso.Provisioning) {
	f.Helper()
	_, err := f.db.UpdateConnection(
		f.Context(), "x", f.acme.ent.ID, f.acme.conn.ID, "connection.enabled",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			live.Provisioning = to
			c.Live = &live
			return c, nil
		},
	)
	f.ok(err)
}

func (f *fixture) pushOf() sso.Push {
	return sso.Push{
		Enterprise: f.acme.ent.ID,
		Connection: f.acme.conn.ID,
		Token:      "scimtok-test",
		Event:      "push-1",
	}
}

// pushUser pushes a user; one who is there is adopted.
func (f *fixture) pushUser(userName, address string, active bool) (sso.ProvisionedUser, error) {
	f.Helper()
	document, err := json.Marshal(map[string]any{"userName": userName, "active": active})
	f.ok(err)
	u := sso.ProvisionedUser{
		UserName: userName,
		Name:     "Pushed " + userName,
		Active:   active,
		Document: document,
	}
	if address != "" {
		u.Emails = []sso.ProvisionedEmail{{Value: address}}
	}
	made, err := f.db.CreateProvisionedUser(f.Context(), f.pushOf(), u)
	if exists, is := errors.AsType[*sso.ResourceExistsError](err); is {
		_, made, err = f.db.ChangeProvisionedUser(
			f.Context(), f.pushOf(), exists.ID, func(old sso.ProvisionedUser) (sso.ProvisionedUser, error) {
				old.Name, old.Active, old.Emails = u.Name, u.Active, u.Emails
				old.Document = u.Document
				return old, nil
			},
		)
	}
	return made, err
}

// pushGroup pushes a group that is there, with more members.
func (f *fixture) pushGroup(name string, members ...sso.ResourceID) {
	f.Helper()
	pushed := sso.ProvisionedGroup{
		DisplayName: name,
		Document:    json.RawMessage(`{"displayName":"engineering"}`),
	}
	change := sso.MemberChange{Add: members}
	_, _, err := f.db.CreateProvisionedGroup(f.Context(), f.pushOf(), pushed, change)
	exists, is := errors.AsType[*sso.ResourceExistsError](err)
	if !is {
		f.Fatalf("the group is not found: %v", err)
	}
	_, _, err = f.db.ChangeProvisionedGroup(
		f.Context(), f.pushOf(), exists.ID,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) { return g, change, nil },
	)
	f.ok(err)
}

// hides asserts that a page does not have texts.
func (f *fixture) hides(a answer, texts ...string) {
	f.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			f.Errorf("the page says %q", text)
		}
	}
}

// TestWhereFactsComeFrom: the page of a person says where each fact comes from, what
// is read-only and why, and what ended when the identity provider took them away.
func TestWhereFactsComeFrom(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.acme.at("people", string(f.acme.user.ID))
	f.shows(f.get(page), 200, "sign-in through Okta", "Each sign-in sets it anew", "Change the login")
	_, err := f.pushUser("ada", "ada@pushed.example", true)
	f.ok(err)
	f.shows(f.get(page), 200, "pushes this person, too", "sign-in through Okta", "Change the login")
	f.provision(sso.ProvisionSCIM)
	f.ok(f.db.ApplyProvisioned(t.Context()))
	_, err = f.pushUser("ada", "ada@pushed.example", true)
	f.ok(err)
	f.shows(
		f.get(page), 200, "provisions this person over SCIM", "SCIM, Okta: userName", "ada@pushed.example",
		"SCIM, Okta: emails", "Read-only here: change it at the identity provider",
	)
	f.hides(f.get(page), "Change the login")
	_, err = f.pushUser("ada", "", false)
	f.ok(err)
	f.shows(
		f.get(page), 200, "SCIM, Okta: active", "Access ended by the identity provider",
		"Deactivated by the identity provider", "Ended: 1 session.", "The identity provider pushes no address",
	)
}

// TestKeepDeactivated: an admin keeps a person deactivated whom a push deactivated.
func TestKeepDeactivated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.acme.at("people", string(f.acme.user.ID))
	f.provision(sso.ProvisionSCIM)
	_, err := f.pushUser("ada", "ada@pushed.example", false)
	f.ok(err)
	f.shows(f.get(page), 200, "Keep deactivated", "no push of an identity provider reactivates them", "Reactivate")
	got := f.done(f.post(page+"/deactivate"), page)
	f.shows(got, 200, "Only an admin can reactivate them.", "an admin, by hand")
	f.hides(got, "Keep deactivated")
	_, err = f.pushUser("ada", "ada@pushed.example", true)
	f.ok(err)
	f.shows(f.get(page), 200, "only an admin activates them again")
	u, err := f.db.User(t.Context(), f.acme.ent.ID, f.acme.user.ID)
	f.ok(err)
	if u.Status != sso.UserDeactivated {
		t.Errorf("the user is %s", u.Status)
	}
}

// TestPushedGroup: the page of a group says which identity provider pushes it.
func TestPushedGroup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.acme.at("groups", string(f.acme.group.ID))
	f.hides(f.get(page), "Provisioned over SCIM")
	f.provision(sso.ProvisionSCIM)
	ada, err := f.pushUser("ada", "", true)
	f.ok(err)
	f.pushGroup(f.acme.group.Name, ada.ID, "user-unknown")
	f.shows(f.get(page), 200, "Provisioned over SCIM", "1 member, 1 not known yet", "applied")
	f.provision(sso.ProvisionJIT)
	f.shows(f.get(page), 200, "kept, not applied")
}

// TestPushedQuestion: a login conflict that a push raised says so, with what was
// pushed.
func TestPushedQuestion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.db.UpdateUser(t.Context(), "x", f.acme.ent.ID, f.acme.user.ID, func(u sso.User) (sso.User, error) {
		u.Login, u.LoginGiven = "grace", true
		return u, nil
	})
	f.ok(err)
	f.provision(sso.ProvisionSCIM)
	_, err = f.pushUser("ada", "", true) // who keeps the login that an admin gave
	f.ok(err)
	_, err = f.pushUser("grace", "grace@pushed.example", true)
	if sso.CodeOf(err) != "identity_held" {
		t.Fatalf("the push: %v", err)
	}
	f.shows(
		f.get(f.acme.at("questions")), 200, "pushed over SCIM", "those that were pushed", "grace@pushed.example",
		"Pushed grace",
	)
	f.hides(f.get(f.acme.at("questions")), "when Gatehouse was updated")
}
