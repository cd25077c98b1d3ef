package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// counted is a store that counts the reads of members, and can fail at one.
type counted struct {
	*store.DB
	reads  atomic.Int64
	failAt int64 // 0: never
}

func (c *counted) ProvisionedGroupMembers(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, group, after sso.ResourceID, limit int,
) ([]sso.ProvisionedMember, error) {
	if n := c.reads.Add(1); n == c.failAt {
		return nil, errors.New("the database went away")
	}
	return c.DB.ProvisionedGroupMembers(ctx, ent, conn, group, after, limit)
}

// largeGroup provisions n users and a group of them all.
func (f *fixture) largeGroup(n int) string {
	f.Helper()
	var list strings.Builder
	for i := range n {
		id := f.newUser(fmt.Sprintf("user-%04d@acme.test", i)).text("id")
		fmt.Fprintf(&list, `{"value": "%s"},`, id)
	}
	body := `{"displayName": "everyone", "members": [` + strings.TrimSuffix(list.String(), ",") + `]}`
	return f.want(f.do("POST", "/Groups?excludedAttributes=members", body), 201).text("id")
}

// TestMembersAreStreamed: a group is written with all its members, read some at a
// time. They are not read when they are not shown, and never for a PATCH.
func TestMembersAreStreamed(t *testing.T) {
	t.Parallel()
	const n = 2100
	f := newFixture(t, storetest.SQLite, options{})
	id := f.largeGroup(n)
	f.counted.reads.Store(0)
	got := f.want(f.do("GET", "/Groups/"+id, ""), 200)
	list, _ := got.json["members"].([]any)
	seen := map[any]bool{}
	for _, m := range list {
		seen[m.(map[string]any)["value"]] = true
	}
	if len(list) != n || len(seen) != n {
		t.Errorf("%d members, %d different, want %d", len(list), len(seen), n)
	}
	if reads := f.counted.reads.Swap(0); reads != 3 {
		t.Errorf("read in %d parts", reads)
	}
	member := list[0].(map[string]any)["value"].(string)
	f.want(f.do("GET", "/Groups/"+id+"?excludedAttributes=members", ""), 200)
	f.want(f.do("GET", "/Groups?attributes=displayName", ""), 200)
	f.want(f.do("GET", "/Groups/"+id, "", "If-None-Match: "+got.Header().Get("ETag")), 304)
	f.want(f.do("PATCH", "/Groups/"+id, `{"Operations": [{"op": "remove", "path": "members[value eq \"`+member+`\"]"}]}`), 204)
	f.want(f.do("PATCH", "/Groups/"+id, `{"Operations": [{"op": "add", "path": "members", "value": [{"value": "`+member+`"}]}]}`), 204)
	if reads := f.counted.reads.Load(); reads != 0 {
		t.Errorf("members were read %d times", reads)
	}
}

// TestBrokenStreamIsNotTheWhole: when the database fails behind the first members,
// the connection breaks off; when it fails before, the answer is an error.
func TestBrokenStreamIsNotTheWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite, options{})
	id := f.largeGroup(1500)
	f.counted.reads.Store(0)
	f.counted.failAt = 1
	f.want(f.do("GET", "/Groups/"+id, ""), 500)
	f.counted.reads.Store(0)
	f.counted.failAt = 2
	r := httptest.NewRequest(http.MethodGet, "https://"+host+f.base()+"/Groups/"+id, nil)
	r.Header.Set("Authorization", "Bearer "+f.bearer.Reveal())
	defer func() {
		if recover() != http.ErrAbortHandler { //nolint:errorlint // net/http compares the value itself
			t.Error("the connection was not broken off")
		}
	}()
	f.ServeHTTP(httptest.NewRecorder(), r)
}
