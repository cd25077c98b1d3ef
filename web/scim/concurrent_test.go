package scim

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestConcurrentPatches: 64 requests at once that each add one member lose none,
// and each is a version.
func TestConcurrentPatches(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, options{})
			group := f.want(f.do("POST", "/Groups", `{"displayName": "everyone"}`), 201).text("id")
			const n = 64
			users := make([]string, n)
			for i := range users {
				users[i] = f.newUser(fmt.Sprintf("user-%d@acme.test", i)).text("id")
			}
			var all sync.WaitGroup
			for _, id := range users {
				all.Go(func() {
					body := `{"Operations": [{"op": "Add", "path": "members", "value": [{"value": "` + id + `"}]}]}`
					if got := f.sendAny("PATCH", f.base()+"/Groups/"+group, body); got.Code != 204 {
						t.Errorf("%d %s", got.Code, got.Body)
					}
				})
			}
			all.Wait()
			got := f.want(f.do("GET", "/Groups/"+group, ""), 200)
			if len(list(got, "members")) != n || got.Header().Get("ETag") != fmt.Sprintf(`W/"%d"`, n+1) {
				t.Errorf("%d members, version %s", len(list(got, "members")), got.Header().Get("ETag"))
			}
		})
	}
}

// TestCreatedOnce: of several requests at once that create the same user, one does;
// the others are told its ID.
func TestCreatedOnce(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, database, options{})
			var all sync.WaitGroup
			var mu sync.Mutex
			codes := map[int]int{}
			var refusal string
			for range 8 {
				all.Go(func() {
					got := f.sendAny("POST", f.base()+"/Users", `{"userName": "Ada@acme.test"}`)
					mu.Lock()
					defer mu.Unlock()
					codes[got.Code]++
					if got.Code == 409 {
						refusal = got.Body.String()
					}
				})
			}
			all.Wait()
			id := match(f.do("GET", `/Users?filter=userName+eq+"ada%40acme.test"`, ""))
			if codes[201] != 1 || codes[409] != 7 || id == "" || !strings.Contains(refusal, id) {
				t.Errorf("%v, %s, %s", codes, id, refusal)
			}
		})
	}
}

// TestManyOperations: the thousand operations that Entra ID can send for one group
// are one change.
func TestManyOperations(t *testing.T) {
	t.Parallel()
	f := newFixture(t, databases()["postgres"], options{})
	var ids, adds, removes []string
	for i := range 500 {
		ids = append(ids, f.newUser(fmt.Sprintf("user-%d@acme.test", i)).text("id"))
	}
	for _, id := range ids {
		adds = append(adds, `{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "`+id+`"}]}`)
		removes = append(removes, `{"op": "remove", "path": "members[value eq \"`+id+`\"]"}`)
	}
	group := f.want(f.do("POST", "/Groups", `{"displayName": "g"}`), 201).text("id")
	f.want(f.do("PATCH", "/Groups/"+group, `{"Operations": [`+strings.Join(adds, ",")+`]}`), 204)
	operations := append(removes[:499:499], adds[:1]...)
	f.want(f.do("PATCH", "/Groups/"+group, `{"Operations": [`+strings.Join(operations, ",")+`]}`), 204)
	got := f.want(f.do("GET", "/Groups/"+group, ""), 200)
	if len(list(got, "members")) != 2 || got.Header().Get("ETag") != `W/"3"` {
		t.Errorf("%d members, version %s", len(list(got, "members")), got.Header().Get("ETag"))
	}
}
