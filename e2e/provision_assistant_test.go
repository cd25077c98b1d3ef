package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// TestProvisioningAssistant completes the assistant for SCIM in a browser: the token
// that it shows is what an identity provider then pushes with, the pages say that it
// was reached and whether the names meet, and enabling makes the pushes count.
func TestProvisioningAssistant(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{})
	api := g.API()
	idp := harness.NewIdP(t, harness.Ada())
	c := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	conn := c.ConnectOIDC(idp)
	path := "/enterprises/" + c.ID + "/connections/" + conn.ID
	api.Do(http.MethodPatch, path, harness.Object{"provider": string(sso.Entra)}, nil)
	b := harness.NewBrowser(t)
	b.Operator(g)
	at := g.URL + "/admin/enterprises/acme/connections/" + conn.ID + "/setup/scim"
	entra := guide.SCIMOf(sso.Entra)

	b.Open(at + "/connect")
	b.Says(entra.Connect.Title)
	base := b.One(`code[id^="h-do-"]`)
	b.Submit(`form[action$="/scim/token"] button`)
	b.Says("it is not shown again")
	token := b.One("#token")
	b.Shoot("token")
	b.Submit(next)
	b.Says("Do the names meet?")
	b.Submit(next)
	b.Says(entra.Assign.Title)
	b.Submit(next)
	b.Says("No request has reached the address of this connection yet")
	b.Submit(`form[action$="/scim/test"] button`)
	b.Says("The test passed")
	b.Shoot("tested")

	push := func(method, path, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/scim+json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode >= http.StatusBadRequest {
			t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, text)
		}
	}
	push(http.MethodGet, "/Users?filter="+url.QueryEscape(`userName eq "ada@acme.example"`), "")
	push(http.MethodPost, "/Users", fmt.Sprintf(`{"userName": %q, "active": true}`, "ada@acme.example"))
	for range 40 { // contacts are written a few seconds later
		b.Open(at + "/test")
		if strings.Contains(b.Text(), "First with a token") {
			break
		}
	}
	b.Says("First with a token")
	b.Submit(next)
	b.Says("New people")
	b.Shoot("enable")
	b.Submit(`form[action$="/scim/enable"] button`)
	b.Says("Provisioning is enabled")
}
