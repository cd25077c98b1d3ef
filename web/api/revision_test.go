package api

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// revisedPaths are the objects that are edited by revision, besides connections.
func revisedPaths() map[string]string {
	return map[string]string{
		"organization": organizationPath,
		"group":        groupPath,
		"application":  applicationPath,
	}
}

// TestRevisions edits and deletes each object with the ETag of an earlier
// revision, with that of the current one and without one.
func TestRevisions(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for noun, pattern := range revisedPaths() {
			path := f.acme.in(pattern)
			got := f.do("GET", path, nil)
			old := got.Header().Get("ETag")
			if old != `"1"` || got.json["revision"] != 1.0 {
				t.Errorf(
					"a new %s has the ETag %s and revision %v", noun, old,
					got.json["revision"],
				)
			}
			got = f.do("PATCH", path, m{"name": "one"}, "If-Match", old)
			f.wants(got, 200, "")
			if tag := got.Header().Get("ETag"); tag != `"2"` || got.json["revision"] != 2.0 {
				t.Errorf(
					"an edited %s has the ETag %s and revision %v", noun, tag,
					got.json["revision"],
				)
			}
			before := f.history()
			for _, stale := range []string{
				old, `"3"`, `"x"`, "2", `W/"2"`, `"2", "3"`, `"-1"`, `"02"`, `""`,
			} {
				f.wants(
					f.do("PATCH", path, m{"name": "two"}, "If-Match", stale), 412,
					"changed_meanwhile",
				)
				f.wants(
					f.do("DELETE", path, nil, "If-Match", stale), 412,
					"changed_meanwhile",
				)
			}
			// A stale edit is reported as one although its values are wrong, too.
			f.wants(
				f.do("PATCH", path, m{"name": " "}, "If-Match", old), 412,
				"changed_meanwhile",
			)
			if diff := cmp.Diff(before, f.history()); diff != "" {
				t.Errorf("a stale edit of the %s changed something: %s", noun, diff)
			}
			for i, current := range []string{`"2"`, "*", ""} {
				f.wants(
					f.do(
						"PATCH", path, m{"name": fmt.Sprint("three", i)}, "If-Match",
						current,
					),
					200,
					"",
				)
			}
			f.wants(f.do("PATCH", path, m{"name": "three2"}), 200, "")
			if tag := f.do("GET", path, nil).Header().Get("ETag"); tag != `"5"` {
				t.Errorf("an edit that changes nothing makes the ETag of the %s %s", noun, tag)
			}
			f.oneWins(path)
		}
		for _, noun := range []string{"application", "group", "organization"} {
			path := f.acme.in(revisedPaths()[noun])
			tag := f.do("GET", path, nil).Header().Get("ETag")
			f.wants(f.do("DELETE", path, nil, "If-Match", tag), 204, "")
		}
	})
}

// oneWins edits an object ten times concurrently from one revision.
func (f *fixture) oneWins(path string) {
	f.Helper()
	tag := f.do("GET", path, nil).Header().Get("ETag")
	var group sync.WaitGroup
	codes := make(chan int, 10)
	for i := range cap(codes) {
		r := f.request(
			"PATCH", path, m{"name": fmt.Sprint("contested", i)}, "If-Match", tag,
		)
		group.Go(func() {
			w := httptest.NewRecorder()
			f.ServeHTTP(w, r)
			codes <- w.Code
		})
	}
	group.Wait()
	close(codes)
	saved := 0
	for code := range codes {
		switch code {
		case 200:
			saved++
		case 412:
		default:
			f.Errorf("a concurrent edit of %s is %d", path, code)
		}
	}
	if saved != 1 {
		f.Errorf("%d of 10 edits of one revision of %s were saved; want 1", saved, path)
	}
}

// TestCreatedRevisions: the answer to a creation has the ETag for the first edit.
func TestCreatedRevisions(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for path, body := range map[string]m{
			f.acme.in(enterprisePath + "/organizations"): {"key": "new", "name": "New"},
			f.acme.in(organizationPath + "/groups"):      {"name": "new"},
			Prefix + "applications": {
				"key":     "new",
				"name":    "New",
				"kind":    "forward-auth",
				"origins": []string{"https://new.test"},
			},
		} {
			got := f.do("POST", path, body, "Idempotency-Key", "once"+path)
			f.wants(got, 201, "")
			again := f.do("POST", path, body, "Idempotency-Key", "once"+path)
			for _, r := range []reply{got, again} {
				if tag := r.Header().Get("ETag"); tag != `"1"` {
					t.Errorf("POST %s has the ETag %s", path, tag)
				}
			}
			edited := f.do(
				"PATCH", got.Header().Get("Location"), m{"name": "newer"},
				"If-Match", `"1"`,
			)
			f.wants(edited, 200, "")
		}
	})
}
