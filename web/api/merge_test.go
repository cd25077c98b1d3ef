package api

import (
	"testing"
)

// TestMerge: a dry run changes nothing and says what a merge does; a merge is undone.
func TestMerge(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		kept := f.acme["user"]
		from := string(f.claim("second"))
		path := f.acme.in("/enterprises/{enterprise}/users/") + from + "/merge"
		f.unchanged(func() {
			got := f.do("POST", path, m{"into": kept, "dry_run": true})
			f.wants(got, 200, "")
			if got.json["merge"] != nil || len(got.json["forbidden"].([]any)) != 0 {
				t.Errorf("the dry run says %s", got.Body)
			}
			same := f.do("POST", path, m{"into": from, "dry_run": true})
			f.wants(same, 200, "")
			if len(same.json["forbidden"].([]any)) != 1 {
				t.Errorf("the dry run says %s", same.Body)
			}
		})
		got := f.do("POST", path, m{"into": kept})
		f.wants(got, 200, "")
		f.wants(f.do("POST", path, m{"into": kept}), 409, "user_merged")
		user := f.acme.in("/enterprises/{enterprise}/users/") + from
		f.wants(f.do("POST", user+"/reactivate", nil), 409, "user_merged")
		merge := got.json["merge"].(map[string]any)["id"].(string)
		undo := f.acme.in("/enterprises/{enterprise}/merges/") + merge + "/undo"
		f.wants(f.do("POST", undo, nil), 200, "")
		f.wants(f.do("POST", undo, nil), 409, "merge_undone")
	})
}
