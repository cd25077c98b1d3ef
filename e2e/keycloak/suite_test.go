package keycloak

import (
	"os"
	"slices"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/sso"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// suite is a gateway, a Keycloak and three companies that sign in there: over
// SAML with everything signed, over SAML with assertions encrypted too, and
// over OpenID Connect.
type suite struct {
	g       *harness.Gateway
	realm   *realm
	browser *harness.Browser

	signed, sealed, open                               *harness.Company
	signedConnection, sealedConnection, openConnection harness.Connection
}

const (
	zoe = "zoë" // in nested groups with letters of three alphabets
	bob = "bob" // in no group
)

func TestKeycloak(t *testing.T) {
	harness.Long(t)
	s := newSuite(t)
	// The order matters: the last ones change what the others rely on.
	t.Run("SignIn", s.signIn)
	t.Run("Assistant", s.assistant)
	t.Run("GroupsAreReset", s.groupsAreReset)
	t.Run("NoGroups", s.noGroups)
	t.Run("WrongPassword", s.wrongPassword)
	t.Run("SignOutHere", s.signOutHere)
	t.Run("SignOutThere", s.signOutThere)
	t.Run("BehindProxies", s.behindProxies)
	t.Run("Disabled", s.disabled)
	t.Run("KeysRotated", s.keysRotated)
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	s := &suite{browser: harness.NewBrowser(t)}
	server := start(t)
	s.browser.Excuse(server.URL)
	s.realm = server.newRealm(t, "acme",
		[]string{
			"/engineering/developers", "/engineering/admins",
			"/Forschung & Entwicklung", "/開発",
		},
		[]person{
			{
				Login: zoe,
				Email: "zoe@acme.example",
				First: "Zoë",
				Last:  "Łukasiewicz-Müller",
				Groups: []string{
					"/engineering/developers", "/Forschung & Entwicklung", "/開発",
				},
			},
			{
				Login: bob,
				Email: "bob@acme.example",
				First: "Bob",
				Last:  "Nobody",
			},
		})
	s.g = harness.Start(t, harness.Options{})
	api := s.g.API()
	organizations := map[string][]string{
		"Platform": {"developers", "admins", "Forschung & Entwicklung"},
		"Data":     {"developers", "開発", "engineering"},
	}
	for key, at := range map[string]**harness.Company{
		"signed": &s.signed,
		"sealed": &s.sealed,
		"open":   &s.open,
	} {
		*at = harness.NewCompany(s.g, api, key, organizations)
	}
	s.signedConnection = s.connectSAML(s.signed, provider{})
	s.sealedConnection = s.connectSAML(s.sealed, provider{
		Encryption:  "http://www.w3.org/2009/xmlenc11#aes256-gcm",
		Backchannel: true,
	})
	s.connectOIDC()
	return s
}

func (s *suite) connectSAML(c *harness.Company, p provider) harness.Connection {
	conn := c.Connect(harness.Object{
		"name":     "Keycloak",
		"protocol": "saml",
		"provider": "keycloak",
		"saml": harness.Object{
			"metadata_url":  s.realm.MetadataURL(),
			"sign_requests": true,
		},
		// Over SAML, Keycloak sends no attribute for a user without groups, just
		// as it does when it is not configured to send groups.
		"group_sync": harness.Object{"mode": "reset", "on_absent": "clear"},
	})
	s.realm.addSAML(c.Metadata(conn), p)
	c.Switch(conn.ID, "enable")
	return conn
}

func (s *suite) connectOIDC() {
	secret := sso.NewSecret()
	s.openConnection = s.open.Connect(harness.Object{
		"name":     "Keycloak",
		"protocol": "oidc",
		"provider": "keycloak",
		"oidc": harness.Object{
			"issuer":        s.realm.URL(),
			"client_id":     "gatehouse",
			"client_secret": secret.Reveal(),
			"scopes":        []string{"openid", "profile", "email"},
		},
	})
	s.realm.addOIDC(client{
		ID:             "gatehouse",
		Secret:         secret.Reveal(),
		Redirect:       s.openConnection.Party.RedirectURI,
		SignedOut:      s.g.URL + "/logout",
		BackchannelURL: s.openConnection.Party.Backchannel,
	})
	s.open.Switch(s.openConnection.ID, "enable")
}

// companies returns the companies by how they sign in.
func (s *suite) companies() map[string]*harness.Company {
	return map[string]*harness.Company{
		"SAML":          s.signed,
		"SAMLEncrypted": s.sealed,
		"OIDC":          s.open,
	}
}

// link returns a company's sign-in link; a signed-in user goes to Keycloak
// again.
func (s *suite) link(c *harness.Company) string {
	return s.g.URL + "/login/sso?prompt=login&enterprise_key=" + c.Key
}

// as signs a user in with a browser that Keycloak does not know.
func (s *suite) as(b *harness.Browser, c *harness.Company, login string) {
	b.Open(s.link(c))
	b.Arrive(s.realm.URL())
	s.giveTo(b, login, login)
	b.Arrive(s.g.URL + "/account")
}

func (s *suite) giveTo(b *harness.Browser, login, password string) {
	b.Fill("#username", login)
	b.Fill("#password", password)
	b.Click("#kc-login")
}

// again signs in a user whom Keycloak remembers.
func (s *suite) again(b *harness.Browser, c *harness.Company) {
	b.Open(s.link(c))
	b.Arrive(s.g.URL + "/account")
}

func wantGroups(t *testing.T, c *harness.Company, login string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := c.Groups(login); !slices.Equal(got, want) {
		t.Errorf("%s of %s is in\n%q, not in\n%q", login, c.Key, got, want)
	}
}
