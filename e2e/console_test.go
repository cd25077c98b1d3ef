package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
)

// TestOperator tests the first operator's way: the link printed by the first start, a
// password and a passkey, signing in by each, and an invitation for another operator.
func TestOperator(t *testing.T) {
	harness.Long(t)
	b := harness.NewBrowser(t)
	g := harness.Start(t, harness.Options{})
	link := g.WaitLog(regexp.MustCompile(`Create the first admin account within 24 hours: (http\S+)`))
	b.Passkeys()
	b.Open(link[1])
	b.Says("You become a recovery admin")
	b.Fill("#name", "Olive Operator")
	b.Fill("#login", "olive")
	b.Fill("#password", "short")
	b.Submit("main form button")
	b.Says("at least 12 characters")
	if got := b.One("#login"); got != "" {
		t.Errorf("got %q", got)
	}
	b.Fill("#password", harness.OperatorPassword)
	b.Submit("main form button")
	b.Arrive(g.URL + "/admin/admins/me")
	b.Click(`[data-passkey="create"] button`)
	b.Says("The passkey is added")
	b.Shoot("account")
	b.Click(`header form button`)
	b.Arrive(g.URL + "/admin/sign-in?done=out")
	b.Open(g.URL + "/admin/admins")
	b.Arrive(g.URL + "/admin/sign-in")
	b.Click(`a[href^="/admin/sign-in/passkey"]`)
	b.Arrive(g.URL + "/admin/admins") // the page they wanted, by the passkey alone
	b.Says("Signed in, by passkey")
	b.Click(`form[action="/admin/admins/invite"] button`)
	b.Says("It is not shown again")
	invited := b.One("#invited")
	b.Shoot("invited")
	b.Click(`form[action$="/ordinary"] button`)
	b.Says("This is the last recovery admin")

	b.Open(link[1])
	b.Says("This link no longer opens")
	other := b.Another(t)
	other.Open(invited)
	other.Says("You become an operator")
}

// TestSetupLink tests a setup link from the console to the assistant. A used-up link
// opens the same page as one that never existed.
func TestSetupLink(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{})
	api := g.API()
	c := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	operator := harness.Operator(t, g)
	access := "/admin/enterprises/" + c.Key + "/access"
	a := operator.Post(access+"/links", url.Values{
		"for":        {"Grace"},
		"connection": {""},
		"expires_in": {"1"},
		"max_opens":  {"1"},
		"intents":    {"sign-on", "domain", "groups"},
	})
	link := regexp.MustCompile(`http[^"<]*/setup/[A-Za-z0-9_-]+`).FindString(a.Body)
	if a.Status != http.StatusOK || link == "" {
		t.Fatalf("no link: %v", a)
	}
	if again := operator.Get(access); strings.Contains(again.Body, link) {
		t.Error("the link is shown again")
	}
	grace := g.Visitor()
	for range 3 { // fetching the page, as mail scanners do, does not use the link up
		if a := grace.Get(link); a.Status != http.StatusOK || !strings.Contains(a.Body, "Olive Operator") {
			t.Fatalf("the link shows %v", a)
		}
	}
	if a := grace.Post(link, url.Values{}); a.Status != http.StatusSeeOther || a.Location != "/admin" {
		t.Fatalf("the link opens %v", a)
	}
	if a := grace.Get("/admin"); a.Location != "/admin/enterprises/"+c.Key+"/connections/new" {
		t.Errorf("the holder begins at %v", a)
	}
	for _, path := range []string{
		access, "/admin/admins", "/admin/enterprises/" + c.Key,
	} {
		if a := grace.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("the holder sees %s: %v", path, a)
		}
	}
	varying := regexp.MustCompile(`req-[a-z0-9]+|\d{4}-\d\d-\d\dT[0-9:.]+Z|\d+ \w+ \d{4}, \d\d:\d\d UTC`)
	unknown := "/setup/" + strings.Repeat("a", 43)
	gone, never := g.Visitor().Post(link, url.Values{}), g.Visitor().Post(unknown, url.Values{})
	if gone.Status != http.StatusNotFound ||
		varying.ReplaceAllString(gone.Body, "") != varying.ReplaceAllString(never.Body, "") ||
		gone.Code() != "setup_link_gone" {
		t.Errorf("a link that is used up says %v, one that never was %v", gone, never)
	}
	if a := grace.Post("/admin/sign-out", url.Values{}); a.Status != http.StatusOK ||
		grace.Get("/admin").Status != http.StatusSeeOther {
		t.Errorf("the holder signs out: %v", a)
	}
}
