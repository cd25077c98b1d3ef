package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/testkit/smtptest"
)

// told is the API's data about a user and their latest sign-in.
type told struct {
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
	Outcome       string `json:"outcome"`
	Decision      *struct {
		Action string `json:"action"`
		Reason string `json:"reason"`
	} `json:"email_verification"`
}

// TestFirstSignIn tests the e-mail policy with a mail server that requires STARTTLS:
// the expression exempts the contractor without a mailbox, and the employee of an
// unproven domain needs a code once.
func TestFirstSignIn(t *testing.T) {
	harness.Long(t)
	margaret := demoidp.Person{
		ID:        "p-1",
		Login:     "margaret",
		Email:     "margaret@globex.example",
		GivenName: "Margaret",
		Surname:   "Hamilton",
		Groups:    []string{"developers"},
	}
	kim := demoidp.Person{
		ID:        "p-2",
		Login:     "kim",
		Email:     "kim@contractor.example",
		NoMailbox: true,
		GivenName: "Kim",
		Surname:   "Contractor",
		Groups:    []string{"developers", "contractors"},
	}
	browser := harness.NewBrowser(t)
	idp := harness.NewIdP(t, margaret, kim)
	cert := smtptest.NewCertificate(t)
	post := smtptest.Start(t, smtptest.Options{StartTLS: cert})
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, cert.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	g := harness.Start(t, harness.Options{Env: []string{
		"SSL_CERT_FILE=" + roots, "GATEHOUSE_SMTP_ADDR=" + post.Addr,
		"GATEHOUSE_SMTP_FROM=Sign-in <sso@gate.example>",
		"GATEHOUSE_SMTP_USERNAME=" + smtptest.Username,
		"GATEHOUSE_SMTP_PASSWORD=" + smtptest.Password,
	}})
	api := g.API()
	c := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	conn := c.ConnectSAML(idp)
	api.Do(
		http.MethodPatch, "/enterprises/"+c.ID+"/connections/"+conn.ID,
		harness.Object{
			"email_verification": harness.Object{
				"mode":       "expression",
				"expression": `"contractors" in identity.groups`,
			}},
		nil,
	)
	c.Switch(conn.ID, "enable")
	signIn := func(b *harness.Browser, person string) {
		b.Open(g.URL + "/login/sso?enterprise_key=acme&return_to=/account")
		b.Arrive(idp.Issuer() + "/pick/")
		b.Click(`button[value="` + person + `"]`)
	}

	visitor := browser.Another(t)
	signIn(visitor, "p-2")
	visitor.Arrive(g.URL + "/account")
	visitor.Says("not verified")
	if n := len(post.Messages()); n != 0 {
		t.Fatalf("%d messages for someone without a mailbox", n)
	}
	user, attempt := tell(t, c, api, "kim")
	if user.EmailVerified ||
		attempt.Decision == nil ||
		attempt.Decision.Action != "skip" ||
		!strings.Contains(attempt.Decision.Reason, "expression") {
		t.Errorf("%+v, %+v", user, attempt.Decision)
	}

	b := browser.Another(t)
	signIn(b, "p-1")
	b.Arrive(g.URL + "/login/verify")
	b.Says("m•••@globex.example")
	b.Shoot("verify")
	if n := len(c.Users("margaret")); n != 0 {
		t.Error("she is known before she entered the code")
	}
	if pending := harness.List[told](
		api, "/enterprises/"+c.ID+"/attempts?outcome=pending",
	); len(pending) != 1 ||
		pending[0].Decision == nil ||
		pending[0].Decision.Action != "require" {
		t.Errorf("%+v", pending)
	}
	code := codeIn(t, post)
	b.Fill("#code", map[bool]string{true: "0", false: "9"}[code[0] == '9']+code[1:])
	b.Click("main form button")
	b.Says("4 tries left")
	b.Fill("#code", code)
	b.Click("main form button")
	b.Arrive(g.URL + "/account")
	b.Says("verified")
	harness.WantGroups(t, c, "margaret", []string{
		"Mobile/Members", "Mobile/developers", "Platform/Members",
		"Platform/developers",
	})
	user, attempt = tell(t, c, api, "margaret")
	if !user.EmailVerified ||
		attempt.Outcome != "succeeded" ||
		attempt.Decision == nil ||
		attempt.Decision.Action != "require" ||
		!strings.Contains(attempt.Decision.Reason, "globex.example") {
		t.Errorf("%+v, %+v", user, attempt)
	}

	again := browser.Another(t)
	signIn(again, "p-1")
	again.Arrive(g.URL + "/account")
	if user, attempt = tell(t, c, api, "margaret"); !user.EmailVerified ||
		attempt.Decision != nil ||
		len(post.Messages()) != 1 {
		t.Errorf(
			"the second time: %+v, %+v, %d messages", user, attempt,
			len(post.Messages()),
		)
	}
	for _, secret := range []string{
		code, smtptest.Password + `"`, "margaret@globex",
	} {
		if strings.Contains(g.Log(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// codeIn returns the code in the only message.
func codeIn(t *testing.T, post *smtptest.Server) string {
	t.Helper()
	all := post.Messages()
	if len(all) != 1 ||
		!all[0].Encrypted ||
		all[0].User != smtptest.Username ||
		strings.Join(all[0].To, " ") != "margaret@globex.example" {
		t.Fatalf("%+v", all)
	}
	found := regexp.MustCompile(`(?m)^ +(\d{6})\s*$`).FindStringSubmatch(all[0].Raw)
	if found == nil {
		t.Fatalf("no code in %s", all[0].Raw)
	}
	return found[1]
}

func tell(t *testing.T, c *harness.Company, api *harness.API, login string) (user, attempt told) {
	t.Helper()
	users := c.Users(login)
	if len(users) != 1 {
		t.Fatalf("%d users called %s", len(users), login)
	}
	api.Do(http.MethodGet, "/enterprises/"+c.ID+"/users/"+users[0].ID, nil, &user)
	attempts := harness.List[told](
		api, "/enterprises/"+c.ID+"/attempts?login="+url.QueryEscape(login),
	)
	return user, attempts[0]
}
