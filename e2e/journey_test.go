package e2e

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// journey is a gateway with a company per protocol, and browsers.
type journey struct {
	g       *harness.Gateway
	idp     *demoidp.IdP
	api     *harness.API
	browser *harness.Browser
	// otherACS is the ACS URL of a connection that sent no request.
	otherACS string
}

// TestJourney opens every page of a sign-in in a real browser, with the
// Content-Security-Policy in force.
func TestJourney(t *testing.T) {
	harness.Long(t)
	j := &journey{
		browser: harness.NewBrowser(t),
		idp:     harness.NewIdP(t, harness.Ada()),
	}
	j.g = harness.Start(t, harness.Options{})
	j.api = j.g.API()
	overSAML, overOIDC := harness.NewCompany(
		j.g, j.api, "acme", harness.TwoOrganizations(),
	), harness.NewCompany(
		j.g, j.api, "globex", harness.TwoOrganizations(),
	)
	overSAML.ConnectSAML(j.idp)
	overOIDC.ConnectOIDC(j.idp)
	t.Run("SAML", func(t *testing.T) { j.walk(t, overSAML) })
	t.Run("OIDC", func(t *testing.T) { j.walk(t, overOIDC) })
	t.Run("Refused", func(t *testing.T) { j.refused(t, overSAML) })
	t.Run("TwoWaysIn", j.twoWaysIn)
}

// pick is the selector of the button at the identity provider.
const pick = `button[value="p-1"]`

func (j *journey) walk(t *testing.T, c *harness.Company) {
	b, elsewhere := j.browser.Another(t), j.browser.Another(t)
	b.Open(j.g.URL + "/account")
	b.Arrive(j.g.URL + "/login")
	b.Shoot("sign-in")
	b.Fill("#company", "nobody-knows-them")
	b.Click("main form button")
	b.Says("We do not know this company")
	b.Shoot("unknown-company")
	b.Fill("#company", c.Key)
	b.Click("main form button")
	b.Arrive(j.idp.Issuer() + "/pick/")
	b.Click(pick)
	b.Arrive(j.g.URL + "/account")
	for _, text := range []string{
		"Ada Lovelace", "Platform", "Mobile", "developers", "admins", "this one",
	} {
		b.Says(text)
	}
	if strings.Contains(b.Text(), "testers") {
		t.Error("a group no one asserted is shown")
	}
	harness.WantGroups(t, c, "ada@acme.example", harness.AdasGroups())
	b.Shoot("account")

	elsewhere.Open(j.g.URL + "/login/sso?enterprise_key=" + c.Key)
	elsewhere.Arrive(j.idp.Issuer() + "/pick/")
	elsewhere.Click(pick)
	elsewhere.Arrive(j.g.URL + "/account")
	b.Open(j.g.URL + "/account")
	b.Click(`form[action$="/revoke"] button`)
	b.Says("The session has ended")
	b.Shoot("session-ended")
	elsewhere.Open(j.g.URL + "/account")
	elsewhere.Arrive(j.g.URL + "/login")
	if n := len(c.Sessions("ada@acme.example")); n != 1 {
		t.Errorf("%d sessions are left", n)
	}

	b.Open(j.g.URL + "/logout")
	b.Says("Signing out ends your session here")
	b.Shoot("sign-out")
	b.Click("main form button")
	b.Arrive(j.g.URL + "/logout")
	b.Says("Sign in again")
	b.Shoot("signed-out")
	b.Open(j.g.URL + "/account")
	b.Arrive(j.g.URL + "/login")
	if n := len(c.Sessions("ada@acme.example")); n != 0 {
		t.Errorf("%d sessions are left after signing out", n)
	}
}

// refused asserts that a failure page has one sentence, a next step and a reference,
// by which an admin finds the expected and the received value.
func (j *journey) refused(t *testing.T, c *harness.Company) {
	b := j.browser.Another(t)
	j.idp.SetFaultOnce(demoidp.WrongAudience)
	b.Open(j.g.URL + "/login/sso?enterprise_key=" + c.Key)
	b.Arrive(j.idp.Issuer() + "/pick/")
	b.Click(pick)
	b.Arrive(j.g.URL + "/saml/")
	b.Says("saml_wrong_recipient")
	b.Shoot("refused")
	reference := b.One("dl.reference dd code")
	attempts := c.Attempts()
	if len(attempts) == 0 ||
		attempts[0].ID != reference ||
		attempts[0].Code != "saml_wrong_recipient" ||
		len(attempts[0].Checks) == 0 {
		t.Errorf("reference %s, attempts %+v", reference, attempts)
	} else if last := attempts[0].Checks[len(attempts[0].Checks)-1]; last.OK ||
		last.Want == "" ||
		last.Got == "" {
		t.Errorf("the last check says %+v", last)
	}
	b.Click("main a.button")
	b.Arrive(j.idp.Issuer() + "/pick/")
	b.Click(pick)
	b.Arrive(j.g.URL + "/account")
}

// twoWaysIn tests that a company with two connections offers a choice and remembers it.
func (j *journey) twoWaysIn(t *testing.T) {
	c := harness.NewCompany(j.g, j.api, "initech", harness.TwoOrganizations())
	c.ConnectSAML(j.idp)
	oidc := c.ConnectOIDC(j.idp)
	b := j.browser.Another(t)
	b.Open(j.g.URL + "/login/sso?enterprise_key=initech&return_to=" +
		url.QueryEscape("/account?from=link"))
	b.Says("Test Directory over SAML")
	b.Shoot("choose")
	b.Click(`a[href*="` + oidc.ID + `"]`)
	b.Arrive(j.idp.Issuer() + "/pick/")
	b.Click(pick)
	b.Arrive(j.g.URL + "/account?from=link")
	b.Open(j.g.URL + "/login/sso?enterprise_key=initech&prompt=login")
	b.Says("Last used")
	b.Shoot("choose-again")
}
