package okta_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/groupsync/okta"
	"gatehouse/sso"
)

// answer is one response of the server.
type answer struct {
	status int // 0: 200
	header http.Header
	body   string
}

// serve answers the search for a group with found, and the n-th request for its
// members with the n-th of pages.
func serve(t *testing.T, found string, pages ...answer) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	n := 0
	authorized := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "SSWS canary-token" {
			return true
		}
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "canary-token")
		return false
	}
	mux.HandleFunc("GET /api/v1/groups", func(w http.ResponseWriter, r *http.Request) {
		if !authorized(w, r) {
			return
		}
		if q := r.URL.Query().Get("search"); q != `profile.name eq "grp \"all\""` {
			t.Errorf("searched for %s", q)
		}
		_, _ = io.WriteString(w, found)
	})
	mux.HandleFunc("GET /api/v1/groups/00g1/users", func(w http.ResponseWriter, r *http.Request) {
		if !authorized(w, r) {
			return
		}
		a := pages[min(n, len(pages)-1)]
		n++
		for name, values := range a.header {
			for _, v := range values {
				w.Header().Add(name, strings.ReplaceAll(v, "HERE", "http://"+r.Host+r.URL.Path))
			}
		}
		if a.status != 0 {
			w.WriteHeader(a.status)
		}
		_, _ = io.WriteString(w, a.body)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

const oneGroup = `[{"id":"00g1","profile":{"name":"Grp \"all\""}},{"id":"00g2","profile":{"name":"other"}}]`

func people(logins ...string) string {
	var all []string
	for _, l := range logins {
		status := "ACTIVE"
		if strings.HasPrefix(l, "gone") {
			status = "DEPROVISIONED"
		}
		all = append(all, fmt.Sprintf(`{"status":%q,"profile":{"login":%q}}`, status, l))
	}
	return "[" + strings.Join(all, ",") + "]"
}

func header(name string, values ...string) http.Header { return http.Header{name: values} }

func TestMembers(t *testing.T) {
	t.Parallel()
	next := header("Link", `<HERE?limit=1000>; rel="self"`, `<HERE?after=1>; rel="next"`)
	elsewhere := header("Link", `<https://evil.example/x>; rel="next"`)
	thousand := people(slices.Repeat([]string{"ada@acme.example"}, 1000)...)
	past := header("X-Rate-Limit-Reset", strconv.FormatInt(time.Now().Add(-time.Minute).Unix(), 10))
	later := header("X-Rate-Limit-Reset", strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10))
	for name, c := range map[string]struct {
		found string
		pages []answer
		token sso.Secret // "": the right one
		want  []string
		code  string
	}{
		"two pages": {
			pages: []answer{
				{header: next, body: people("bob@acme.example", "gone@acme.example")},
				{body: people("ada@acme.example", "bob@acme.example")},
			},
			want: []string{"ada@acme.example", "bob@acme.example"},
		},
		"throttled": {
			pages: []answer{
				{status: http.StatusTooManyRequests, header: past},
				{body: people("ada@acme.example")},
			},
			want: []string{"ada@acme.example"},
		},
		"no member":              {pages: []answer{{body: "[]"}}, want: []string{}},
		"throttled for long":     {pages: []answer{{status: http.StatusTooManyRequests, header: later}}, code: "directory_unavailable"},
		"throttled for ever":     {pages: []answer{{status: http.StatusTooManyRequests, header: past}}, code: "directory_unavailable"},
		"wrong token":            {token: "another", code: "directory_denied"},
		"may not read users":     {pages: []answer{{status: http.StatusForbidden}}, code: "directory_denied"},
		"broken":                 {pages: []answer{{status: http.StatusInternalServerError}}, code: "directory_unavailable"},
		"no list":                {pages: []answer{{body: "null"}}, code: "directory_unavailable"},
		"garbage":                {pages: []answer{{body: "<html>canary-token"}}, code: "directory_unavailable"},
		"no login":               {pages: []answer{{body: people("")}}, code: "directory_unavailable"},
		"an endless login":       {pages: []answer{{body: people(strings.Repeat("a", 1<<20))}}, code: "directory_unavailable"},
		"a page of millions":     {pages: []answer{{body: "[" + strings.Repeat("{},", 1<<20) + "{}]"}}, code: "directory_unavailable"},
		"more than are compared": {pages: []answer{{header: next, body: thousand}}, code: "too_many_members"},
		"a next page elsewhere":  {pages: []answer{{header: elsewhere, body: "[]"}}, code: "directory_unavailable"},
		"pages without end":      {pages: []answer{{header: next, body: "[]"}}, code: "directory_unavailable"},
		"no group":               {found: "[]", code: "directory_group_unknown"},
		"an ID that is a path":   {found: `[{"id":"../x","profile":{"name":"grp \"all\""}}]`, code: "directory_group_unknown"},
		"two groups of the name": {found: oneGroup[:len(oneGroup)-1] + "," + oneGroup[1:], code: "directory_group_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.found == "" {
				c.found = oneGroup
			}
			if c.token == "" {
				c.token = "canary-token"
			}
			server := serve(t, c.found, c.pages...)
			got, err := okta.New(okta.Options{HTTP: server.Client()}).Members(t.Context(), okta.Access{
				URL:   server.URL + "/",
				Token: c.token,
			}, `grp "all"`)
			if sso.CodeOf(err) != c.code || err != nil && strings.Contains(err.Error(), "canary") {
				t.Fatalf("got %v, %v; want code %q", got, err, c.code)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRedirect: the token goes nowhere else, whatever the client follows.
func TestRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, oneGroup)
	}))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	t.Cleanup(server.Close)
	at := okta.Access{
		URL:   server.URL,
		Token: "x",
	}
	if got, err := okta.New(okta.Options{HTTP: server.Client()}).Members(t.Context(), at, "x"); sso.CodeOf(err) != "directory_unavailable" {
		t.Errorf("took %v from another origin (%v)", got, err)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "acme.okta.com", "https://acme.okta.com/admin", "https://u@acme.okta.com", "ftp://acme.okta.com"} {
		_, err := okta.New(okta.Options{}).Members(t.Context(), okta.Access{URL: address}, "x")
		if sso.CodeOf(err) != "directory_url_invalid" {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

func TestBudgetIsSpent(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	c := okta.New(okta.Options{
		HTTP:   server.Client(),
		Budget: 50 * time.Millisecond,
	})
	_, err := c.Members(context.Background(), okta.Access{URL: server.URL}, "x")
	if sso.CodeOf(err) != "directory_unavailable" || !strings.Contains(err.Error(), "within 50ms") {
		t.Errorf("got %v", err)
	}
}
