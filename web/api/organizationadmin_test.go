package api

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// appoint makes a user an admin of an organization.
func (f *fixture) appoint(ent sso.EnterpriseID, organization string, user sso.UserID) {
	f.Helper()
	_, err := f.db.AddOrganizationAdmin(
		f.Context(), sso.ActorOperator, ent, sso.OrganizationID(organization), user, false,
	)
	f.ok(err)
}

func TestOrganizationAdmins(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(organizationPath + "/admins")
		user := f.acme["user"]
		f.wants(f.do("DELETE", path+"/"+user, nil), 204, "")
		f.wants(f.do("DELETE", path+"/"+user, nil), 404, "not_found")
		made := f.do("POST", path, m{"user": user})
		f.wants(made, 201, "")
		f.did("organization_admin.added")
		if made.text("user") != user || made.json["roles"] != false ||
			made.Header().Get("Location") != path+"/"+user {
			t.Errorf("got %s, Location %s", made.Body, made.Header().Get("Location"))
		}
		again := f.do("POST", path, m{"user": user, "roles": true})
		f.wants(again, 201, "")
		list := f.do("GET", path, nil)
		f.wants(list, 200, "")
		if all := list.items(); len(all) != 1 || again.json["roles"] != true {
			t.Errorf("got %s after %s", list.Body, again.Body)
		}
		for what, body := range map[string]m{
			"of another enterprise": {"user": f.other["user"]},
			"that never was":        {"user": string(sso.NewID[sso.UserID](time.Now()))},
			"nonsense":              {"user": "ada"},
		} {
			got := f.do("POST", path, body)
			f.wants(got, 422, "validation_failed")
			if all := got.fields(); len(all) != 1 || all[0] != "user" {
				t.Errorf("a user %s is blamed on %q", what, all)
			}
		}
		f.wants(f.do("DELETE", path+"/"+user, nil), 204, "")
		f.did("organization_admin.removed")
		f.wants(f.do("POST", f.acme.in("/enterprises/{enterprise}/users/{user}/deactivate"), nil), 200, "")
		f.wants(f.do("POST", path, m{"user": user}), 409, "user_inactive")
	})
}
