package e2e

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
)

// TestTestConnectionWithoutSignIn tests a connection with a captured response, with a
// recorded attempt, and by a setup link, which opens the tests of its own connection
// only.
func TestTestConnectionWithoutSignIn(t *testing.T) {
	harness.Long(t)
	idp := harness.NewIdP(t, harness.Ada())
	g := harness.Start(t, harness.Options{})
	api := g.API()
	c := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	conn := c.ConnectSAML(idp)
	other := c.Connect(harness.Object{"name": "Another", "protocol": "saml"})
	ada := g.Visitor()
	if a := ada.SignIn(idp, "acme", "p-1"); a.Status != http.StatusSeeOther {
		t.Fatalf("Ada does not get in: %v", a)
	}
	attempt := c.Attempts()[0].ID
	captured, err := g.Visitor().Visit(idp, "acme", "p-1") // and not delivered
	if err != nil {
		t.Fatal(err)
	}
	tests := "/admin/enterprises/acme/connections/" + conn.ID + "/tests"
	operator := harness.Operator(t, g)

	a := operator.Post(tests, url.Values{
		"kind":     {"captured"},
		"captured": {"no answer <of> any kind"},
	})
	if text := html.UnescapeString(a.Body); a.Status != http.StatusUnprocessableEntity ||
		!strings.Contains(text, "no answer <of> any kind") ||
		!strings.Contains(text, `aria-invalid="true"`) {
		t.Errorf("what is no answer: %v\n%.3000s", a, text)
	}
	for _, c := range []struct {
		form url.Values
		says []string
	}{
		{
			url.Values{
				"kind":     {"captured"},
				"captured": {captured.Form.Get("SAMLResponse")},
			},
			[]string{"The test passed", "Audience", "Ada Lovelace"},
		},
		{
			url.Values{"kind": {"replay"}, "attempt": {attempt}},
			[]string{
				"The test passed", "What a sign-in would change", "Ada Lovelace",
			},
		},
	} {
		a := operator.Post(tests, c.form)
		if a.Status != http.StatusSeeOther ||
			!strings.HasPrefix(a.Location, tests+"/test-") {
			t.Fatalf("%s: %v", c.form.Get("kind"), a)
		}
		page := operator.Get(a.Location)
		for _, want := range c.says {
			if !strings.Contains(html.UnescapeString(page.Body), want) {
				t.Errorf(
					"%s (%d) does not say %q:\n%.4000s", c.form.Get("kind"),
					page.Status, want, page.Body,
				)
			}
		}
	}
	if a := g.Visitor().Deliver(captured); a.SetNames != nil &&
		a.Status == http.StatusSeeOther &&
		a.Location == "/" {
		t.Errorf("a captured answer signs another browser in: %v", a)
	}
	if n := len(c.Users("")); n != 1 {
		t.Errorf("there are %d users", n)
	}

	var made struct{ URL string }
	api.Do(http.MethodPost, "/enterprises/"+c.ID+"/setup-links", harness.Object{
		"connection": conn.ID,
		"for":        "Grace",
	}, &made)
	holder := g.Visitor()
	if a := holder.Post(strings.TrimPrefix(made.URL, g.URL), url.Values{}); a.Status != http.StatusSeeOther {
		t.Fatalf("the setup link: %v", a)
	}
	a = holder.Post(tests, url.Values{"kind": {"live"}})
	if page := holder.Get(a.Location); a.Status != http.StatusSeeOther ||
		page.Status != http.StatusOK ||
		!strings.Contains(page.Body, "/login/test/") {
		t.Errorf("the holder's own: %v, then %v", a, page)
	}
	elsewhere := strings.Replace(tests, conn.ID, other.ID, 1)
	if a, b := holder.Get(elsewhere), holder.Post(
		elsewhere, url.Values{"kind": {"live"}},
	); a.Status != http.StatusNotFound || b.Status != http.StatusNotFound {
		t.Errorf("another connection's: %v, %v", a, b)
	}
}
