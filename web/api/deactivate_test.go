package api

import (
	"testing"

	"gatehouse/sso"
)

// TestDeactivatePushed: to deactivate a user whom a push had deactivated has an effect: no
// push reactivates them afterwards.
func TestDeactivatePushed(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		c := f.scimConnection(func(*sso.Config) {})
		ended := f.pushUser(c, "grace@acme.test", false) // the account has the identifier of the resource
		path := f.acme.in(enterprisePath) + "/users/" + string(ended)
		if got := f.do("GET", path, nil); got.json["status"] != "deactivated" || got.json["ended_by_push"] != true {
			t.Fatalf("the user is %s", got.Body)
		}
		if got := f.do("POST", path+"/deactivate", nil); got.Code != 200 || got.json["ended_by_push"] != false {
			t.Errorf("deactivated: %d %s", got.Code, got.Body)
		}
		f.did("user.deactivated")
		_, _, err := f.db.ChangeProvisionedUser(
			t.Context(), f.push(c), ended, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
				u.Active = true
				return u, nil
			},
		)
		f.ok(err)
		if got := f.do("GET", path, nil); got.json["status"] != "deactivated" {
			t.Errorf("a push made the user %s", got.Body)
		}
	})
}
