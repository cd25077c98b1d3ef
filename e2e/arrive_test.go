package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/testkit/proxies"
)

// TestArrive goes every way to an application behind nginx, in a browser: the sign-in link
// with its address, the default application, the list of applications, a tile at the identity
// provider, and back in after signing out.
func TestArrive(t *testing.T) {
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
		Key:      "wiki",
		Cookie:   "gatehouse",
	})
	site := "http://localhost" + at[strings.LastIndex(at, ":"):]
	var wiki struct{ ID string }
	api.Do(http.MethodPost, "/applications", harness.Object{
		"key":        "wiki",
		"name":       "The wiki",
		"kind":       "forward-auth",
		"origins":    []string{site},
		"start_path": "/home?from=list",
	}, &wiki)
	c := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	c.ConnectSAML(idp)
	link := g.URL + "/login/sso?enterprise_key=acme"
	page := site + "/pages/7?tab=history&x=%2F"

	t.Run("by the link with an address", func(t *testing.T) {
		b := browser.Another(t)
		b.Open(link + "&return_to=" + url.QueryEscape(page))
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(page)
	})
	t.Run("by the list", func(t *testing.T) {
		b := browser.Another(t)
		b.Open(link + "&return_to=" + url.QueryEscape("https://elsewhere.example/"))
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(g.URL + "/account")
		b.Click(`a[href*="/home"]`)
		b.Arrive(site + "/home?from=list")
	})
	t.Run("back in", func(t *testing.T) {
		b := browser.Another(t)
		b.Open(page)
		b.Arrive(g.URL + "/login")
		b.Fill("#company", "acme")
		b.Click("main form button")
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(page)
		b.Open(g.URL + "/account")
		b.Click(`header form button`)
		b.Arrive(g.URL + "/logout")
		b.Says("You are signed out")
		b.Open(page)
		b.Arrive(g.URL + "/login")
		b.Open(g.URL + "/logout?return_to=" + url.QueryEscape(page))
		b.Says("Acme")
		b.Click("main a.button")
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(page)
	})
	t.Run("back in after a sign-out at the identity provider", func(t *testing.T) {
		other := harness.NewCompany(g, api, "globex", harness.TwoOrganizations())
		other.ConnectOIDC(idp)
		b := browser.Another(t)
		b.Open(g.URL + "/login/sso?enterprise_key=globex&return_to=" + url.QueryEscape(page))
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(page)
		b.Open(g.URL + "/logout?return_to=" + url.QueryEscape(page))
		b.Click("main form button")
		b.Arrive(g.URL + "/logout")
		b.Says("we asked your company’s own sign-in to end its session")
		b.Click("main a.button")
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(page)
	})
	t.Run("by default", func(t *testing.T) {
		api.Do(http.MethodPatch, "/enterprises/"+c.ID, harness.Object{"default_application": wiki.ID}, nil)
		b := browser.Another(t)
		b.Open(link)
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Arrive(site + "/home?from=list")
	})
}
