package provisioning

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demoscim"
	"gatehouse/internal/testkit/proxies"
	"gatehouse/store/storetest"
)

// farewell is a way in which an identity provider takes a user away.
type farewell struct {
	name   string
	method string
	body   func(p demoidp.Person) any // nil: none
}

func farewells() []farewell {
	patch := func(op harness.Object) func(demoidp.Person) any {
		return func(demoidp.Person) any {
			return harness.Object{
				"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
				"Operations": []harness.Object{op},
			}
		}
	}
	return []farewell{
		{"path, boolean", http.MethodPatch, patch(harness.Object{"op": "replace", "path": "active", "value": false})},
		{"path, text", http.MethodPatch, patch(harness.Object{"op": "Replace", "path": "active", "value": "False"})},
		{"add", http.MethodPatch, patch(harness.Object{"op": "Add", "path": "active", "value": "false"})},
		{"no path, boolean", http.MethodPatch, patch(
			harness.Object{"op": "replace", "value": harness.Object{"active": false}},
		)},
		{"no path, text", http.MethodPatch, patch(
			harness.Object{"op": "replace", "value": harness.Object{"active": "false"}},
		)},
		{"no path, URN", http.MethodPatch, patch(
			harness.Object{"op": "replace", "value": harness.Object{
				"urn:ietf:params:scim:schemas:core:2.0:User:active": false,
			}},
		)},
		{"put", http.MethodPut, func(p demoidp.Person) any {
			return harness.Object{
				"schemas":  []string{"urn:ietf:params:scim:schemas:core:2.0:User"},
				"userName": p.Login,
				"active":   false,
			}
		}},
		{"delete", http.MethodDelete, func(demoidp.Person) any { return nil }},
	}
}

// TestDeactivatedEverywhere takes a user away in each of eight ways. A site behind
// nginx on each of three nodes has served the user, and refuses the next request
// within two seconds of the response; the user cannot sign in again.
func TestDeactivatedEverywhere(t *testing.T) {
	harness.Long(t)
	nodes := harness.StartThree(t, harness.Options{
		Database: storetest.Postgres(t),
		Redis:    harness.Redis(t),
	})
	one := nodes[0]
	api := one.API()
	people := harness.People(len(farewells()))
	idp := harness.NewIdP(t, people...)
	c := newCompany(t, one, api, "acme", idp, "staff")
	c.provision()
	client := c.client(demoscim.EntraOff, c.newToken("tests").Token, http.DefaultTransport)
	sites := behindNginx(t, api, nodes)
	for i, way := range farewells() {
		t.Run(way.name, func(t *testing.T) {
			p := people[i]
			id := createUser(t, client, p)
			v := one.Visitor()
			if a := v.SignIn(idp, c.Key, p.ID); a.Status != http.StatusSeeOther {
				t.Fatalf("a provisioned user cannot sign in: %v", a)
			}
			for _, site := range sites {
				if got := visit(t, site, v.Cookies()["gatehouse"]); got != http.StatusOK {
					t.Fatalf("the site refuses the user with %d", got)
				}
			}
			if err := client.Do(t.Context(), way.method, "/Users/"+id, way.body(p), nil); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			for n, site := range sites {
				for visit(t, site, v.Cookies()["gatehouse"]) == http.StatusOK {
					if time.Since(begun) > 2*time.Second {
						t.Fatalf("node %d lets the user in two seconds later", n+1)
					}
				}
			}
			t.Logf("out of every node after %s", time.Since(begun).Round(time.Millisecond))
			if a := one.Visitor().SignIn(idp, c.Key, p.ID); a.Status == http.StatusSeeOther {
				t.Error("the user signs in again")
			}
			confirmed(t, c, p.Login, len(nodes))
		})
	}
}

// receipt is what ended with a user, as the API says.
type receipt struct {
	Login    string `json:"login"`
	Sessions int    `json:"sessions"`
	Nodes    []struct {
		Node string `json:"node"`
		Took int64  `json:"took_ms"`
	} `json:"nodes"`
}

// confirmed asserts that the receipt of a user says that their session ended, and
// that every node has forgotten them within two seconds.
func confirmed(t *testing.T, c *company, login string, nodes int) {
	t.Helper()
	type event struct {
		Ended []receipt `json:"deprovisioned"`
	}
	var got receipt
	for begun := time.Now(); len(got.Nodes) < nodes; time.Sleep(100 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("the receipt lists %d of %d nodes: %+v", len(got.Nodes), nodes, got)
		}
		for _, e := range harness.List[event](c.api, c.path+"/provisioning/events") {
			for _, r := range e.Ended {
				if r.Login == login {
					got = r
				}
			}
		}
	}
	if got.Sessions != 1 {
		t.Errorf("%d sessions ended", got.Sessions)
	}
	names := map[string]bool{}
	for _, n := range got.Nodes {
		names[n.Node] = true
		if n.Took > 2000 {
			t.Errorf("node %s took %d ms", n.Node, n.Took)
		}
	}
	if len(names) != nodes {
		t.Errorf("the nodes are %v", names)
	}
	t.Logf("the receipt: %+v", got.Nodes)
}

func createUser(t *testing.T, client *demoscim.Client, p demoidp.Person) string {
	t.Helper()
	var made struct {
		ID string `json:"id"`
	}
	err := client.Do(t.Context(), http.MethodPost, "/Users", harness.Object{
		"schemas":    []string{"urn:ietf:params:scim:schemas:core:2.0:User"},
		"userName":   p.Login,
		"externalId": "ext-" + p.ID,
		"emails":     []harness.Object{{"value": p.Email, "type": "work", "primary": true}},
		"active":     true,
	}, &made)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// behindNginx starts an nginx for each node, before one application.
func behindNginx(t *testing.T, api *harness.API, nodes []*harness.Gateway) (sites []string) {
	t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.Header.Get("Remote-User"))
	}))
	t.Cleanup(app.Close)
	var origins []string
	for _, g := range nodes {
		at := harness.FreeAddr(t)
		proxies.Nginx(t, proxies.Site{
			Document: "../../docs/integrations",
			Gateway:  g.Addr,
			App:      app.Listener.Addr().String(),
			At:       at,
			Key:      "wiki",
			Cookie:   "gatehouse",
		})
		sites = append(sites, "http://"+at)
		origins = append(origins, "http://localhost"+at[strings.LastIndex(at, ":"):])
	}
	api.Do(http.MethodPost, "/applications", harness.Object{
		"key":     "wiki",
		"name":    "Wiki",
		"kind":    "forward-auth",
		"origins": origins,
	}, nil)
	return sites
}

// visit returns the status of a request with a session cookie.
func visit(t *testing.T, site, session string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "localhost" + site[strings.LastIndex(site, ":"):]
	r.AddCookie(&http.Cookie{Name: "gatehouse", Value: session})
	resp, err := http.DefaultTransport.RoundTrip(r) // without following a redirect
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
