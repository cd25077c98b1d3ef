package e2e

import (
	"net/http"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// TestWithoutMailbox tests, over both protocols, that a user without an address is
// refused until an admin permits users without one in the settings, along with a
// default group of the connection.
func TestWithoutMailbox(t *testing.T) {
	harness.Long(t)
	root := harness.NewBrowser(t)
	milton := demoidp.Person{
		ID:        "p-3",
		Login:     "milton",
		GivenName: "Milton",
		Surname:   "Waddams",
		Groups:    []string{"developers"},
	}
	idp := harness.NewIdP(t, harness.Ada(), milton)
	g := harness.Start(t, harness.Options{})
	api := g.API()
	for _, protocol := range []string{"saml", "oidc"} {
		t.Run(protocol, func(t *testing.T) {
			c := harness.NewCompany(g, api, protocol, map[string][]string{
				"Platform": {"developers", "everyone"},
			})
			connect := c.ConnectSAML
			if protocol == "oidc" {
				connect = c.ConnectOIDC
			}
			conn := connect(idp)
			api.Do(http.MethodPatch, "/enterprises/"+c.ID+"/connections/"+conn.ID,
				harness.Object{"email_verification": harness.Object{
					"mode":      "unverified-domain",
					"trust_idp": true,
				}}, nil)
			c.Switch(conn.ID, "enable")
			signIn := func(b *harness.Browser, person string) {
				b.Open(
					g.URL + "/login/sso?enterprise_key=" + protocol +
						"&return_to=/account",
				)
				b.Arrive(idp.Issuer() + "/pick/")
				b.Click(`button[value="` + person + `"]`)
			}
			refused := root.Another(t)
			signIn(refused, "p-3")
			refused.Says("information about you that we cannot use")
			if n := len(c.Users("milton")); n != 0 {
				t.Fatal("he is known although he was refused")
			}

			admin := root.Another(t)
			admin.Operator(g)
			at := g.URL + "/admin/enterprises/" + protocol + "/connections/" +
				conn.ID
			admin.Open(at + "/settings")
			admin.Choose("#email-optional")
			admin.Retype("#default-groups", "platform/everyone")
			admin.Shoot("settings-without-address")
			admin.Submit("main form .actions button:not(.quiet)")
			admin.Says("Allow people without an e-mail address")
			admin.Says("platform/everyone")
			c.Switch(conn.ID, "enable")

			b := root.Another(t)
			signIn(b, "p-3")
			b.Arrive(g.URL + "/account")
			b.Says("Milton Waddams")
			b.Shoot("account-without-address")
			user, attempt := tell(t, c, api, "milton")
			if user.Email != "" ||
				user.EmailVerified ||
				attempt.Decision == nil ||
				attempt.Decision.Action != "skip" {
				t.Errorf("%+v, %+v", user, attempt.Decision)
			}
			harness.WantGroups(t, c, "milton", []string{
				"Platform/Members", "Platform/developers", "Platform/everyone",
			})
			if a := g.Visitor().SignIn(idp, c.Key, "p-1"); a.Err != nil || a.Status != http.StatusSeeOther {
				t.Fatalf("a user with an address: %v", a)
			}
			if users := c.Users("ada@acme.example"); len(users) != 1 {
				t.Errorf("a user with an address: %+v", users)
			}
		})
	}
}
