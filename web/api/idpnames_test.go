package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIDPNames is a group's IdP names from request to sign-in.
func TestIDPNames(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		const object = "6731de76-14a6-49ae-97bc-6eba6914391e"
		w := f.acme
		f.enter(w, "bob", object, "CN=Engineers,OU=Groups,DC=acme")
		made := f.do("POST", w.in(organizationPath+"/groups"), m{
			"name":      "platform",
			"idp_names": []string{" b ", "a", "a", "platform"},
		})
		f.wants(made, 201, "")
		if got := fmt.Sprint(made.json["idp_names"]); got != "[a b]" {
			t.Errorf("got %s", made.Body)
		}
		group := made.text("id")

		engineering := w.in(groupPath)
		before := f.do("GET", engineering, nil)
		if got := fmt.Sprint(before.json["idp_names"]); got != "[]" ||
			before.json["expected_members"] != 1.0 {
			t.Errorf("before: %s", before.Body)
		}
		got := f.do("PATCH", engineering, m{
			"idp_names": []string{object, "e\u0301quipe"},
		})
		f.wants(got, 200, "")
		if diff := cmp.Diff(
			[]any{object, "\u00e9quipe"}, got.json["idp_names"],
		); diff != "" || got.json["expected_members"] != 2.0 {
			t.Errorf("after: %s", got.Body)
		}
		f.did("group.updated")
		if e := f.newest(); !strings.Contains(e.Detail["idp_names_added"], object) {
			t.Errorf("the audit trail says %v", e.Detail)
		}
		drift := f.do("GET", w.in(groupPath+"/drift"), nil)
		f.wants(drift, 200, "")
		if !strings.Contains(drift.Body.String(), "group_newer") {
			t.Errorf("the person is missing: %s", drift.Body)
		}
		f.wants(f.do("POST", w.in(groupPath+"/reconcile"), m{}), 200, "")
		if got := f.do("GET", engineering, nil); got.json["actual_members"] != 2.0 {
			t.Errorf("reconciled: %s", got.Body)
		}
		preview := f.do(
			"POST", w.in(connectionsPath+"/{connection}/sync-preview"),
			m{
				"login":  "new@acme.test",
				"groups": []string{object},
			},
		)
		f.wants(preview, 200, "")
		if !strings.Contains(preview.Body.String(), `"name":"engineering"`) ||
			strings.Contains(preview.Body.String(), `"unmatched":["`) {
			t.Errorf("preview: %s", preview.Body)
		}
		f.conflicts(w, group, object)
	})
}

// conflicts: a name that is another group's is refused, and both are named.
func (f *fixture) conflicts(w world, group, object string) {
	f.Helper()
	path := strings.Replace(w.in(groupPath), w["group"], group, 1)
	for _, c := range []struct {
		method, path string
		body         m
		field, says  string
	}{
		{
			"PATCH",
			path,
			m{"idp_names": []string{object}},
			"idp_names",
			object + "” is an IdP name of the group “engineering”",
		},
		{
			"PATCH",
			path,
			m{"idp_names": []string{"engineering"}},
			"idp_names",
			"“engineering” is the name of another group",
		},
		{"PATCH", path, m{"name": object}, "name", object + "” is an IdP name of the group “engineering”"},
		{
			"POST",
			w.in(organizationPath + "/groups"),
			m{"name": object},
			"name",
			object + "” is an IdP name of the group “engineering”",
		},
		{
			"POST",
			w.in(organizationPath + "/groups"),
			m{
				"name":      "x",
				"idp_names": []string{"a"},
			},
			"idp_names",
			"“a” is an IdP name of the group “platform”",
		},
	} {
		got := f.do(c.method, c.path, c.body)
		f.wants(got, 409, "name_taken")
		if !strings.Contains(got.Body.String(), c.says) ||
			!slices.Equal(got.fields(), []string{c.field}) {
			f.Errorf("%v: %s", c.body, got.Body)
		}
	}
	for name, c := range map[string]struct {
		names  []string
		fields []string
	}{
		"line break":    {[]string{"a\nb"}, []string{"idp_names[0]"}},
		"invisible":     {[]string{"a", "b\u200bc"}, []string{"idp_names[1]"}},
		"blank":         {[]string{" "}, []string{"idp_names[0]"}},
		"default group": {[]string{"Members"}, []string{"idp_names[0]"}},
		"too many": {
			slices.Collect(func(yield func(string) bool) {
				for i := range 51 {
					if !yield(fmt.Sprint("name ", i)) {
						return
					}
				}
			}),
			[]string{"idp_names"},
		},
	} {
		got := f.do("PATCH", path, m{"idp_names": c.names})
		f.wants(got, 422, "group_name_invalid")
		if diff := cmp.Diff(c.fields, got.fields()); diff != "" {
			f.Errorf("%s: %s", name, got.Body)
		}
	}
	f.wants(f.do("PATCH", path, m{"idp_names": []string{}}), 200, "")
	if got := f.do("GET", path, nil); fmt.Sprint(got.json["idp_names"]) != "[]" {
		f.Errorf("taken away: %s", got.Body)
	}
}
