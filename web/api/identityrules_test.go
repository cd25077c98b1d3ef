package api

import (
	"slices"
	"testing"

	"gatehouse/sso"
)

// TestIdentityRules tries the rule, switches it on, and answers what waits.
func TestIdentityRules(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(enterprisePath) + "/identity-rules"
		got := f.do("GET", path, nil)
		f.wants(got, 200, "")
		if got.json["same_login_and_domain"] != false || got.json["tried_at"] != nil || got.Header().Get("ETag") != `"1"` {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"same_login_and_domain": true}), 409, "rule_not_tried")
		f.wants(f.do("PATCH", path, m{"answer_open": true}), 409, "rule_off")
		_, err := f.db.UpdateUser(
			t.Context(), sso.ActorOperator, sso.EnterpriseID(f.acme["enterprise"]), sso.UserID(f.acme["user"]),
			func(u sso.User) (sso.User, error) {
				u.Status = sso.UserActive
				return u, nil
			},
		)
		f.ok(err)
		f.claim("newcomer")
		got = f.do("POST", path+"/try", nil)
		f.wants(got, 200, "")
		f.did("identity_rules.tried")
		all, _ := got.json["questions"].([]any)
		if len(all) == 0 || got.json["more"] != false || got.json["yes"] != 0.0 {
			t.Fatalf("got %s", got.Body)
		}
		against, _ := all[0].(map[string]any)["against"].([]any)
		if !slices.Contains(against, any(string(sso.RuleConnection))) {
			t.Errorf("against it is %v", against)
		}
		f.wants(f.do("PATCH", path, m{"same_login_and_domain": true}, "If-Match", `"9"`), 412, "changed_meanwhile")
		got = f.do("PATCH", path, m{"same_login_and_domain": true, "answer_open": true}, "If-Match", `"1"`)
		f.wants(got, 200, "")
		f.did("identity_rules.updated")
		if got.json["same_login_and_domain"] != true || got.json["answered"] != 0.0 || got.Header().Get("ETag") != `"2"` {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"same_login_and_domain": false}), 200, "")
		f.wants(f.do("PATCH", path, m{"same_login_and_domain": true}), 409, "rule_not_tried")
	})
}
