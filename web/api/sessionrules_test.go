package api

import (
	"slices"
	"testing"
)

func TestSessionRules(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(enterprisePath) + "/session-rules"
		got := f.do("GET", path, nil)
		f.wants(got, 200, "")
		if got.json["idle_minutes"] != 0.0 || got.json["single_session"] != false || got.Header().Get("ETag") != `"1"` {
			t.Errorf("got %s", got.Body)
		}
		for _, field := range []string{"idle_minutes", "lifetime_minutes", "authn_max_age_minutes"} {
			for _, bad := range []any{4, -1, 43201, 9000000000000000000} {
				got := f.do("PATCH", path, m{field: bad})
				f.wants(got, 422, "validation_failed")
				if fields := got.fields(); !slices.Equal(fields, []string{field}) {
					t.Errorf("%s: blamed %v", field, fields)
				}
			}
		}
		f.wants(f.do("PATCH", path, m{"acr": []string{"a b"}}), 422, "validation_failed")
		got = f.do("PATCH", path, m{
			"idle_minutes": 30, "lifetime_minutes": 480, "single_session": true,
			"authn_max_age_minutes": 60, "acr": []string{"phr", "phr", "urn:mfa"},
		}, "If-Match", `"1"`)
		f.wants(got, 200, "")
		f.did("session_rules.updated")
		acr, _ := got.json["acr"].([]any)
		if got.json["idle_minutes"] != 30.0 || got.json["lifetime_minutes"] != 480.0 ||
			got.json["authn_max_age_minutes"] != 60.0 || len(acr) != 2 || got.Header().Get("ETag") != `"2"` {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"idle_minutes": 0}, "If-Match", `"1"`), 412, "changed_meanwhile")
		got = f.do("PATCH", path, m{"idle_minutes": 0, "acr": []string{}})
		f.wants(got, 200, "")
		if got.json["idle_minutes"] != 0.0 || got.json["lifetime_minutes"] != 480.0 {
			t.Errorf("got %s", got.Body)
		}
	})
}
