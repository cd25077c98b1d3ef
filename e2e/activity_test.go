package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// TestActivity follows the reference of a failed sign-in as an admin: it leads to the
// checks, the cause and the place to fix, and the overview shows the failure.
func TestActivity(t *testing.T) {
	harness.Long(t)
	browser := harness.NewBrowser(t)
	browser.NoScripts()
	idp := harness.NewIdP(t, harness.Ada())
	g := harness.Start(t, harness.Options{})
	c := harness.NewCompany(g, g.API(), "acme", harness.TwoOrganizations())
	c.ConnectSAML(idp)
	if a := g.Visitor().SignIn(idp, "acme", "p-1"); a.Status != http.StatusSeeOther {
		t.Fatalf("sign in: %v", a)
	}
	idp.SetFault(demoidp.WrongAudience)
	theirs := browser.Another(t)
	theirs.Open(g.URL + "/login/sso?enterprise_key=acme")
	theirs.Arrive(idp.Issuer() + "/pick/")
	theirs.Click(`button[value="p-1"]`)
	theirs.Says("Reference")
	reference := theirs.One(".reference dd code")
	if !strings.HasPrefix(reference, "att-") {
		t.Fatalf("the reference is %q", reference)
	}

	browser.Operator(g)
	home := g.URL + "/admin/enterprises/acme"
	browser.Open(home)
	browser.Says("saml_wrong_recipient")
	browser.Says("1 of 2 (50 %)")
	browser.Shoot("overview")
	browser.Click(`a[href^="/admin/enterprises/acme/activity?"]`)
	browser.Arrive(home + "/activity?code=saml_wrong_recipient")
	browser.Says(reference)

	browser.Open(home + "/activity")
	browser.Shoot("attempts")
	browser.Fill("#reference", "  "+reference)
	browser.Click(".search button")
	browser.Arrive(home + "/activity/attempts/" + reference)
	for _, text := range []string{
		"Why it failed",
		"audience",
		"The company’s IT admin, at the identity provider",
		"Where",
	} {
		browser.Says(text)
	}
	if failed := browser.List(`.tag[data-state="error"]`); len(failed) < 2 {
		t.Errorf("what failed is marked %d times", len(failed))
	}
	browser.Shoot("attempt")
	browser.Click(`a[href^="/admin/troubleshooting"][href$="#saml_wrong_recipient"]`)
	browser.Arrive(g.URL + "/admin/troubleshooting?provider=")
	browser.Says("Where:")

	browser.Open(home + "/activity/syncs")
	browser.Click("tbody tr td:last-child a")
	browser.Arrive(home + "/activity/syncs/sync-")
	browser.Says("What changed")
	browser.Shoot("sync")
	browser.Open(home + "/activity/audit")
	browser.Click(`a[href$="/audit/verify"]`)
	browser.Says("are as they were written")
	browser.Shoot("audit")
	browser.Open(g.URL + "/admin/enterprises")
	browser.Says("acme")
}
