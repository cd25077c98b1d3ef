package keycloak

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/testkit/proxies"
	"gatehouse/sso"
)

// behind is an application that records the headers it receives.
type behind struct {
	server *httptest.Server
	mu     sync.Mutex
	header http.Header
	asked  int
}

func newBehind(t *testing.T) *behind {
	t.Helper()
	a := &behind{}
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.header = r.Header.Clone()
		a.asked++
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(
			w, "<!doctype html><title>Wiki</title><p>Hello %s at %s</p>",
			r.Header.Get("Remote-User"), r.URL.RequestURI(),
		)
	}))
	t.Cleanup(a.server.Close)
	return a
}

func (a *behind) told() (http.Header, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.header, a.asked
}

// behindProxies tests that one sign-in at Keycloak opens a site behind each of nginx,
// Caddy and HAProxy, that each site receives the identity, and that a sign-out at
// Keycloak closes all.
func (s *suite) behindProxies(t *testing.T) {
	api := s.g.API()
	c := harness.NewCompany(s.g, api, "behind", map[string][]string{
		"Platform": {"developers", "Forschung & Entwicklung"},
	})
	secret := sso.NewSecret()
	conn := c.Connect(harness.Object{
		"name":               "Keycloak",
		"protocol":           "oidc",
		"provider":           "keycloak",
		"email_verification": harness.Object{"mode": "never"},
		"oidc": harness.Object{
			"issuer":        s.realm.URL(),
			"client_id":     "behind",
			"client_secret": secret.Reveal(),
			"scopes":        []string{"openid", "profile", "email"},
		},
	})
	s.realm.addOIDC(client{
		ID:             "behind",
		Secret:         secret.Reveal(),
		Redirect:       conn.Party.RedirectURI,
		SignedOut:      s.g.URL + "/logout",
		BackchannelURL: conn.Party.Backchannel,
	})
	c.Switch(conn.ID, "enable")

	app := newBehind(t)
	sites := map[string]string{}
	for name, start := range map[string]func(testing.TB, proxies.Site) string{
		"nginx":   proxies.Nginx,
		"caddy":   proxies.Caddy,
		"haproxy": proxies.HAProxy,
	} {
		at := harness.FreeAddr(t)
		start(t, proxies.Site{
			Document: "../../docs/integrations",
			Gateway:  s.g.Addr,
			App:      app.server.Listener.Addr().String(),
			At:       at,
			Key:      "behind-" + name,
			Cookie:   "gatehouse",
		})
		sites[name] = "http://localhost" + at[strings.LastIndex(at, ":"):]
		api.Do(http.MethodPost, "/applications", harness.Object{
			"key":     "behind-" + name,
			"name":    name,
			"kind":    "forward-auth",
			"origins": []string{sites[name]},
			"groups":  []string{"platform/developers"},
			"sign_in": c.ID,
		}, nil)
	}

	b := s.browser.Another(t)
	b.Open(sites["nginx"] + "/page?of=it&and=more")
	b.Arrive(s.realm.URL())
	s.giveTo(b, zoe, zoe)
	b.Arrive(sites["nginx"] + "/page?of=it&and=more")
	b.Says("Hello " + url.PathEscape(zoe))
	wantTold(t, app, "behind-nginx")
	for _, name := range []string{"caddy", "haproxy"} {
		b.Open(sites[name] + "/other")
		b.Arrive(sites[name] + "/other")
		b.Says("Hello " + url.PathEscape(zoe))
		wantTold(t, app, "behind-"+name)
	}

	other := s.browser.Another(t)
	other.Open(sites["caddy"])
	other.Arrive(s.realm.URL())
	s.giveTo(other, bob, bob)
	other.Arrive(sites["caddy"])
	other.Says("Your account isn’t in a group")
	other.Says("app_group")
	other.Shoot("no-group")

	_, asked := app.told()
	s.realm.logOut(zoe)
	if !harness.Soon(10*time.Second, func() bool {
		return len(c.Sessions(zoe)) == 0
	}) {
		t.Fatal("the session has not ended")
	}
	for name, site := range sites {
		b.Open(site)
		b.Arrive(s.realm.URL())
		if _, now := app.told(); now != asked {
			t.Errorf("%s lets someone in who is signed out", name)
		}
	}
}

func wantTold(t *testing.T, app *behind, audience string) {
	t.Helper()
	header, _ := app.told()
	login := url.PathEscape(zoe)
	groups := "platform/developers,platform/Forschung & Entwicklung,platform/Members"
	for name, want := range map[string]string{
		"X-Auth-Request-User":               login,
		"X-Auth-Request-Preferred-Username": login,
		"Remote-User":                       login,
		"X-Auth-Request-Email":              "zoe@acme.example",
		"Remote-Email":                      "zoe@acme.example",
		"X-Auth-Request-Enterprise":         "behind",
		"X-Auth-Request-Groups":             groups,
		"Remote-Groups":                     groups,
		"X-Auth-Request-Name": strings.ReplaceAll(
			url.PathEscape("Zoë Łukasiewicz-Müller"), "%20", " ",
		),
	} {
		if got := header[name]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %s is %q; want %q", audience, name, got, want)
		}
	}
	if strings.Contains(header.Get("Cookie"), "gatehouse=") ||
		len(strings.Split(header.Get("X-Auth-Request-Jwt"), ".")) != 3 {
		t.Errorf(
			"%s: cookies %q, assertion %q", audience, header.Get("Cookie"),
			header.Get("X-Auth-Request-Jwt"),
		)
	}
}
