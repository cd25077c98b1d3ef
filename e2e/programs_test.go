package e2e

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/testkit/proxies"
	"gatehouse/store/storetest"
)

// wiki is an application that records the headers it receives.
type wiki struct {
	server *httptest.Server
	mu     sync.Mutex
	header http.Header
}

func newWiki(t *testing.T) *wiki {
	t.Helper()
	a := new(wiki)
	a.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.header = r.Header.Clone()
	}))
	t.Cleanup(a.server.Close)
	return a
}

// received returns the headers of the last request, and forgets them.
func (a *wiki) received() http.Header {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.header
	a.header = nil
	return h
}

// behindProxies starts each proxy before each node, in front of the application, and
// registers it. It returns the sites by proxy and the application's ID.
func (a *wiki) behindProxies(t *testing.T, api *harness.API, nodes []*harness.Gateway) (map[string][]string, string) {
	t.Helper()
	sites := map[string][]string{}
	var origins []string
	for name, start := range map[string]func(testing.TB, proxies.Site) string{
		"nginx":   proxies.Nginx,
		"caddy":   proxies.Caddy,
		"haproxy": proxies.HAProxy,
	} {
		for _, g := range nodes {
			at := harness.FreeAddr(t)
			start(t, proxies.Site{
				Document: "../docs/integrations",
				Gateway:  g.Addr,
				App:      a.server.Listener.Addr().String(),
				At:       at,
				Key:      "wiki",
				Cookie:   "gatehouse",
			})
			site := "http://localhost" + at[strings.LastIndex(at, ":"):]
			sites[name] = append(sites[name], site)
			origins = append(origins, site)
		}
	}
	var made struct{ ID string }
	api.Do(http.MethodPost, "/applications", harness.Object{
		"key":      "wiki",
		"name":     "Wiki",
		"kind":     "forward-auth",
		"origins":  origins,
		"programs": true,
		"services": true,
	}, &made)
	return sites, made.ID
}

// program is a request of a program with a token.
func program(t *testing.T, site, authorization string) (status int, location string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site+"/report", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", authorization)
	r.Header.Set("Accept", "text/html") // even so there is no redirect
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// TestScriptsBehindProxies: programs with a personal token and with one of a service
// pass nginx, Caddy and HAProxy before each of three nodes, and the application never
// sees the token. Once its owner is deactivated on one node, every proxy refuses the
// personal token within a second; the service goes on. Of its two tokens, the first is
// refused within a second after it was revoked.
func TestScriptsBehindProxies(t *testing.T) {
	harness.Long(t)
	nodes := harness.StartThree(t, harness.Options{
		Database: storetest.Postgres(t),
		Redis:    harness.Redis(t),
	})
	one := nodes[0]
	api := one.API()
	c := harness.NewCompany(one, api, "acme", harness.TwoOrganizations())
	idp := harness.NewIdP(t, harness.Ada())
	c.ConnectSAML(idp)
	if a := one.Visitor().SignIn(idp, c.Key, "p-1"); a.Status != http.StatusSeeOther {
		t.Fatal(a)
	}
	app := newWiki(t)
	sites, id := app.behindProxies(t, api, nodes)
	owner := c.Users("ada@acme.example")[0]
	var made struct{ ID, Token string }
	api.Do(http.MethodPost, "/enterprises/"+c.ID+"/users/"+owner.ID+"/tokens", harness.Object{
		"name":         "Report",
		"applications": []string{id},
		"expires_at":   time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339),
	}, &made)
	s := newService(api, c, id)
	first := s.token(api)
	second := s.token(api)
	app.admits(t, sites, made.Token, owner.ID, owner.Login)
	app.admits(t, sites, first.Token, s.ID, s.ID)
	app.admits(t, sites, second.Token, s.ID, s.ID)

	begun := time.Now()
	api.Do(http.MethodPost, "/enterprises/"+c.ID+"/users/"+owner.ID+"/deactivate", nil, nil)
	app.refuses(t, sites, made.Token, begun)
	app.admits(t, sites, first.Token, s.ID, s.ID)

	begun = time.Now()
	api.Do(http.MethodDelete, s.path+"/"+first.ID, nil, nil)
	app.refuses(t, sites, first.Token, begun)
	app.refuses(t, sites, made.Token, begun)
	app.admits(t, sites, second.Token, s.ID, s.ID)
}

// credentials are the ways to present a token.
func credentials(token string) map[string]string {
	return map[string]string{
		"Bearer": "Bearer " + token,
		"Basic":  "Basic " + base64.StdEncoding.EncodeToString([]byte("token:"+token)),
	}
}

// admits asks every site with a token: the application is told of its user or service,
// and not of the token.
func (a *wiki) admits(t *testing.T, sites map[string][]string, token, id, login string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(sites)) {
		for n, site := range sites[name] {
			for scheme, authorization := range credentials(token) {
				status, location := program(t, site, authorization)
				got := a.received()
				if status != http.StatusOK || location != "" || got.Get("X-Auth-Request-Id") != id ||
					got.Get("Remote-User") != login || got.Get("X-Auth-Request-Auth-Method") != "token" {
					t.Errorf("%s, node %d, %s: %d to %q, %v", name, n+1, scheme, status, location, got)
				}
				for header, values := range got {
					if text := strings.Join(values, ","); header != "X-Auth-Request-Jwt" &&
						(strings.Contains(text, token) || strings.Contains(text, authorization)) {
						t.Errorf("%s, node %d, %s: the application sees the token in %s", name, n+1, scheme, header)
					}
				}
			}
		}
	}
}

// refuses waits until every site refuses a token, at most a second from begun, and
// asks each once more: the application is not asked.
func (a *wiki) refuses(t *testing.T, sites map[string][]string, token string, begun time.Time) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(sites)) {
		for n, site := range sites[name] {
			for scheme, authorization := range credentials(token) {
				refused := harness.Soon(time.Until(begun.Add(time.Second)), func() bool {
					status, location := program(t, site, authorization)
					return status == http.StatusUnauthorized && location == ""
				})
				if !refused {
					t.Errorf("%s, node %d, %s: not refused within a second", name, n+1, scheme)
				}
			}
		}
	}
	t.Logf("refused by all after %s", time.Since(begun).Round(time.Millisecond))
	a.received()
	for _, site := range slices.Concat(sites["nginx"], sites["caddy"], sites["haproxy"]) {
		if status, _ := program(t, site, "Bearer "+token); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", site, status)
		}
	}
	if got := a.received(); got != nil {
		t.Errorf("the application was asked: %v", got)
	}
}

// service is a service of an organization of a company.
type service struct {
	ID    string
	path  string
	start harness.Object
}

// serviceToken is a token of a service as the API returns it once.
type serviceToken struct{ ID, Token, Service string }

// newService returns a service that its first token creates, for an application.
func newService(api *harness.API, c *harness.Company, application string) *service {
	var groups struct {
		Items []struct{ ID, Organization string }
	}
	api.Do(http.MethodGet, "/enterprises/"+c.ID+"/groups", nil, &groups)
	owner := groups.Items[0]
	return &service{
		path: "/enterprises/" + c.ID + "/organizations/" + owner.Organization + "/service-tokens",
		start: harness.Object{
			"name":         "Nightly export",
			"owner_group":  owner.ID,
			"groups":       []string{owner.ID},
			"applications": []string{application},
		},
	}
}

// token creates a token: the first with the service, the next of this service.
func (s *service) token(api *harness.API) (made serviceToken) {
	definition := harness.Object{"service": s.ID}
	if s.ID == "" {
		definition = s.start
	}
	definition["expires_at"] = time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	api.Do(http.MethodPost, s.path, definition, &made)
	s.ID = made.Service
	return made
}
