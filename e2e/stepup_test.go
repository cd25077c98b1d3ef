package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/testkit/proxies"
)

// TestStepUp opens an application behind nginx that requires a second factor, in a browser
// whose session has none: the browser is sent to the identity provider once, and arrives
// at the page that it asked for. Over both protocols.
func TestStepUp(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{})
	api, idp, browser := g.API(), harness.NewIdP(t, harness.Ada()), harness.NewBrowser(t)
	app := newWiki(t)
	at := harness.FreeAddr(t)
	proxies.Nginx(t, proxies.Site{
		Document: "../docs/integrations",
		Gateway:  g.Addr,
		App:      app.server.Listener.Addr().String(),
		At:       at,
		Key:      "payroll",
		Cookie:   "gatehouse",
	})
	site := "http://localhost" + at[strings.LastIndex(at, ":"):]
	const factor = "https://refeds.org/profile/mfa"
	api.Do(http.MethodPost, "/applications", harness.Object{
		"key":     "payroll",
		"name":    "Payroll",
		"kind":    "forward-auth",
		"origins": []string{site},
		"acr":     []string{factor},

		"authn_max_age_minutes": 30,
	}, nil)
	for key, connect := range map[string]func(*harness.Company){
		"acme":   func(c *harness.Company) { c.ConnectSAML(idp) },
		"globex": func(c *harness.Company) { c.ConnectOIDC(idp) },
	} {
		c := harness.NewCompany(g, api, key, harness.TwoOrganizations())
		connect(c)
		b := browser.Another(t)
		b.Open(g.URL + "/login/sso?enterprise_key=" + c.Key)
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(g.URL + "/account")

		b.Open(site + "/report?month=11")
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(site + "/report?month=11")
		if got := app.received().Get("X-Auth-Request-User"); got != "ada@acme.example" {
			t.Errorf("%s: the application was told %q", key, got)
		}
		b.Open(site + "/")
		b.Arrive(site + "/")
		if n := len(c.Sessions("ada@acme.example")); n != 1 {
			t.Errorf("%s: %d sessions", key, n)
		}
	}
}
