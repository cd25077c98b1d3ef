package api

import (
	"encoding/json"
	"testing"
	"time"

	"gatehouse/sso"
)

// pushUser pushes a user to a connection.
func (f *fixture) pushUser(c sso.Connection, name string, active bool) sso.ResourceID {
	f.Helper()
	doc, err := json.Marshal(m{"userName": name, "active": active})
	f.ok(err)
	u, err := f.db.CreateProvisionedUser(f.Context(), f.push(c), sso.ProvisionedUser{
		UserName: name,
		Active:   active,
		Document: doc,
	})
	f.ok(err)
	return u.ID
}

// pushGroup pushes a group to a connection.
func (f *fixture) pushGroup(c sso.Connection, name string, members ...sso.ResourceID) {
	f.Helper()
	doc, err := json.Marshal(m{"displayName": name})
	f.ok(err)
	_, _, err = f.db.CreateProvisionedGroup(f.Context(), f.push(c), sso.ProvisionedGroup{
		DisplayName: name,
		Document:    doc,
	}, sso.MemberChange{Add: members})
	f.ok(err)
}

func (f *fixture) push(c sso.Connection) sso.Push {
	return sso.Push{
		Enterprise: c.Enterprise,
		Connection: c.ID,
		Event:      sso.NewID[sso.ProvisioningEventID](time.Now()),
	}
}

// ofConnection returns a path below a connection of acme.
func (f *fixture) ofConnection(c sso.Connection, path string) string {
	return f.acme.in(enterprisePath) + "/connections/" + string(c.ID) + path
}

// waitingConnection makes a connection of acme that keeps what is pushed.
func (f *fixture) waitingConnection() sso.Connection {
	f.Helper()
	return f.scimConnection(func(cfg *sso.Config) { cfg.Provisioning = sso.ProvisionJIT })
}

// TestProvisioningPreview: a preview says what enabling would do, and does nothing.
func TestProvisioningPreview(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		c := f.waitingConnection()
		grace, linus := f.pushUser(c, "grace@acme.test", true), f.pushUser(c, "linus@acme.test", false)
		f.pushGroup(c, "grp_none", grace, linus)
		var got reply
		f.unchanged(func() {
			got = f.do("GET", f.ofConnection(c, "/provisioning/preview"), nil)
		})
		f.wants(got, 200, "")
		for member, want := range map[string]float64{
			"adopted": 0, "created": 2, "held": 0, "deactivated": 0, "other_logins": 0,
		} {
			if got.json[member] != want {
				t.Errorf("%s is %v, want %v", member, got.json[member], want)
			}
		}
		if all := got.json["unmatched_groups"].([]any); len(all) != 1 || all[0] != "grp_none" {
			t.Errorf("unmatched are %v", all)
		}
		users, _, err := f.db.Users(t.Context(), c.Enterprise, sso.UserFilter{Login: "grace@acme.test"}, sso.Page{})
		f.ok(err)
		if len(users) != 0 {
			t.Error("the preview made an account")
		}
	})
}

// TestCreatedGroups: what pushes created is listed and deleted, but for groups with
// another use, and of one company alone.
func TestCreatedGroups(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		c := f.scimConnection(func(cfg *sso.Config) {
			cfg.SCIM.CreateGroups.Organizations = []sso.OrganizationID{sso.OrganizationID(f.acme["organization"])}
		})
		grace := f.pushUser(c, "grace@acme.test", true)
		f.pushGroup(c, "grp_one", grace)
		f.pushGroup(c, "grp_two")
		const list, undo = "/provisioning/created-groups", "/provisioning/created-groups/undo"
		got := f.do("GET", f.ofConnection(c, list), nil)
		f.wants(got, 200, "")
		if all := names(got.json["groups"], "name"); len(all) != 2 || all[0] != "grp_one" || all[1] != "grp_two" {
			t.Fatalf("created are %v", all)
		}
		two := got.json["groups"].([]any)[1].(map[string]any)
		f.ok(f.db.AddMember(
			t.Context(), sso.ActorOperator, c.Enterprise, sso.GroupID(two["group"].(string)), sso.UserID(f.acme["user"]),
		))
		f.revoked = 0 // by what was prepared
		foreign := f.other.in(enterprisePath) + "/connections/" + string(c.ID)
		f.unchanged(func() {
			f.wants(f.do("GET", foreign+list, nil), 404, "not_found")
			f.wants(f.do("POST", foreign+undo, nil), 404, "not_found")
			f.wants(f.do("GET", foreign+"/provisioning/preview", nil), 404, "not_found")
		})
		f.undoes(c, undo, 1, 1)
		f.did("group.deleted")
		f.undoes(c, undo, 0, 1) // again
		left := f.do("GET", f.ofConnection(c, list), nil)
		if all := names(left.json["groups"], "name"); len(all) != 1 || all[0] != "grp_two" {
			t.Errorf("left are %v", all)
		}
	})
}

// undoes asserts how many groups undoing deletes and keeps.
func (f *fixture) undoes(c sso.Connection, path string, deleted, kept float64) {
	f.Helper()
	got := f.do("POST", f.ofConnection(c, path), nil)
	f.wants(got, 200, "")
	if got.json["deleted"] != deleted || got.json["kept"] != kept {
		f.Errorf("got %s; want %v deleted, %v kept", got.Body, deleted, kept)
	}
}
