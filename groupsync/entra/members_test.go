package entra_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/groupsync/entra"
	"gatehouse/sso"
)

// membersOf serves a token, the groups found by any filter, and the pages of members
// of the first of them.
func membersOf(t *testing.T, groups []map[string]string, pages ...[]map[string]any) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /contoso.example/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"token_type":"Bearer","access_token":"canary-token"}`)
	})
	mux.HandleFunc("GET /v1.0/groups", func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("$filter") != "displayName eq 'grp''all'" || q.Get("$count") != "true" {
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
		page(w, "", groups...)
	})
	mux.HandleFunc("GET /v1.0/groups/"+id(1)+"/members/microsoft.graph.user", func(w http.ResponseWriter, r *http.Request) {
		n := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("$skiptoken"), &n)
		if n >= len(pages) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		p := map[string]any{"value": pages[n]}
		if n+1 < len(pages) {
			p["@odata.nextLink"] = fmt.Sprintf("http://%s%s?$skiptoken=%d", r.Host, r.URL.Path, n+1)
		}
		_ = json.NewEncoder(w).Encode(p)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func user(login string, enabled any) map[string]any {
	return map[string]any{
		"userPrincipalName": login,
		"accountEnabled":    enabled,
	}
}

// TestMembers lists the direct members of a group, by its name or its ID.
func TestMembers(t *testing.T) {
	t.Parallel()
	one := []map[string]string{group(1, "grp'all")}
	for name, c := range map[string]struct {
		asked  string
		groups []map[string]string
		pages  [][]map[string]any
		want   []string
		code   string
	}{
		"two pages": {
			asked:  "grp'all",
			groups: one,
			pages: [][]map[string]any{
				{user("bob@contoso.example", true), user("blocked@contoso.example", false)},
				{user("ada@contoso.example", nil), user("bob@contoso.example", true)},
			},
			want: []string{"ada@contoso.example", "bob@contoso.example"},
		},
		"by ID": {
			asked: id(1),
			pages: [][]map[string]any{{user("ada@contoso.example", true)}},
			want:  []string{"ada@contoso.example"},
		},
		"no member": {
			asked:  "grp'all",
			groups: one,
			pages:  [][]map[string]any{{}},
			want:   []string{},
		},
		"no group": {
			asked: "grp'all",
			code:  "directory_group_unknown",
		},
		"two groups of the name": {
			asked:  "grp'all",
			groups: []map[string]string{group(1, "grp'all"), group(2, "grp'all")},
			code:   "directory_group_unknown",
		},
		"more than are compared": {
			asked: id(1),
			pages: slices.Repeat([][]map[string]any{slices.Repeat([]map[string]any{
				user("ada@contoso.example", true),
			}, 1000)}, 202),
			code: "too_many_members",
		},
		"refused": {
			asked: id(1),
			code:  "directory_denied",
		},
		"no logins": {
			asked: id(1),
			pages: [][]map[string]any{{user("", true)}},
			code:  "directory_denied",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := membersOf(t, c.groups, c.pages...)
			client, err := entra.New(entra.Options{
				HTTP:     server.Client(),
				LoginURL: server.URL,
				GraphURL: server.URL,
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := client.Members(t.Context(), app(), c.asked)
			if sso.CodeOf(err) != c.code || err != nil && strings.Contains(err.Error(), "canary") {
				t.Fatalf("got %v, %v; want code %q", got, err, c.code)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
