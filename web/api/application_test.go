package api

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

func TestApplications(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		given := m{
			"key":  "docs",
			"name": "Docs",
			"kind": "forward-auth",
			"origins": []string{
				"https://docs.example.com", "https://docs.example.com:8443",
			},
			"enterprises":     []string{f.acme["enterprise"]},
			"groups":          []string{"research/engineering"},
			"told_groups":     []string{"research/*"},
			"start_path":      "/home",
			"listed":          false,
			"attributes":      []string{"department"},
			"groups_limit":    1024,
			"sign_in":         f.acme["enterprise"],
			"public_paths":    []string{"/health", "/public/*"},
			"programs":        true,
			"services":        true,
			"allow_preflight": true,

			"authn_max_age_minutes": 60,
			"acr":                   []string{"phr", "urn:example:mfa"},
		}
		got := f.do(http.MethodPost, Prefix+"applications", given)
		f.wants(got, 201, "")
		path := Prefix + "applications/" + got.text("id")
		if got.Header().Get("Location") != path {
			t.Errorf("Location %s", got.Header().Get("Location"))
		}
		want := map[string]any{
			"key":  "docs",
			"name": "Docs",
			"kind": "forward-auth",
			"origins": []any{
				"https://docs.example.com", "https://docs.example.com:8443",
			},
			"enterprises":     []any{f.acme["enterprise"]},
			"groups":          []any{"research/engineering"},
			"told_groups":     []any{"research/*"},
			"start_path":      "/home",
			"listed":          false,
			"attributes":      []any{"department"},
			"groups_limit":    1024.0,
			"sign_in":         f.acme["enterprise"],
			"public_paths":    []any{"/health", "/public/*"},
			"programs":        true,
			"services":        true,
			"allow_preflight": true,

			"authn_max_age_minutes": 60.0,
			"acr":                   []any{"phr", "urn:example:mfa"},

			"id":         got.text("id"),
			"revision":   1.0,
			"created_at": got.text("created_at"),
			"endpoints": map[string]any{
				"nginx":   "https://" + host + "/auth/nginx/docs",
				"forward": "https://" + host + "/auth/forward/docs",
				"envoy":   "https://" + host + "/auth/envoy/docs",
			},
		}
		if diff := cmp.Diff(want, f.do(http.MethodGet, path, nil).json); diff != "" {
			t.Error(diff)
		}
		f.wants(
			f.do(http.MethodPost, Prefix+"applications", given), 409, "key_taken",
		)

		got = f.do(http.MethodPatch, path, m{
			"name":         "Documents",
			"groups":       []string{},
			"groups_limit": 0,
			"sign_in":      "",
			"start_path":   "",
			"listed":       true,
		})
		f.wants(got, 200, "")
		want["name"] = "Documents"
		want["groups"] = []any{}
		want["groups_limit"] = 2048.0
		want["sign_in"] = nil
		want["start_path"] = ""
		want["listed"] = true
		want["revision"] = 2.0
		if diff := cmp.Diff(want, got.json); diff != "" {
			t.Error(diff)
		}
		got = f.do(http.MethodPatch, path, m{
			"public_paths":    []string{},
			"allow_preflight": false,

			"authn_max_age_minutes": 0,
			"acr":                   []string{},
		})
		f.wants(got, 200, "")
		if diff := cmp.Diff(
			[]any{[]any{}, false, 0.0, []any{}},
			[]any{
				got.json["public_paths"], got.json["allow_preflight"],
				got.json["authn_max_age_minutes"], got.json["acr"],
			},
		); diff != "" {
			t.Error(diff)
		}
		got = f.do(http.MethodPatch, path, m{
			"origins": []string{"https://wiki.bücher.example"},
		})
		f.wants(got, 200, "")
		if diff := cmp.Diff([]any{"https://wiki.xn--bcher-kva.example"}, got.json["origins"]); diff != "" {
			t.Error(diff)
		}
		events, _, err := f.db.AuditEvents(
			f.Context(), "", sso.AuditFilter{Actor: string(f.actor)}, sso.Page{},
		)
		f.ok(err)
		if len(events) != 4 ||
			events[0].Action != "application.updated" ||
			events[3].Action != "application.created" ||
			events[0].Target != got.text("id") {
			t.Errorf("the audit trail says %+v", events)
		}
		f.wants(f.do(http.MethodDelete, path, nil), 204, "")
		f.wants(f.do(http.MethodGet, path, nil), 404, "not_found")
		f.wants(f.do(http.MethodPatch, path, m{"name": "x"}), 404, "not_found")
		f.wants(f.do(http.MethodDelete, path, nil), 404, "not_found")
	})
}

func TestApplicationFields(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		gone := string(sso.NewID[sso.EnterpriseID](time.Now()))
		long := make([]string, 51)
		for i := range long {
			long[i] = "https://wiki.example.com"
		}
		cases := map[string]struct {
			change m
			fields []string
		}{
			"key like an ID": {m{"key": "app-1"}, []string{"key"}},
			"no origin":      {m{"origins": []string{}}, []string{"origins"}},
			"short age":      {m{"authn_max_age_minutes": 4}, []string{"authn_max_age_minutes"}},
			"long age":       {m{"authn_max_age_minutes": 43201}, []string{"authn_max_age_minutes"}},
			"negative age":   {m{"authn_max_age_minutes": -1}, []string{"authn_max_age_minutes"}},
			"endless age":    {m{"authn_max_age_minutes": int64(1) << 60}, []string{"authn_max_age_minutes"}},
			"two contexts":   {m{"acr": []string{"a b"}}, []string{"acr"}},
			"many origins":   {m{"origins": long}, []string{"origins"}},
			"path": {
				m{"origins": []string{"https://wiki.example.com/"}},
				[]string{"origins[0]"},
			},
			"upper case": {
				m{"origins": []string{"https://a.example", "https://Wiki.example.com"}},
				[]string{"origins[1]"},
			},
			"standard port": {
				m{"origins": []string{"https://wiki.example.com:443"}},
				[]string{"origins[0]"},
			},
			"wildcard": {
				m{"origins": []string{"https://*.example.com"}},
				[]string{"origins[0]"},
			},
			"user name": {
				m{"origins": []string{"https://wiki@example.com"}},
				[]string{"origins[0]"},
			},
			"scheme": {
				m{
					"origins": []string{
						"ftp://wiki.example.com", "javascript:alert(1)",
						"//wiki.example.com",
					},
				},
				[]string{"origins[0]", "origins[1]", "origins[2]"},
			},
			"look-alike": {
				m{"origins": []string{"https://wi\u212ai.example.com"}},
				[]string{"origins[0]"},
			},
			"mixed scripts": {
				m{"origins": []string{"https://bücher.example", "https://аcme.example"}},
				[]string{"origins[1]"},
			},
			"no organization": {
				m{"groups": []string{"engineering"}},
				[]string{"groups[0]"},
			},
			"all of a required": {
				m{"groups": []string{"research/ engineering"}},
				[]string{"groups[0]"},
			},
			"no attribute": {
				m{"attributes": []string{"department", "Dept", "a=b"}},
				[]string{"attributes[1]", "attributes[2]"},
			},
			"no organization of a shared group": {
				m{"told_groups": []string{"*/*", "Research/x"}},
				[]string{"told_groups[0]", "told_groups[1]"},
			},
			"a start path elsewhere": {
				m{"start_path": "//evil.example/"},
				[]string{"start_path"},
			},
			"limit":          {m{"groups_limit": 16385}, []string{"groups_limit"}},
			"negative limit": {m{"groups_limit": -1}, []string{"groups_limit"}},
			"public expression": {
				m{"public_paths": []string{"/health", "^/public/.*$", "/public/*/x"}},
				[]string{"public_paths[1]", "public_paths[2]"},
			},
			"all is public": {
				m{"public_paths": []string{"/*"}},
				[]string{"public_paths[0]"},
			},
			"public, escaped": {
				m{
					"public_paths": []string{
						"/public/%2e%2e/admin", "/public/../admin", "/public//a",
					},
				},
				[]string{"public_paths[0]", "public_paths[1]", "public_paths[2]"},
			},
			"no such enterprise": {
				m{"enterprises": []string{f.acme["enterprise"], gone, "x"}},
				[]string{"enterprises[1]", "enterprises[2]"},
			},
			"no one to sign in": {m{"sign_in": gone}, []string{"sign_in"}},
			"another to sign in": {
				m{
					"enterprises": []string{f.acme["enterprise"]},
					"sign_in":     f.other["enterprise"],
				},
				[]string{"sign_in"},
			},
		}
		for name, c := range cases {
			f.unchanged(func() {
				new := m{
					"key":     "docs",
					"name":    "Docs",
					"kind":    "forward-auth",
					"origins": []string{"https://docs.example.com"},
				}
				for member, value := range c.change {
					new[member] = value
				}
				for method, got := range map[string]reply{
					"POST": f.do(http.MethodPost, Prefix+"applications", new),
					"PATCH": f.do(
						http.MethodPatch, f.acme.in("applications/{application}"),
						c.change,
					),
				} {
					f.wants(got, 422, "validation_failed")
					if fields := got.fields(); !slices.Equal(fields, c.fields) {
						t.Errorf("%s, %s: %v", method, name, fields)
					}
				}
			})
		}
		f.wants(f.do(http.MethodPost, Prefix+"applications", m{
			"key":     "docs",
			"name":    "Docs",
			"kind":    "oidc",
			"origins": []string{"https://docs.example.com"},
		}), 422, "validation_failed")
	})
}
