package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// attacker is a site that posts forms from the browsers that open it.
type attacker struct {
	*httptest.Server
	action string
	form   url.Values
}

func newAttacker(t *testing.T) *attacker {
	t.Helper()
	a := &attacker{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(
			w, `<!doctype html><form method="post" action="%s">`,
			html.EscapeString(a.action),
		)
		for name := range a.form {
			_, _ = fmt.Fprintf(
				w, `<input type="hidden" name="%s" value="%s">`, name,
				html.EscapeString(a.form.Get(name)),
			)
		}
		_, _ = fmt.Fprint(w, `</form><script>document.forms[0].submit()</script>`)
	}))
	t.Cleanup(a.Close)
	return a
}

// TestLoginCSRF tests an attacker who posts IdP-initiated responses for their own
// accounts from the browser of a signed-in user: for another user of the same company
// and of another company. The user is asked and keeps their session until they agree.
func TestLoginCSRF(t *testing.T) {
	harness.Long(t)
	eve := demoidp.Person{
		ID:        "p-2",
		Login:     "eve",
		Email:     "eve@acme.example",
		GivenName: "Eve",
		Surname:   "Evil",
	}
	idp := harness.NewIdP(t, harness.Ada(), eve)
	mallory := demoidp.Person{
		ID:        "p-9",
		Login:     "mallory",
		Email:     "mallory@globex.example",
		GivenName: "Mallory",
		Surname:   "Evil",
	}
	evil := harness.NewIdP(t, mallory)
	g := harness.Start(t, harness.Options{})
	api := g.API()
	acme := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	globex := harness.NewCompany(g, api, "globex", harness.TwoOrganizations())
	ours, theirs := acme.ConnectSAMLDirect(idp), globex.ConnectSAMLDirect(evil)
	site, b := newAttacker(t), harness.NewBrowser(t)
	b.Excuse(site.URL)

	still := func(name string) {
		t.Helper()
		b.Open(g.URL + "/account")
		if text := b.Text(); !strings.Contains(text, name) {
			t.Errorf("the browser is not %s's any more:\n%s", name, text)
		}
	}
	b.Open(g.URL + "/login/sso?enterprise_key=acme")
	b.Arrive(idp.Issuer() + "/pick/")
	b.Click(pick)
	b.Arrive(g.URL + "/account")
	for _, attack := range []struct {
		idp    *demoidp.IdP
		conn   harness.Connection
		person string
		title  string
		login  string
	}{
		{idp, ours, "p-2", "Sign in as another person?", "eve"},
		{evil, theirs, "p-9", "instead?", "mallory"},
	} {
		form, target, err := attack.idp.InitiateSAML(
			attack.person, attack.conn.Provider.EntityID,
		)
		if err != nil {
			t.Fatal(err)
		}
		site.action, site.form = target, form
		site.form.Set("replaces", "ses-06h0szvx00c6tywfbgwe1c2nrr")
		b.Open(site.URL)
		b.Says(attack.title)
		b.Says(attack.login)
		b.Says("You are signed in as ada")
		still("Ada Lovelace")
	}

	// The attacker cannot answer the question.
	site.action = g.URL + "/login/sso"
	site.form = url.Values{
		"enterprise_key": {"globex"},
		"replaces":       {"ses-06h0szvx00c6tywfbgwe1c2nrr"},
	}
	b.Open(site.URL)
	b.Says("csrf")
	still("Ada Lovelace")

	// The user agrees to the last response.
	form, target, err := evil.InitiateSAML("p-9", theirs.Provider.EntityID)
	if err != nil {
		t.Fatal(err)
	}
	site.action, site.form = target, form
	b.Open(site.URL)
	b.Says("instead?")
	b.Click("main form button")
	b.Arrive(g.URL + "/account")
	still("Mallory Evil")
}
