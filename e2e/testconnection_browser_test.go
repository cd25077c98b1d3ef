package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// TestTestConnectionInBrowser starts a test as an operator and signs in at the identity
// provider in the window that opens. The first page shows the result without a reload.
func TestTestConnectionInBrowser(t *testing.T) {
	harness.Long(t)
	w := &tried{journey: &journey{browser: harness.NewBrowser(t)}}
	w.idp, w.front = harness.NewFrontedIdP(t, harness.Ada())
	w.g = harness.Start(t, harness.Options{})
	w.api = w.g.API()
	w.company = harness.NewCompany(w.g, w.api, "acme", harness.TwoOrganizations())
	w.browser.Operator(w.g)
	for _, c := range []trial{
		{name: "passes", protocol: "saml", provider: "okta"},
		{name: "passes", protocol: "oidc", provider: "keycloak"},
		{
			name:     "fails",
			protocol: "saml",
			provider: "entra",
			fault:    demoidp.WrongAudience,
			code:     "saml_wrong_recipient",
			cause:    "another audience",
			place:    "Identifier (Entity ID)",
		},
		{
			name:     "fails",
			protocol: "oidc",
			provider: "okta",
			fault:    demoidp.WrongNonce,
			code:     "id_token_invalid",
			cause:    "its nonce is not the one that was sent",
			place:    "System Log",
		},
	} {
		t.Run(c.protocol+" "+c.name, func(t *testing.T) { w.watch(t, c) })
	}
	if users, attempts := len(w.company.Users("")), len(w.company.Attempts()); users+attempts > 0 {
		t.Errorf("there are %d users and %d attempts", users, attempts)
	}
}

func (w *tried) watch(t *testing.T, c trial) {
	conn, b := w.draft(t, c), w.browser
	w.idp.SetFaultOnce(c.fault)
	list := w.g.URL + "/admin/enterprises/acme/connections/" + conn.ID + "/tests"
	b.Open(list)
	b.Says("Test connections appear here")
	b.Click(`section[aria-labelledby="h-start"] button`)
	b.Arrive(list + "/test-")
	b.Says("Waiting for a response")
	b.Shoot("waiting")
	window := b.Window(t, func() { b.Click(`a[target="_blank"]`) })
	window.Arrive(w.idp.Issuer() + "/pick/")
	window.Click(pick)
	window.Arrive(w.g.URL + "/login/tested/")
	heading := "The test passed"
	if c.code != "" {
		heading = "The test failed"
	}
	window.Says(heading)
	if text := window.Text(); strings.Contains(text, "ada@acme.example") ||
		c.cause != "" && strings.Contains(text, c.cause) {
		t.Errorf("the user is shown %s", text)
	}
	b.Says(heading) // without a reload
	for _, text := range []string{c.cause, c.place} {
		b.Says(text)
	}
	if c.code == "" {
		for _, text := range []string{
			"Ada Lovelace", "Platform", "Mobile", "developers", "Added to",
		} {
			b.Says(text)
		}
	}
	var found struct{ Items []struct{ State string } }
	w.api.Do(
		http.MethodGet,
		"/enterprises/"+w.company.ID+"/connections/"+conn.ID+"/tests", nil, &found,
	)
	if len(found.Items) != 1 {
		t.Errorf("there are %+v", found.Items)
	}
}
