package api

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoles(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		given := m{
			"key":        "editor",
			"name":       "Editor",
			"about":      "Writes pages.",
			"precedence": 10,
		}
		got := f.do(http.MethodPost, Prefix+"roles", given)
		f.wants(got, 201, "")
		path := Prefix + "roles/" + got.text("id")
		if got.Header().Get("Location") != path {
			t.Errorf("Location %s", got.Header().Get("Location"))
		}
		want := map[string]any{
			"id":         got.text("id"),
			"key":        "editor",
			"name":       "Editor",
			"about":      "Writes pages.",
			"precedence": 10.0,
			"revision":   1.0,
			"created_at": got.text("created_at"),
		}
		if diff := cmp.Diff(want, f.do("GET", path, nil).json); diff != "" {
			t.Error(diff)
		}
		f.wants(f.do("POST", Prefix+"roles", given), 409, "key_taken")
		f.wants(f.do("POST", Prefix+"roles", m{"key": "x", "name": "X", "precedence": 10}), 409, "precedence_taken")
		for _, wrong := range []m{
			{"key": "X", "name": "X", "precedence": 1},
			{"key": "x", "name": "", "precedence": 1},
			{"key": "x", "name": "X", "precedence": 0},
			{"key": "x", "name": "X", "precedence": 1001},
			{"key": "x", "name": "X", "precedence": 1, "about": "a\nb"},
		} {
			f.wants(f.do("POST", Prefix+"roles", wrong), 422, "validation_failed")
		}
		f.wants(f.do("POST", Prefix+"roles", m{"key": "owner", "name": "Owner", "precedence": 1}), 201, "")
		list := f.do("GET", Prefix+"roles?limit=1", nil)
		f.wants(list, 200, "")
		f.wants(f.do("GET", Prefix+"roles?cursor="+list.text("next"), nil), 200, "")
		f.wants(f.do("PATCH", path, m{"key": "writer"}, "If-Match", `"9"`), 412, "changed_meanwhile")
		f.wants(f.do("PATCH", path, m{"key": "writer", "about": ""}, "If-Match", `"1"`), 200, "")
		f.wants(f.do("PATCH", path, m{"precedence": 1}), 409, "precedence_taken")
		f.rolesOfGroups(path)
	})
}

// rolesOfGroups: a group carries roles by their keys, and keeps a role from being deleted.
func (f *fixture) rolesOfGroups(role string) {
	f.Helper()
	path := Prefix + "enterprises/" + f.acme["enterprise"] + "/groups/" + f.acme["group"]
	got := f.do("GET", path, nil)
	if diff := cmp.Diff([]any{}, got.json["roles"]); diff != "" {
		f.Error(diff)
	}
	got = f.do("PATCH", path, m{"roles": []string{"writer", "owner"}})
	f.wants(got, 200, "")
	if diff := cmp.Diff([]any{"owner", "writer"}, got.json["roles"]); diff != "" {
		f.Error(diff)
	}
	f.wants(f.do("PATCH", path, m{"roles": []string{"writer", "admin"}}), 422, "validation_failed")
	f.wants(f.do("DELETE", role, nil), 409, "role_in_use")
	f.wants(f.do("PATCH", path, m{"roles": []string{}}), 200, "")
	f.wants(f.do("DELETE", role, nil, "If-Match", `"1"`), 412, "changed_meanwhile")
	f.wants(f.do("DELETE", role, nil), 204, "")
	f.wants(f.do("GET", role, nil), 404, "not_found")
	made := f.do("POST", Prefix+"enterprises/"+f.acme["enterprise"]+"/organizations/"+f.acme["organization"]+"/groups", m{
		"name":  "owners",
		"roles": []string{"owner"},
	})
	f.wants(made, 201, "")
}
