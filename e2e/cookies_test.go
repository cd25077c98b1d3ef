package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"gatehouse/e2e/harness"
)

// TestBlockedCookies signs in with a browser that blocks cookies, over both protocols:
// the page names the cause and the host, and offers to start again.
func TestBlockedCookies(t *testing.T) {
	harness.Long(t)
	profile := t.TempDir()
	settings := filepath.Join(profile, "Default", "Preferences")
	if err := os.MkdirAll(filepath.Dir(settings), 0o700); err != nil {
		t.Fatal(err)
	}
	const blocked = `{"profile":{"default_content_setting_values":{"cookies":2}}}`
	if err := os.WriteFile(settings, []byte(blocked), 0o600); err != nil {
		t.Fatal(err)
	}
	b := harness.NewBrowser(t, chromedp.UserDataDir(profile))
	idp := harness.NewIdP(t, harness.Ada())
	g := harness.Start(t, harness.Options{})
	api := g.API()
	overSAML := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	overOIDC := harness.NewCompany(g, api, "globex", harness.TwoOrganizations())
	overSAML.ConnectSAML(idp)
	overOIDC.ConnectOIDC(idp)
	for _, c := range []*harness.Company{overSAML, overOIDC} {
		b.Open(g.URL + "/login/sso?enterprise_key=" + c.Key)
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(pick)
		b.Says("Allow cookies, then start again")
		b.Says("blocks cookies for localhost")
		b.Says("cookies_blocked")
		b.Shoot("cookies-blocked")
		b.Click("main a.button")
		b.Arrive(idp.Issuer() + "/pick/")
	}
}
