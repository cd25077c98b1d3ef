package api

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// serviceToken creates a token of a service in a group and returns its ID.
func (f *fixture) serviceToken(ent sso.EnterpriseID, g sso.Group) string {
	f.Helper()
	k, err := f.db.CreateServiceToken(f.Context(), sso.ActorOperator, sso.ServiceToken{
		Service: sso.Service{
			Enterprise:   ent,
			Organization: g.Organization,
			Name:         "export",
			Owner:        g.ID,
			Groups:       []sso.PrincipalGroup{{ID: g.ID}},
		},
		Hash:         sso.NewSecret().Hash(),
		Applications: []sso.ApplicationID{"app-one"},
		ExpiresAt:    time.Now().Add(30 * 24 * time.Hour),
	})
	f.ok(err)
	return string(k.ID)
}

func TestServiceTokens(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(organizationPath + "/service-tokens")
		expires := time.Now().Add(90 * 24 * time.Hour).UTC().Format(time.RFC3339)
		body := func() m {
			return m{
				"name":         "Nightly export",
				"owner_group":  f.acme["group"],
				"groups":       []string{f.acme["group"]},
				"applications": []string{f.acme["application"]},
				"expires_at":   expires,
			}
		}
		made := f.do("POST", path, body())
		f.wants(made, 201, "")
		f.did("service_token.created")
		value, id, service := made.text("token"), made.text("id"), made.text("service")
		if !strings.HasPrefix(value, "gw_svc_") || !strings.HasPrefix(service, "svc-") ||
			made.Header().Get("Location") != path+"/"+id || made.json["live"] != true {
			t.Errorf("got %s, Location %s", made.Body, made.Header().Get("Location"))
		}
		second := f.do("POST", path, m{"service": service, "expires_at": expires})
		f.wants(second, 201, "")
		if second.text("service") != service || second.text("name") != "Nightly export" || second.text("id") == id {
			t.Errorf("got %s", second.Body)
		}
		f.wants(f.do("POST", path, m{"service": service, "expires_at": expires}), 409, "too_many_tokens")
		f.wants(f.do("POST", path, m{"service": service, "name": "x", "expires_at": expires}), 422, "validation_failed")
		list := f.do("GET", path, nil)
		f.wants(list, 200, "")
		if len(list.items()) != 3 || strings.Contains(list.Body.String(), value[10:20]) {
			t.Errorf("got %s", list.Body)
		}
		for range 2 {
			f.wants(f.do("DELETE", path+"/"+id, nil), 204, "")
		}
		f.did("service_token.revoked")
		f.wants(f.do("DELETE", path+"/"+f.other["service_token"], nil), 404, "not_found")
		for field, wrong := range map[string]any{
			"name":         " ",
			"owner_group":  f.other["group"],
			"groups":       []string{f.other["group"]},
			"applications": []string{},
			"expires_at":   "2020-01-01T00:00:00Z",
			"service":      f.other["service_token"],
		} {
			b := body()
			b[field] = wrong
			if got := f.do("POST", path, b); got.Code != 422 && got.Code != 404 {
				t.Errorf("%s: %d %s", field, got.Code, got.Body)
			}
		}
	})
}
