package api

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// erase deletes a new user.
func (f *fixture) erase(name string) {
	f.Helper()
	_, err := f.db.EraseUser(f.Context(), sso.ActorOperator, sso.EnterpriseID(f.acme["enterprise"]), f.claim(name))
	f.ok(err)
}

// TestDeleteUser: an active user is refused, a dry run changes nothing, and a deleted
// user is allowed again by an admin.
func TestDeleteUser(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.unchanged(func() {
			f.wants(f.do("DELETE", f.acme.in(userPath), nil), 409, "user_active")
			got := f.do("DELETE", f.acme.in(userPath)+"?dry_run=true", nil)
			f.wants(got, 200, "")
			if !strings.Contains(got.Body.String(), `"code":"user_active"`) || got.json["erasure"] != nil {
				t.Errorf("the dry run says %s", got.Body)
			}
		})
		f.wants(f.do("POST", f.acme.in(userPath)+"/deactivate", nil), 200, "")
		f.unchanged(func() {
			got := f.do("DELETE", f.acme.in(userPath)+"?dry_run=true", nil)
			f.wants(got, 200, "")
			if got.json["attempts"] == 0.0 || len(got.json["forbidden"].([]any)) > 0 {
				t.Errorf("the dry run says %s", got.Body)
			}
		})
		got := f.do("DELETE", f.acme.in(userPath), nil)
		f.wants(got, 200, "")
		if got.json["erasure"].(map[string]any)["user"] != f.acme["user"] {
			t.Errorf("the deletion says %s", got.Body)
		}
		f.wants(f.do("DELETE", f.acme.in(userPath), nil), 404, "not_found")
		f.wants(f.do("GET", f.acme.in(userPath)+"/export", nil), 404, "not_found")
		lift := f.acme.in("/enterprises/{enterprise}/erasures/{user}")
		f.wants(f.do("DELETE", lift, nil), 200, "")
		got = f.do("DELETE", lift, nil)
		f.wants(got, 200, "")
		if got.json["lifted_by"] != string(f.actor) {
			t.Errorf("the second time says %s", got.Body)
		}
		f.history() // verifies
	})
}
