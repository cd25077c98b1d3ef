package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// planted is a fault of the identity provider or of its configuration, and the texts
// that the pages show about it.
type planted struct {
	trial
	verdict string
	do      string // part of the action's text
	link    string // part of the address that the page leads to; "" where it is acted elsewhere
}

const (
	failed  = "The test failed"
	warned  = "The test passed, with warnings"
	waiting = "Waiting for the sign-in"
)

func plantedFaults() []planted {
	never := func(c *demoidp.Client) { c.ID = "another" }
	return []planted{
		{
			trial: trial{
				name:     "wrong audience",
				protocol: "saml",
				provider: "okta",
				fault:    demoidp.WrongAudience,
				cause:    "for another audience: expected http://localhost",
				side:     theCompany,
				place:    "Audience URI (SP Entity ID)",
			},
			verdict: failed,
			do:      "Set the audience",
		},
		{
			trial: trial{
				name:     "ACS URL of another connection",
				protocol: "saml",
				provider: "google",
				edit: func(j *journey, r *harness.Return) {
					r.URL = j.otherACS
				},
				cause: "sent to an address that is not this connection’s",
				side:  theCompany,
				place: "ACS URL",
			},
			verdict: failed,
			do:      "letter by letter",
		},
		{
			trial: trial{
				name:     "ACS URL with a typing error",
				protocol: "saml",
				provider: "okta",
				edit: func(_ *journey, r *harness.Return) {
					r.URL = strings.Replace(r.URL, "/acs", "X/acs", 1)
				},
				cause: "sent to an address that is not this connection’s",
				side:  theCompany,
				place: "Single sign on URL",
			},
			verdict: failed,
			do:      "letter by letter",
		},
		{
			trial: trial{
				name:     "wrong entity ID at the identity provider",
				protocol: "saml",
				provider: "keycloak",
				party:    func(sp *demoidp.SP) { sp.EntityID += "x" },
				cause:    "Our entity ID is unknown there",
				side:     theCompany,
				place:    "Client ID",
			},
			verdict: waiting,
			do:      "Enter this entity ID at the application",
		},
		{
			trial: trial{
				name:     "expired certificate",
				protocol: "saml",
				provider: "okta",
				cause:    "“Development identity provider” expired on ",
				side:     theCompany,
				place:    "SAML Signing Certificates",
			},
			verdict: warned,
			do:      "Renew it at the identity provider",
			link:    "/certificates",
		},
		{
			trial: trial{
				name:     "wrong key",
				protocol: "saml",
				provider: "google",
				fault:    demoidp.WrongKey,
				cause:    "not signed by a certificate that is trusted here",
				side:     us,
				place:    "Certificates › Fetch it now",
			},
			verdict: failed,
			do:      "Fetch the metadata again",
			link:    "/certificates",
		},
		{
			trial: trial{
				name:     "clock ten minutes fast",
				protocol: "saml",
				provider: "adfs",
				fault:    demoidp.ClockOff,
				cause:    "issued at",
				side:     theCompany,
				place:    "The clock of the machine that runs AD FS",
			},
			verdict: failed,
			do:      "Set the identity provider’s clock",
		},
		{
			trial: trial{
				name:     "no group attribute",
				protocol: "saml",
				provider: "google",
				fault:    demoidp.NoGroups,
				cause:    "No group attribute was sent",
				side:     theCompany,
				place:    "Group membership",
			},
			verdict: warned,
			do:      "Send the group attribute",
			link:    "/setup/attributes",
		},
		{
			trial: trial{
				name:     "group in other letter case",
				protocol: "saml",
				provider: "custom",
				cause:    "“bookkeepers” was sent, Platform has “Bookkeepers”",
				side:     us,
				place:    "Verify groups",
			},
			verdict: warned,
			do:      "Accept the name",
			link:    "#h-near",
		},
		{
			trial: trial{
				name:     "login falls back to the NameID",
				protocol: "saml",
				provider: "okta",
				fault:    demoidp.NoLogin,
				config: harness.Object{"mapping": harness.Object{
					"login":  []string{"login", "NameID"},
					"email":  []string{"email"},
					"name":   []string{"{firstName} {lastName}"},
					"groups": []string{"groups"},
				}},
				cause: "The login was read from NameID, because login was not sent",
				side:  theCompany,
				place: "Profile attribute statements",
			},
			verdict: warned,
			do:      "Send the login as login",
			link:    "/setup/attributes",
		},
		{
			trial: trial{
				name:     "wrong client secret",
				protocol: "oidc",
				provider: "keycloak",
				client:   func(c *demoidp.Client) { c.Secret = "another" },
				cause:    "refused our client secret",
				side:     theCompany,
				place:    "Credentials › Client Secret",
			},
			verdict: failed,
			do:      "new client secret",
		},
		{
			trial: trial{
				name:     "wrong client ID",
				protocol: "oidc",
				provider: "entra",
				client:   never,
				cause:    "The client ID is unknown there",
				side:     theCompany,
				place:    "Application (client) ID",
			},
			verdict: waiting,
			do:      "Compare the client ID entered here",
		},
		{
			trial: trial{
				name:     "unsigned",
				protocol: "saml",
				provider: "adfs",
				fault:    demoidp.Unsigned,
				cause:    "Nothing in the response is signed",
				side:     theCompany,
				place:    "SamlResponseSignature MessageAndAssertion",
			},
			verdict: failed,
			do:      "Sign the response",
		},
		{
			trial: trial{
				name:     "encrypted to another key",
				protocol: "saml",
				provider: "keycloak",
				fault:    demoidp.EncryptedWrongKey,
				cause:    "encrypted with a key",
				side:     theCompany,
				place:    "Keys › Encrypt assertions",
			},
			verdict: failed,
			do:      "encryption certificate",
		},
		{
			trial: trial{
				name:     "transient NameID",
				protocol: "saml",
				provider: "jumpcloud",
				fault:    demoidp.TransientNameID,
				cause:    "The NameID is transient",
				side:     theCompany,
				place:    "SAMLSubject NameID Format",
			},
			verdict: failed,
			do:      "persistent, emailAddress or unspecified",
		},
		{
			trial: trial{
				name:     "object IDs in place of names",
				protocol: "oidc",
				provider: "entra",
				fault:    demoidp.GroupIDs,
				cause:    "sent as object IDs",
				side:     theCompany,
				place:    "Token configuration › Add groups claim",
			},
			verdict: warned,
			do:      "Send the names of groups instead",
			link:    "/groups",
		},
	}
}

// TestPlantedFaultsAreFound plants a fault, runs a test connection through the pages,
// and expects the cause, side, action and place on the page.
func TestPlantedFaultsAreFound(t *testing.T) {
	harness.Long(t)
	w := newTried(t, map[string][]string{"Platform": {"developers", "Bookkeepers"}})
	ada := harness.Ada()
	ada.Groups = []string{"developers", "bookkeepers"}
	w.idp.AddPerson(ada)
	w.otherACS = w.draft(t, trial{
		protocol: "saml",
		provider: "custom",
	}).Provider.ACSURL
	old, at := *w, *w.journey // an identity provider whose certificate expired a year ago
	old.journey = &at
	old.idp, old.front = harness.NewFrontedIdP(t, harness.Ada())
	old.front.MoveClock(-11 * 365 * 24 * time.Hour)
	old.draft(t, trial{protocol: "saml", provider: "custom"})
	old.front.MoveClock(0)
	all := plantedFaults()
	if len(all) < 16 {
		t.Errorf("only %d faults are planted", len(all))
	}
	for _, c := range all {
		at := w
		if c.name == "expired certificate" {
			old.n = w.n
			at = &old
		}
		t.Run(c.protocol+" "+c.name, func(t *testing.T) { at.find(t, c) })
		w.n = max(w.n, old.n)
	}
}

// newTried returns a gateway, an identity provider without people and an operator.
func newTried(t *testing.T, organizations map[string][]string) *tried {
	t.Helper()
	w := &tried{journey: &journey{}}
	w.idp, w.front = harness.NewFrontedIdP(t)
	w.g = harness.Start(t, harness.Options{})
	w.api = w.g.API()
	w.company = harness.NewCompany(w.g, w.api, "acme", organizations)
	w.operator = harness.Operator(t, w.g)
	return w
}

func (w *tried) find(t *testing.T, c planted) {
	t.Helper()
	conn := w.draft(t, c.trial)
	w.reads(t, w.testOnPages(t, conn, c.trial), c)
}

// testOnPages starts a test connection, signs in at the identity provider in the
// window that opens, and returns the page of the result.
func (w *tried) testOnPages(t *testing.T, conn harness.Connection, c trial) harness.Answer {
	t.Helper()
	w.operator.From(fmt.Sprintf("127.0.1.%d", w.n)) // tests are limited per minute and address
	begun := w.operator.Post(
		"/admin/enterprises/acme/connections/"+conn.ID+"/tests",
		url.Values{"kind": {"live"}},
	)
	if begun.Status != http.StatusSeeOther {
		t.Fatalf("the test does not begin: %v", begun)
	}
	at, _, _ := strings.Cut(begun.Location, "?")
	w.idp.SetFaultOnce(c.fault)
	defer w.idp.SetFault(demoidp.NoFault)
	redirect, err := w.operator.Follow(at + "/open")
	if err != nil {
		t.Fatal(err)
	}
	var back harness.Return
	if c.protocol == "oidc" {
		back.URL, err = w.idp.RespondOIDC("p-1", redirect)
	} else {
		back.Form, back.URL, err = w.idp.RespondSAML("p-1", redirect)
	}
	if err != nil {
		return w.operator.Get(at) // the identity provider shows an error and does not redirect back
	}
	if c.edit != nil {
		c.edit(w.journey, &back)
	}
	if a := w.operator.Deliver(back); a.Status != http.StatusSeeOther {
		t.Fatalf("the response to a test leads to %v: %s", a, a.Body)
	}
	return w.operator.Get(at)
}

var linked = regexp.MustCompile(`<p class="after"><a href="([^"]+)">`)

// reads asserts the page's texts about a fault.
func (w *tried) reads(t *testing.T, page harness.Answer, c planted) {
	t.Helper()
	text := html.UnescapeString(page.Body)
	for _, want := range []string{
		"<h1>" + c.verdict + "</h1>", c.cause, c.side, c.place, c.do,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page (%d) does not say %q", page.Status, want)
		}
	}
	if c.link != "" {
		found := false
		for _, m := range linked.FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(m[1], c.link) {
				found = true
				path, _, _ := strings.Cut(m[1], "#")
				if a := w.operator.Get(path); a.Status != http.StatusOK {
					t.Errorf("%s answers %v", m[1], a)
				}
			}
		}
		if !found {
			t.Errorf("the page has no link to …%s", c.link)
		}
	}
	if open, folded := strings.Index(text, ">failed</span>"), strings.Index(
		text, "checks passed</summary>",
	); c.verdict == failed &&
		folded > 0 &&
		open > folded {
		t.Error("the checks that passed are before the one that failed")
	}
	if t.Failed() {
		t.Logf("%.9000s", text[max(0, strings.Index(text, "<main")):])
	}
}

// TestRolledCertificateIsFetchedAgain tests an identity provider that changed its
// signing key while its metadata could not be fetched.
func TestRolledCertificateIsFetchedAgain(t *testing.T) {
	harness.Long(t)
	w := newTried(t, harness.TwoOrganizations())
	w.idp.AddPerson(harness.Ada())
	c := trial{protocol: "saml", provider: "custom"}
	conn := w.draft(t, c)
	if err := w.idp.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	w.front.Answer(harness.Gone, "/saml/metadata")
	page := w.testOnPages(t, conn, c)
	w.reads(t, page, planted{
		verdict: failed,
		do:      "Fetch the metadata again",
		link:    "/certificates",
		trial: trial{
			cause: "not signed by a certificate that is trusted here",
			side:  us,
			place: "Certificates › Fetch it now",
		},
	})
	step := "/admin/enterprises/acme/connections/" + conn.ID + "/setup/"
	fetch := step + "metadata"
	for name, body := range map[string]string{
		"result": page.Body,
		"step 2": w.operator.Get(step + "configure").Body,
	} {
		if !strings.Contains(body, `action="`+fetch+`"`) {
			t.Errorf("the %s has no button that fetches the metadata", name)
		}
	}
	if a := w.operator.Post(fetch, nil); a.Status != http.StatusBadGateway ||
		!strings.Contains(a.Body, "metadata") {
		t.Errorf("metadata that cannot be fetched: %v", a)
	}
	w.front.Answer(harness.Well, "")
	if a := w.operator.Post(fetch, nil); a.Status != http.StatusSeeOther ||
		!strings.HasSuffix(a.Location, "/setup/configure?done=new") {
		t.Fatalf("fetching the metadata: %v", a)
	}
	if page := w.testOnPages(t, conn, c); !strings.Contains(page.Body, "<h1>The test passed</h1>") {
		t.Errorf("after fetching the metadata: %.3000s", page.Body)
	}
}
