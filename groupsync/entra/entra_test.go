package entra_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/groupsync/entra"
	"gatehouse/sso"
)

const person = "1f2e3d4c-0000-4000-8000-0123456789ab"

func app() entra.Application {
	return entra.Application{
		Tenant:   "contoso.example",
		ClientID: "app",
		Secret:   "canary-secret",
	}
}

func id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// group is an object of a page.
func group(n int, name string) map[string]string {
	return map[string]string{"id": id(n), "displayName": name}
}

func many(n int) (all []map[string]string) {
	for i := range n {
		all = append(all, group(i, fmt.Sprint("g", i)))
	}
	return all
}

func page(w http.ResponseWriter, next string, groups ...map[string]string) {
	p := map[string]any{"value": append([]map[string]string{}, groups...)}
	if next != "" {
		p["@odata.nextLink"] = next
	}
	_ = json.NewEncoder(w).Encode(p)
}

// graph is a server with the shape of Graph and of its token endpoint.
type graph struct {
	*httptest.Server
	asked atomic.Int32 // for pages
}

// serve answers the n-th request for a page, counted from 1, by answer.
func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, n int)) *graph {
	t.Helper()
	g := &graph{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /contoso.example/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("client_id") != "app" ||
			r.FormValue("client_secret") != "canary-secret" ||
			r.FormValue("grant_type") != "client_credentials" ||
			r.FormValue("scope") != g.URL+"/.default" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"canary-token"}`)
	})
	mux.HandleFunc(
		"GET /v1.0/users/"+person+"/transitiveMemberOf/microsoft.graph.group",
		func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer canary-token" ||
				r.Header.Get("ConsistencyLevel") != "eventual" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			answer(w, r, int(g.asked.Add(1)))
		},
	)
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

func (g *graph) ask(t *testing.T, app entra.Application) (entra.Memberships, error) {
	t.Helper()
	c, err := entra.New(entra.Options{
		HTTP:     g.Client(),
		LoginURL: g.URL,
		GraphURL: g.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.Memberships(t.Context(), app, person)
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	byID := app()
	byID.ByID = true
	three := func(w http.ResponseWriter, r *http.Request, n int) {
		next := "http://" + r.Host + r.URL.Path + "?$skiptoken=" + fmt.Sprint(n)
		switch n {
		case 1:
			if q := r.URL.Query(); q.Get("$select") != "id,displayName" ||
				q.Get("$top") != "999" ||
				q.Get("$count") != "true" {
				t.Errorf("asked for %s", r.URL.RawQuery)
			}
			page(w, next, group(2, "sre"), group(1, "dev"))
		case 2:
			page(w, next)
		default:
			page(w, "", group(3, "dev"), group(2, "sre"))
		}
	}
	later := func(header string, status int) func(http.ResponseWriter, *http.Request, int) {
		return func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				w.Header().Set("Retry-After", header)
				w.WriteHeader(status)
				return
			}
			page(w, "", group(1, "dev"))
		}
	}
	for name, c := range map[string]struct {
		app        entra.Application
		answer     func(http.ResponseWriter, *http.Request, int)
		names      []string
		duplicates []string
	}{
		"pages": {app(), three, []string{"dev", "sre"}, []string{"dev"}},
		"by ID": {byID, three, []string{id(1), id(2), id(3)}, nil},
		"in no group": {
			app(),
			func(w http.ResponseWriter, _ *http.Request, _ int) {
				page(w, "")
			},
			nil,
			nil,
		},
		"as many as go": {
			byID,
			func(w http.ResponseWriter, _ *http.Request, _ int) {
				page(w, "", many(entra.MaxGroups)...)
			},
			ids(entra.MaxGroups),
			nil,
		},
		"no names, by ID": {
			byID,
			func(w http.ResponseWriter, _ *http.Request, _ int) {
				_, _ = fmt.Fprintf(
					w, `{"value":[{"id":%q,"displayName":null}]}`, id(1),
				)
			},
			[]string{id(1)},
			nil,
		},
		"throttled": {
			app(),
			later("0", http.StatusTooManyRequests),
			[]string{"dev"},
			nil,
		},
		"throttled to a date": {
			app(),
			later("Mon, 02 Jan 2006 15:04:05 GMT", http.StatusServiceUnavailable),
			[]string{"dev"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := serve(t, c.answer)
			got, err := g.ask(t, c.app)
			if err != nil {
				t.Fatal(err)
			}
			want := sso.AssertedGroups{
				State: sso.GroupsEmpty,
				Names: c.names,
				Source: g.URL + "/v1.0/users/" + person +
					"/transitiveMemberOf/microsoft.graph.group",
			}
			if len(c.names) > 0 {
				want.State = sso.GroupsValues
			}
			if diff := cmp.Diff(entra.Memberships{
				Groups:     want,
				Duplicates: c.duplicates,
			}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func ids(n int) (all []string) {
	for i := range n {
		all = append(all, id(i))
	}
	return all
}

// TestBadResponses: no list is given that might not be the whole one, and no
// error repeats a secret.
func TestBadResponses(t *testing.T) {
	t.Parallel()
	text := func(s string) func(http.ResponseWriter, *http.Request, int) {
		return func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = io.WriteString(w, s)
		}
	}
	status := func(code int, retryAfter string) func(http.ResponseWriter, *http.Request, int) {
		return func(w http.ResponseWriter, _ *http.Request, _ int) {
			if retryAfter != "" {
				w.Header().Set("Retry-After", retryAfter)
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "canary-token")
		}
	}
	wrong := app()
	wrong.Secret = "another"
	tenant := app()
	tenant.Tenant = "../evil"
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was asked, with %q", r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	for name, c := range map[string]struct {
		app    entra.Application
		answer func(http.ResponseWriter, *http.Request, int)
		code   string
		asked  int // for pages at most
	}{
		"wrong secret":        {wrong, text(""), "directory_denied", 0},
		"a path for a tenant": {tenant, text(""), "directory_denied", 0},
		"refused": {
			app(), status(http.StatusForbidden, ""), "directory_denied", 1,
		},
		"unknown person": {
			app(), status(http.StatusNotFound, ""), "directory_denied", 1,
		},
		"names may not be read": {
			app(),
			text(`{"value":[{"id":"` + id(1) + `","displayName":null}]}`),
			"directory_denied",
			1,
		},
		"broken": {
			app(), status(http.StatusInternalServerError, ""),
			"directory_unavailable", 1,
		},
		"throttled for long": {
			app(), status(http.StatusTooManyRequests, "3600"),
			"directory_unavailable", 1,
		},
		"throttled for ever": {
			app(), status(http.StatusServiceUnavailable, "0"),
			"directory_unavailable", 4,
		},
		"garbage": {
			app(), text("<html>canary-token"), "directory_unavailable", 1,
		},
		"cut short": {
			app(), text(`{"value":[{"id":"`), "directory_unavailable", 1,
		},
		"no list": {app(), text(`{}`), "directory_unavailable", 1},
		"null for a list": {
			app(), text(`{"value":null}`), "directory_unavailable", 1,
		},
		"a group without an ID": {
			app(), text(`{"value":[{"displayName":"dev"}]}`),
			"directory_unavailable", 1,
		},
		"pages without end": {
			app(),
			func(w http.ResponseWriter, r *http.Request, _ int) {
				page(w, "http://"+r.Host+r.URL.Path, group(1, "dev"))
			},
			"directory_unavailable",
			20,
		},
		"a next page elsewhere": {
			app(),
			func(w http.ResponseWriter, _ *http.Request, _ int) {
				page(w, elsewhere.URL+"/v1.0", group(1, "dev"))
			},
			"directory_unavailable",
			1,
		},
		"a next page without a host": {
			app(),
			func(w http.ResponseWriter, r *http.Request, _ int) {
				page(w, r.URL.Path)
			},
			"directory_unavailable",
			1,
		},
		"a next page with a user": {
			app(),
			func(w http.ResponseWriter, r *http.Request, _ int) {
				page(w, "http://x@"+r.Host+r.URL.Path)
			},
			"directory_unavailable",
			1,
		},
		"too many": {
			app(),
			func(w http.ResponseWriter, _ *http.Request, _ int) {
				page(w, "", many(entra.MaxGroups+1)...)
			},
			"too_many_groups",
			1,
		},
		"1 GB": {
			app(),
			func(w http.ResponseWriter, _ *http.Request, _ int) {
				for block := make([]byte, 1<<20); ; {
					if _, err := w.Write(block); err != nil {
						return
					}
				}
			},
			"directory_unavailable",
			1,
		},
		// net/http may repeat a GET once
		"hanging up": {
			app(),
			func(http.ResponseWriter, *http.Request, int) {
				panic(http.ErrAbortHandler)
			},
			"directory_unavailable",
			2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := serve(t, c.answer)
			got, err := g.ask(t, c.app)
			if sso.CodeOf(err) != c.code ||
				sso.KindOf(err) != sso.Upstream ||
				got.Groups.State != sso.GroupsAbsent {
				t.Errorf("got %v, %v; want %s", got, err, c.code)
			}
			if asked := int(g.asked.Load()); asked > c.asked {
				t.Errorf("asked for %d pages, at most %d wanted", asked, c.asked)
			}
			if err != nil &&
				(strings.Contains(err.Error(), "canary") ||
					strings.Contains(err.Error(), person)) {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}

// TestRedirect: the token goes nowhere else, whatever the client follows.
func TestRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page(w, "", group(1, "dev"))
	}))
	t.Cleanup(elsewhere.Close)
	g := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	})
	if got, err := g.ask(t, app()); sso.CodeOf(err) != "directory_unavailable" {
		t.Errorf("took %v from another origin (%v)", got, err)
	}
}

func TestBudgetIsSpent(t *testing.T) {
	t.Parallel()
	g := serve(t, func(_ http.ResponseWriter, r *http.Request, _ int) {
		<-r.Context().Done()
	})
	c, err := entra.New(entra.Options{
		HTTP:     g.Client(),
		LoginURL: g.URL,
		GraphURL: g.URL,
		Budget:   50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Memberships(
		context.Background(), app(), person,
	); sso.CodeOf(err) != "directory_unavailable" ||
		!strings.Contains(err.Error(), "within 50ms") {
		t.Errorf("got %v", err)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"":                                 true,
		"https://graph.microsoft.us":       true,
		"https://graph.microsoft.com/":     true,
		"http://127.0.0.1:8080":            true,
		"graph.microsoft.com":              false,
		"https://graph.microsoft.com/v1.0": false,
		"https://x@graph.microsoft.com":    false,
		"ftp://graph.microsoft.com":        false,
		"https://graph.microsoft.com?x":    false,
		"https://":                         false,
		"\x00":                             false,
	} {
		if _, err := entra.New(entra.Options{GraphURL: address}); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}
