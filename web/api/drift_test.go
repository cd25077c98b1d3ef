package api

import (
	"testing"

	"gatehouse/sso"
)

// provisions switches the connection of a company to SCIM.
func (f *fixture) provisions(w world) {
	f.Helper()
	_, err := f.db.UpdateConnection(
		f.Context(), sso.ActorOperator, sso.EnterpriseID(w["enterprise"]), sso.ConnectionID(w["connection"]), "test",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Draft
			live.Provisioning = sso.ProvisionSCIM
			c.Live, c.State = &live, sso.ConnectionEnabled
			return c, nil
		},
	)
	f.ok(err)
}

func TestProvisioningDrift(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.provisions(f.acme)
		const path = connectionPath + "/provisioning"
		name := f.do("GET", f.acme.in(groupPath), nil).json["name"].(string)
		f.wants(f.do("POST", f.acme.in(path+"/expect"), m{"group": name, "people": 269}), 200, "")
		f.wants(f.do("POST", f.acme.in(path+"/expect"), m{"group": name, "people": -1}), 422, "validation_failed")
		got := f.do("GET", f.acme.in(path+"/drift"), nil)
		f.wants(got, 200, "")
		var found m
		for _, g := range got.json["groups"].([]any) {
			if g.(m)["name"] == name {
				found = g.(m)
			}
		}
		if got.json["differs"] != true || found == nil || found["expected_members"] != 269.0 || found["missing"] == 0.0 {
			t.Fatalf("got %s", got.Body)
		}
		f.wants(f.do("POST", f.acme.in(path+"/expect"), m{"group": name, "logins": []string{"new@acme.example"}}), 200, "")
		one := f.do("GET", f.acme.in(path+"/drift/"+f.acme["group"]), nil)
		f.wants(one, 200, "")
		missing := one.json["missing"].([]any)
		if len(missing) != 1 || missing[0].(m)["login"] != "new@acme.example" || missing[0].(m)["reason"] != "not_provisioned" {
			t.Errorf("got %s", one.Body)
		}
		f.wants(f.do("GET", f.acme.in(path+"/drift/"+f.other["group"]), nil), 404, "not_found")
		f.wants(f.do("POST", f.acme.in(path+"/expect"), m{"group": name}), 200, "")
		f.wants(f.do("POST", f.acme.in(path+"/expect"), m{"group": name}), 404, "not_found")
		f.wants(f.do("POST", f.acme.in(path+"/expect/read"), m{"group": name}), 502, "directory_unavailable")
		f.wants(f.do("POST", f.acme.in(path+"/expect/read"), m{"group": ""}), 422, "validation_failed")
	})
}

func TestReconcileProvisioning(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		const path = connectionPath + "/provisioning/reconcile"
		f.wants(f.do("POST", f.acme.in(path), m{}), 409, "not_provisioning")
		f.provisions(f.acme)
		ent, conn := sso.EnterpriseID(f.acme["enterprise"]), sso.ConnectionID(f.acme["connection"])
		push := sso.Push{
			Enterprise: ent,
			Connection: conn,
		}
		u, err := f.db.CreateProvisionedUser(f.Context(), push, sso.ProvisionedUser{
			UserName: "new@acme.example",
			Active:   true,
			Document: []byte(`{"userName":"new@acme.example"}`),
		})
		f.ok(err)
		name := f.do("GET", f.acme.in(groupPath), nil).json["name"].(string)
		_, _, err = f.db.CreateProvisionedGroup(f.Context(), push, sso.ProvisionedGroup{
			DisplayName: name + " pushed",
			Document:    []byte(`{}`),
		}, sso.MemberChange{Add: []sso.ResourceID{u.ID}})
		f.ok(err)
		f.wants(f.do("PATCH", f.acme.in(groupPath), m{"idp_names": []string{name + " pushed"}}), 200, "")
		u, err = f.db.ProvisionedUser(f.Context(), ent, conn, u.ID)
		f.ok(err)
		f.ok(f.db.RemoveMember(f.Context(), sso.ActorOperator, ent, sso.GroupID(f.acme["group"]), u.Account))
		shown := f.do("POST", f.acme.in(path), m{"dry_run": true, "group": f.acme["group"]})
		f.wants(shown, 200, "")
		if g := shown.json["groups"].([]any)[0].(m); g["done"] != false || len(g["added"].([]any)) != 1 {
			t.Errorf("got %s", shown.Body)
		}
		f.wants(f.do("POST", f.acme.in(path), m{}), 200, "")
		again := f.do("POST", f.acme.in(path), m{"dry_run": true})
		if all := again.json["groups"].([]any); len(all) > 0 && len(all[0].(m)["added"].([]any)) > 0 {
			t.Errorf("still missing: %s", again.Body)
		}
	})
}
