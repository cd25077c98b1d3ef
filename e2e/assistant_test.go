package e2e

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// assistant is a gateway with an operator, and a development identity provider that
// stands for every product.
type assistant struct {
	g    *harness.Gateway
	api  *harness.API
	idp  *demoidp.IdP
	root *harness.Browser
}

// setup is one run through the assistant.
type setup struct {
	provider sso.Provider
	protocol sso.Protocol
	manual   bool
	scripts  bool
}

// TestAssistant completes the setup assistant for each product, from the first click
// to an enabled connection and the sign-in of another person.
func TestAssistant(t *testing.T) {
	harness.Long(t)
	a := &assistant{
		root: harness.NewBrowser(t),
		idp:  harness.NewIdP(t, harness.Ada(), grace()),
	}
	a.g = harness.Start(t, harness.Options{})
	a.api = a.g.API()
	for key, s := range map[string]setup{
		"okta-oidc":      {sso.Okta, sso.OIDC, false, true},
		"okta-saml":      {sso.Okta, sso.SAML, false, true},
		"entra-saml":     {sso.Entra, sso.SAML, false, true},
		"jumpcloud-saml": {sso.JumpCloud, sso.SAML, false, true},
		"custom-saml":    {sso.Custom, sso.SAML, false, true},
		"google-saml":    {sso.Google, sso.SAML, true, true},
		"manual-saml":    {sso.Custom, sso.SAML, true, true},
		"custom-oidc":    {sso.Custom, sso.OIDC, false, true},
		"noscript-saml":  {sso.Okta, sso.SAML, true, false},
		"noscript-oidc":  {sso.Okta, sso.OIDC, false, false},
	} {
		t.Run(key, func(t *testing.T) {
			c := harness.NewCompany(a.g, a.api, key, harness.TwoOrganizations())
			b := a.root.Another(t)
			if !s.scripts {
				b.NoScripts()
			}
			b.Operator(a.g)
			a.walk(t, b, c, s)
		})
	}
	t.Run("by a setup link", a.byLink)
}

// grace is the person who signs in at the end.
func grace() demoidp.Person {
	return demoidp.Person{
		ID:        "p-2",
		Login:     "grace@acme.example",
		Email:     "grace@acme.example",
		GivenName: "Grace",
		Surname:   "Hopper",
		Groups:    []string{"testers", "Admins"},
	}
}

const next = ".actions a.button:not(.quiet)"

// walk completes the assistant by following its pages only.
func (a *assistant) walk(t *testing.T, b *harness.Browser, c *harness.Company, s setup) {
	t.Helper()
	b.Open(a.g.URL + "/admin/enterprises/" + c.Key + "/connections")
	b.Submit(`a.button[href$="/connections/new"]`)
	a.walkOn(t, b, c, s)
}

// walkOn is walk from the choice of the identity provider on.
func (a *assistant) walkOn(t *testing.T, b *harness.Browser, c *harness.Company, s setup) {
	t.Helper()
	b.Says("Set up single sign-on")
	b.Shoot("choose")
	b.Submit(
		`a.choice[href$="provider=` + string(s.provider) + "&protocol=" +
			string(s.protocol) + `"]`,
	)
	b.Fill("#name", "Employees")
	b.Submit("main form button")
	g := guide.Of(s.provider, s.protocol)
	b.Says(g.Create.Title)
	b.Shoot("create")
	secret := a.register(t, b, g)

	b.Submit(next)
	b.Says(g.Configure.Title)
	a.configure(t, b, s, secret)
	b.Says("What was read")
	b.Shoot("configured")
	b.Submit(next)
	b.Says(g.Attributes.Title)
	b.Says("not tested")
	b.Submit(next)
	b.Says(g.Assign.Title)
	b.Submit(next)
	b.Says("Test the connection")
	a.test(t, b, c)
	b.Submit(next)
	b.Says("What this changes for people")
	b.Shoot("enable")
	b.Submit("main form button")
	b.Says("Employees is enabled")
	b.Shoot("done")

	person := a.root.Another(t)
	person.Open(b.One(".value code"))
	person.Arrive(a.idp.Issuer() + "/pick/")
	person.Click(`button[value="p-2"]`)
	a.entered(person)
	person.Says("Grace Hopper")
	harness.WantGroups(t, c, "grace@acme.example", []string{
		"Mobile/Members", "Mobile/testers",
	})
}

// entered asserts that the browser arrives at the account, without a page for an
// e-mail code.
func (a *assistant) entered(b *harness.Browser) { b.Arrive(a.g.URL + "/account") }

// register follows the page's instructions at the identity provider, with the values
// on the page.
func (a *assistant) register(t *testing.T, b *harness.Browser, g guide.Guide) (client demoidp.Client) {
	t.Helper()
	shown := b.List(".entries .value code")
	find := func(what string) string {
		t.Helper()
		i := slices.IndexFunc(shown, func(s string) bool {
			return strings.HasSuffix(s, what)
		})
		if i < 0 {
			t.Fatalf("no value that ends with %s is shown: %q", what, shown)
		}
		return shown[i]
	}
	if g.Protocol == sso.OIDC {
		client = demoidp.Client{
			ID: "client-" + string(g.Provider) + "-" +
				t.Name()[len(t.Name())-9:],
			Secret:       sso.NewSecret(),
			RedirectURIs: []string{find("/callback")},
		}
		a.idp.RegisterOIDC(client)
		return client
	}
	resp, err := http.Get(
		"http://" + a.g.Addr + strings.TrimPrefix(find("/metadata"), a.g.URL),
	)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	sp, err := demoidp.SPFromMetadata(doc)
	if err != nil ||
		sp.ACSURL != find("/acs") ||
		sp.EntityID != find("/metadata") {
		t.Fatalf("our metadata has other addresses than the page: %+v %v", sp, err)
	}
	sp.Attributes = map[string]string{}
	for _, claim := range g.Claims {
		switch {
		case claim.Name == guide.NameID || claim.Use == guide.Subject:
			sp.MailNameID = g.Provider == sso.Google // "Primary email"
		case claim.Use == guide.Name && claim.Name != "name":
			sp.Attributes[claim.Name] = claim.Name // of the same name
		default:
			sp.Attributes[string(claim.Use)] = claim.Name
		}
	}
	a.idp.RegisterSAML(sp)
	return client
}

// configure enters the identity provider's values, first with a mistake.
func (a *assistant) configure(t *testing.T, b *harness.Browser, s setup, client demoidp.Client) {
	t.Helper()
	const save = "main form.form button:not([name])"
	field := func(name string) string { return `[name="` + name + `"]` }
	switch {
	case s.protocol == sso.OIDC:
		b.Fill(field("oidc.issuer"), a.idp.Issuer()+"/nobody/here")
		b.Fill(field("oidc.client_id"), client.ID)
		b.Fill(field("oidc.client_secret"), client.Secret.Reveal())
		b.Submit(save)
		b.Says("There is a problem with 1 field")
		b.Shoot("wrong-issuer")
		if strings.Contains(
			strings.Join(b.List("main"), ""), client.Secret.Reveal(),
		) {
			t.Error("a secret is shown")
		}
		b.Says("Kept, and not shown again") // so it is not required again
		b.Fill(
			field("oidc.issuer"),
			" "+a.idp.Issuer()+"/.well-known/openid-configuration",
		)
	case s.manual:
		if s.provider != sso.Google {
			b.Submit(`.tabs a[href$="manual"]`)
		}
		b.Shoot("manual")
		bad := filepath.Join(t.TempDir(), "metadata.xml")
		if err := os.WriteFile(bad, []byte("<!doctype html><title>Sign in</title>"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.Upload(field("file.metadata"), bad)
		b.Submit(save)
		b.Says("This is a web page, not metadata")
		doc, err := a.idp.Metadata()
		if err != nil {
			t.Fatal(err)
		}
		good := filepath.Join(t.TempDir(), "metadata.xml")
		if err := os.WriteFile(good, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		b.Upload(field("file.metadata"), good)
	default:
		b.Fill(
			field("saml.metadata_url"),
			strings.TrimPrefix(a.idp.MetadataURL(), "http://"),
		)
		b.Submit(save)
		b.Says("There is a problem with 1 field")
		b.Shoot("wrong-address")
		b.Fill(field("saml.metadata_url"), "“"+a.idp.MetadataURL()+"” ")
	}
	b.Submit(save)
}

// test runs a test connection that fails, after which the assistant stays on the step,
// then one that passes.
func (a *assistant) test(t *testing.T, b *harness.Browser, c *harness.Company) {
	t.Helper()
	page := b.At()
	a.idp.SetFaultOnce(demoidp.Expired)
	for _, want := range []string{"failed", "passed"} {
		b.Submit("main form button")
		tester := a.root.Another(t)
		tester.Open(b.One(".value code"))
		tester.Arrive(a.idp.Issuer() + "/pick/")
		tester.Click(`button[value="p-1"]`)
		tester.Says(want)
		b.Open(page)
		b.Says("Last tested")
		b.Says(want)
		b.Shoot("test-" + want)
		if n := len(b.List(next)); (n > 0) != (want == "passed") {
			t.Errorf("after a test that %s there are %d ways on", want, n)
		}
	}
	if users := c.Users(""); len(users) != 0 {
		t.Errorf("a test made %v", users)
	}
	b.Open(strings.TrimSuffix(page, "/test") + "/attributes")
	b.Says("seen")
	if n := strings.Count(strings.Join(b.List("table td"), "\n"), "not "); n != 0 {
		t.Errorf("%d of the attributes are not ticked off", n)
	}
	b.Shoot("attributes-seen")
	b.Open(page)
}

// byLink completes the assistant by a setup link, which opens its connection and no
// other page.
func (a *assistant) byLink(t *testing.T) {
	c := harness.NewCompany(a.g, a.api, "by-link", harness.TwoOrganizations())
	var made struct{ URL string }
	a.api.Do(
		http.MethodPost, "/enterprises/"+c.ID+"/setup-links",
		harness.Object{"for": "the IT of By-link"}, &made,
	)
	b := a.root.Another(t)
	b.Open(made.URL)
	b.Shoot("setup-link")
	b.Submit("main form button")
	a.walkOn(t, b, c, setup{sso.Keycloak, sso.OIDC, false, true})
	b.Open(a.g.URL + "/admin/enterprises/" + c.Key + "/people")
	b.Says("There is nothing here")
	b.Open(a.g.URL + "/admin/enterprises/" + c.Key + "/connections/new")
	b.Says("Employees is enabled") // the only connection that the link opens
}
