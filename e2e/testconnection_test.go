package e2e

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// tried is a gateway whose connections are tested but never enabled.
type tried struct {
	*journey
	front    *harness.Front
	company  *harness.Company
	operator *harness.Visitor
	n        int
}

// TestTestConnections tests that every kind of failure reports its cause, the side
// that has to act, and the place, and that no test changes users or groups.
func TestTestConnections(t *testing.T) {
	harness.Long(t)
	w := &tried{journey: &journey{}}
	w.idp, w.front = harness.NewFrontedIdP(t, harness.Ada())
	w.g = harness.Start(t, harness.Options{})
	w.api = w.g.API()
	w.company = harness.NewCompany(w.g, w.api, "acme", harness.TwoOrganizations())
	w.operator = harness.Operator(t, w.g)
	w.otherACS = w.draft(t, trial{
		protocol: "saml",
		provider: "custom",
	}).Provider.ACSURL
	failing := 0
	for _, c := range trials() {
		if c.code != "" {
			failing++
		}
		t.Run(c.protocol+" "+c.name, func(t *testing.T) { w.try(t, c) })
	}
	if failing < 35 {
		t.Errorf("only %d ways to fail were tried", failing)
	}
	if users, attempts := len(w.company.Users("")), len(w.company.Attempts()); users+attempts > 0 {
		t.Errorf(
			"there are %d users, and the attempts %+v", users, w.company.Attempts(),
		)
	}
	if records := harness.List[harness.Object](
		w.api, "/enterprises/"+w.company.ID+"/sync-records",
	); len(records) > 0 {
		t.Errorf("there are %d sync records", len(records))
	}
}

// draft creates a connection that is never enabled, and registers it at the identity
// provider.
func (w *tried) draft(t *testing.T, c trial) harness.Connection {
	t.Helper()
	w.n++
	definition := harness.Object{
		"name":               fmt.Sprintf("%s %d", c.provider, w.n),
		"protocol":           c.protocol,
		"provider":           c.provider,
		"email_verification": harness.Object{"mode": "never"},
	}
	m := demoidp.Mapping(sso.Protocol(c.protocol))
	definition["mapping"] = harness.Object{
		"login":       m.Login,
		"email":       m.Email,
		"name":        m.Name,
		"groups":      m.Groups,
		"group_limit": m.GroupLimit,
	}
	secret, client := sso.NewSecret(), fmt.Sprintf("gatehouse-%d", w.n)
	if c.protocol == "saml" {
		definition["saml"] = harness.Object{
			"metadata_url":  w.idp.MetadataURL(),
			"sign_requests": true,
		}
	} else {
		definition["oidc"] = harness.Object{
			"issuer":        w.idp.Issuer(),
			"client_id":     client,
			"client_secret": secret.Reveal(),
			"scopes":        []string{"openid", "profile", "email", "groups"},
		}
	}
	for name, value := range c.config {
		definition[name] = value
	}
	conn := w.company.Connect(definition)
	if c.protocol == "saml" {
		sp, err := demoidp.SPFromMetadata(w.company.Metadata(conn))
		if err != nil {
			t.Fatal(err)
		}
		if c.party != nil {
			c.party(&sp)
		}
		w.idp.RegisterSAML(sp)
		return conn
	}
	known := demoidp.Client{
		ID:           client,
		Secret:       secret,
		RedirectURIs: []string{conn.Party.RedirectURI},
	}
	if c.client != nil {
		c.client(&known)
	}
	w.idp.RegisterOIDC(known)
	return conn
}

func (w *tried) try(t *testing.T, c trial) {
	conn := w.draft(t, c)
	var begun struct{ ID, URL string }
	w.api.Do(
		http.MethodPost,
		"/enterprises/"+w.company.ID+"/connections/"+conn.ID+"/tests", nil, &begun,
	)
	landed := w.walkTo(t, c, strings.TrimPrefix(begun.URL, w.g.URL))
	heading := "The test passed"
	switch {
	case c.code != "":
		heading = "The test failed"
	case c.warns != "":
		heading = "The test passed, with warnings"
	}
	if !strings.Contains(landed.Body, heading) ||
		c.cause != "" &&
			strings.Contains(html.UnescapeString(landed.Body), c.cause) ||
		landed.Status != http.StatusOK {
		t.Fatalf("the browser lands on %d: %s", landed.Status, landed.Body)
	}
	page := w.operator.Get(
		"/admin/enterprises/acme/connections/" + conn.ID + "/tests/" + begun.ID,
	)
	text := html.UnescapeString(page.Body)
	wanted := []string{"<h1>" + heading + "</h1>", c.cause, c.side, c.place}
	if c.code == "" {
		wanted = append(
			wanted, "Ada Lovelace", "ada@acme.example",
			"What a sign-in would change",
		)
	} else {
		wanted = append(wanted, "<code>"+c.code+"</code>")
	}
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("the page (%d) does not say %q", page.Status, want)
		}
	}
	if t.Failed() {
		t.Logf("%.9000s", text)
	}
	if n := len(w.company.Attempts()); n > 0 {
		t.Errorf("there are %d attempts", n)
	}
	w.agrees(t, c, conn, begun.ID)
	if again := w.g.Visitor().Get(strings.TrimPrefix(
		begun.URL, w.g.URL,
	)); again.Status != http.StatusSeeOther ||
		!strings.HasPrefix(again.Location, "/login/tested/") {
		t.Errorf("the link of a finished test leads to %v", again)
	}
}

// walkTo performs a test connection as a browser does, and returns the last page.
func (w *tried) walkTo(t *testing.T, c trial, link string) harness.Answer {
	t.Helper()
	w.idp.SetFaultOnce(c.fault)
	defer w.idp.SetFault(demoidp.NoFault)
	if c.front != nil {
		c.front(w.front)
		defer w.front.Answer(harness.Well, "")
	}
	v := w.g.Visitor()
	redirect, err := v.Follow(link)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(redirect.URL, "/login/tested/") {
		return v.Get(redirect.URL)
	}
	var back harness.Return
	if c.protocol == "oidc" {
		back.URL, err = w.idp.RespondOIDC("p-1", redirect)
	} else {
		back.Form, back.URL, err = w.idp.RespondSAML("p-1", redirect)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.edit != nil {
		c.edit(w.journey, &back)
	}
	if c.stranger {
		v = w.g.Visitor()
	}
	a := v.Deliver(back)
	if a.Status != http.StatusSeeOther ||
		!strings.HasPrefix(a.Location, "/login/tested/") {
		t.Fatalf("the answer to a test leads to %v: %s", a, a.Body)
	}
	landed := v.Get(a.Location)
	if v.SignedIn() {
		t.Error("a test connection signed someone in")
	}
	if twice := v.Deliver(back); !c.stranger &&
		c.edit == nil &&
		(twice.Status != http.StatusSeeOther || twice.Location != a.Location) {
		t.Errorf("the same answer once more leads to %v", twice)
	}
	return landed
}

// agrees asserts that the API reports the same as the page.
func (w *tried) agrees(t *testing.T, c trial, conn harness.Connection, id string) {
	t.Helper()
	var got struct {
		State, Code string
		Raw         string
		Identity    struct{ Login string }
		Remedy      struct{ Cause, Side, Place string }
		Warned      int
		Warnings    []struct {
			Code, Cause, Side, Do, Place string
			Minor                        bool
		}
		Preview struct {
			Organizations []struct{ Name string }
		} `json:"sync_preview"`
	}
	w.api.Do(
		http.MethodGet,
		"/enterprises/"+w.company.ID+"/connections/"+conn.ID+"/tests/"+id,
		nil, &got,
	)
	want := "passed"
	if c.code != "" {
		want = "failed"
	}
	cause, place := got.Remedy.Cause, got.Remedy.Place
	for _, w := range got.Warnings {
		if w.Code == c.warns && !w.Minor {
			cause, place = w.Cause, w.Place
		}
	}
	if c.code == "" && (got.Warned > 0) != (c.warns != "") {
		t.Errorf("the API says %d warnings: %+v", got.Warned, got.Warnings)
	}
	if got.State != want ||
		got.Code != c.code ||
		!strings.Contains(cause, c.cause) ||
		!strings.Contains(place, c.place) ||
		c.code == "" && got.Identity.Login != "ada@acme.example" {
		t.Errorf("the API says %+v", got)
	}
	if strings.Contains(got.Raw, "SignatureValue>M") ||
		strings.Contains(got.Raw, `"nonce": "g`) {
		t.Errorf("what came is shown with what is secret: %s", got.Raw)
	}
	if c.name == "passes" && (len(got.Preview.Organizations) != 2 || got.Raw == "") {
		t.Errorf("the API says %+v", got)
	}
}

// TestWaitingTest tests that the page of a test without a response yet lists that
// identity provider's error messages, and our values for comparison.
func TestWaitingTest(t *testing.T) {
	harness.Long(t)
	w := &tried{journey: &journey{}}
	w.idp, w.front = harness.NewFrontedIdP(t, harness.Ada())
	w.g = harness.Start(t, harness.Options{})
	w.api = w.g.API()
	w.company = harness.NewCompany(w.g, w.api, "acme", harness.TwoOrganizations())
	w.operator = harness.Operator(t, w.g)
	for _, c := range []struct {
		protocol, provider string
		messages           []string
	}{
		{"saml", "entra", []string{"AADSTS700016", "AADSTS50011", "AADSTS50105"}},
		{
			"oidc",
			"okta",
			[]string{
				"must be a Login redirect URI",
				"User is not assigned to the client application",
				"General › Client Credentials › Client ID",
			},
		},
		{"oidc", "google", []string{"redirect_uri_mismatch", "invalid_client"}},
		{"saml", "custom", []string{"Metadata not found"}},
	} {
		conn := w.draft(t, trial{protocol: c.protocol, provider: c.provider})
		var begun struct{ ID string }
		w.api.Do(
			http.MethodPost,
			"/enterprises/"+w.company.ID+"/connections/"+conn.ID+"/tests",
			nil, &begun,
		)
		text := html.UnescapeString(w.operator.Get(
			"/admin/enterprises/acme/connections/" + conn.ID + "/tests/" + begun.ID,
		).Body)
		wanted := append(
			c.messages, "Waiting for the sign-in", conn.Provider.ACSURL,
			conn.Provider.EntityID, conn.Party.RedirectURI,
		)
		if c.protocol == "oidc" {
			wanted = append(wanted, fmt.Sprintf("gatehouse-%d", w.n), w.idp.Issuer())
		}
		for _, want := range wanted {
			if !strings.Contains(text, want) {
				t.Errorf(
					"%s over %s: the page does not say %q", c.provider, c.protocol,
					want,
				)
			}
		}
	}
}
