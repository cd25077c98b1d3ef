package api

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// TestIdentities: an identity is tied to a user and untied. A dry run changes nothing, and
// what is in the way is the error.
func TestIdentities(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in("/enterprises/{enterprise}/users/{user}/identities")
		conn := f.acme["connection"]
		link := func(extra m) m {
			body := m{"connection": conn}
			for name, value := range extra {
				body[name] = value
			}
			return body
		}
		f.unchanged(func() {
			got := f.do("POST", path, link(m{"subject": "second", "dry_run": true}))
			f.wants(got, 200, "")
			if got.json["identity"] != nil || len(got.json["forbidden"].([]any)) != 0 || got.json["further"] != true {
				t.Errorf("the dry run says %s", got.Body)
			}
			for _, body := range []m{
				link(nil), link(m{"subject": "a", "login": "b"}), link(m{"subject": " a"}), link(m{"login": "a\tb"}),
				{"subject": "a"}, {"connection": "x", "subject": "a"},
			} {
				f.wants(f.do("POST", path, body), 422, "validation_failed")
			}
			f.wants(f.do("POST", path, m{"connection": f.other["connection"], "subject": "a"}), 404, "not_found")
			f.wants(f.do("DELETE", path+"/"+f.other["connection"], nil), 404, "not_found")
		})
		made := f.do("POST", path, link(m{"subject": "second"}))
		f.wants(made, 200, "")
		id := made.json["identity"].(map[string]any)["id"].(string)
		f.wants(f.do("POST", path, link(m{"subject": "second"})), 409, "identity_linked")
		newcomer := f.acme.in("/enterprises/{enterprise}/users/") + string(f.claim("newcomer"))
		taken := f.do("POST", newcomer+"/identities", link(m{"subject": "second", "dry_run": true}))
		f.wants(taken, 200, "")
		if taken.json["in_use"] != f.acme["user"] {
			t.Errorf("the dry run says %s", taken.Body)
		}
		f.wants(f.do("POST", newcomer+"/identities", link(m{"subject": "second"})), 409, "identity_in_use")
		f.unchanged(func() {
			got := f.do("DELETE", path+"/"+id+"?dry_run=true", nil)
			f.wants(got, 200, "")
			if got.json["last_way"] != false || len(got.json["forbidden"].([]any)) != 0 {
				t.Errorf("the dry run says %s", got.Body)
			}
			f.wants(f.do("DELETE", newcomer+"/identities/"+id, nil), 404, "not_found")
		})
		f.wants(f.do("DELETE", path+"/"+id, nil), 200, "")
		f.wants(f.do("DELETE", path+"/"+id, nil), 404, "not_found")
		all := f.do("GET", path, nil)
		f.wants(all, 200, "")
		former := all.json["former"].([]any)
		if len(all.items()) != 1 || len(former) != 1 || former[0].(map[string]any)["subject"] != "second" ||
			former[0].(map[string]any)["why"] != "unlinked" {
			t.Errorf("the identities are %s", all.Body)
		}
	})
}

// TestIdentitiesByCompanyToken: a token of the company ties no identity, since it passes no
// test connection, and it unties none of an admin.
func TestIdentitiesByCompanyToken(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		value := sso.APIToken.New()
		_, err := f.db.CreateToken(t.Context(), sso.ActorOperator, sso.Token{
			Enterprise: sso.EnterpriseID(f.acme["enterprise"]),
			Name:       "company",
			Hash:       value.Hash(),
			Scopes:     []sso.Scope{sso.ScopeAll},
			ExpiresAt:  time.Now().Add(time.Hour),
		})
		f.ok(err)
		f.token = value
		path := f.acme.in("/enterprises/{enterprise}/users/{user}/identities")
		body := m{"connection": f.acme["connection"], "subject": "second"}
		f.unchanged(func() {
			f.wants(f.do("POST", path, body), 409, "link_approval_needed")
		})
		f.ok(f.db.AddEnterpriseAdmin(
			t.Context(), sso.ActorOperator, sso.EnterpriseID(f.acme["enterprise"]), sso.UserID(f.acme["user"]),
		))
		f.unchanged(func() {
			f.wants(f.do("POST", path, body), 409, "operator_needed")
			f.wants(f.do("DELETE", path+"/"+f.acme["connection"], nil), 409, "operator_needed")
		})
	})
}
