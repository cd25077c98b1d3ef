package keycloak

import (
	"strings"
	"testing"

	"gatehouse/e2e/harness"
)

// signIn tests a sign-in with a password at Keycloak: the account page and the
// groups in every organization.
func (s *suite) signIn(t *testing.T) {
	for name, c := range s.companies() {
		t.Run(name, func(t *testing.T) {
			b := s.browser.Another(t)
			s.as(b, c, zoe)
			b.Says("Zoë Łukasiewicz-Müller")
			b.Says("Forschung & Entwicklung")
			b.Shoot("account")
			wantGroups(
				t, c, zoe, "Data/Members", "Data/developers", "Data/開発",
				"Platform/Forschung & Entwicklung", "Platform/Members",
				"Platform/developers",
			)
			users := c.Users("")
			if len(users) != 1 ||
				users[0].Email != "zoe@acme.example" ||
				users[0].Name != "Zoë Łukasiewicz-Müller" {
				t.Errorf("users %+v", users)
			}
			wantEncryption(
				t, c, map[string]string{"SAMLEncrypted": "AES-256-GCM"}[name],
			)
			s.again(b, c)
			if users := c.Users(""); len(users) != 1 {
				t.Errorf("a second sign-in made %+v", users)
			}
		})
	}
}

// wantEncryption asserts that the last response was encrypted with this
// algorithm, or not at all.
func wantEncryption(t *testing.T, c *harness.Company, algorithm string) {
	t.Helper()
	attempts := c.Attempts()
	if len(attempts) == 0 {
		t.Fatal("no attempt is recorded")
	}
	got := ""
	for _, check := range attempts[0].Checks {
		if check.Name == "decryption" {
			got = check.Got
		}
	}
	if got != algorithm {
		t.Errorf("encrypted with %q, not %q", got, algorithm)
	}
}

// groupsAreReset tests that a change at Keycloak takes effect with the next
// sign-in, in every organization.
func (s *suite) groupsAreReset(t *testing.T) {
	browsers := map[string]*harness.Browser{}
	for name, c := range s.companies() {
		browsers[name] = s.browser.Another(t)
		s.as(browsers[name], c, zoe)
	}
	s.realm.leave(zoe, "/engineering/developers")
	s.realm.join(zoe, "/engineering/admins")
	t.Cleanup(func() {
		s.realm.leave(zoe, "/engineering/admins")
		s.realm.join(zoe, "/engineering/developers")
	})
	for name, c := range s.companies() {
		t.Run(name, func(t *testing.T) {
			s.again(browsers[name], c)
			wantGroups(
				t, c, zoe, "Data/Members", "Data/開発",
				"Platform/Forschung & Entwicklung", "Platform/Members",
				"Platform/admins",
			)
			browsers[name].Says("admins")
		})
	}
}

// noGroups tests that a user without groups can sign in and is told so.
func (s *suite) noGroups(t *testing.T) {
	for name, c := range s.companies() {
		t.Run(name, func(t *testing.T) {
			b := s.browser.Another(t)
			s.as(b, c, bob)
			wantGroups(t, c, bob)
			b.Says("bob")
			b.Shoot("no-access")
			if strings.Contains(b.Text(), "developers") {
				t.Errorf("someone in no group is shown one:\n%s", b.Text())
			}
		})
	}
}

func (s *suite) wrongPassword(t *testing.T) {
	for name, c := range s.companies() {
		t.Run(name, func(t *testing.T) {
			b := s.browser.Another(t)
			before := len(c.Sessions(zoe))
			b.Open(s.link(c))
			b.Arrive(s.realm.URL())
			s.giveTo(b, zoe, "wrong")
			b.Says("Invalid username or password")
			if at := b.At(); !strings.HasPrefix(at, s.realm.URL()) {
				t.Errorf("at %s", at)
			}
			b.Open(s.g.URL + "/account")
			b.Arrive(s.g.URL + "/log")
			if after := len(c.Sessions(zoe)); after != before {
				t.Errorf("%d sessions became %d", before, after)
			}
		})
	}
}

// disabled tests that a disabled connection refuses new sign-ins and those
// under way, and works again once enabled.
func (s *suite) disabled(t *testing.T) {
	for name, one := range map[string]struct {
		c  *harness.Company
		id string
	}{
		"SAML": {s.signed, s.signedConnection.ID},
		"OIDC": {s.open, s.openConnection.ID},
	} {
		t.Run(name, func(t *testing.T) {
			under := s.browser.Another(t)
			under.Open(s.link(one.c))
			under.Arrive(s.realm.URL())
			one.c.Switch(one.id, "disable")
			b := s.browser.Another(t)
			b.Open(s.link(one.c))
			b.Says("Single sign-on is not switched on")
			b.Says("connection_disabled")
			b.Shoot("disabled")
			s.giveTo(under, zoe, zoe)
			under.Arrive(s.g.URL)
			under.Says("connection_disabled")
			one.c.Switch(one.id, "enable")
			s.again(under, one.c)
		})
	}
}

// keysRotated tests that users can sign in after Keycloak changed its signing
// key and dropped the old one, without an admin changing the connection, and
// that sessions continue.
func (s *suite) keysRotated(t *testing.T) {
	before := map[string]*harness.Browser{}
	for name, c := range s.companies() {
		before[name] = s.browser.Another(t)
		s.as(before[name], c, zoe)
	}
	s.signed.OldMetadata(s.signedConnection.ID)
	s.sealed.OldMetadata(s.sealedConnection.ID)
	s.realm.RotateKeys(true)
	for name, c := range s.companies() {
		t.Run(name, func(t *testing.T) {
			s.as(s.browser.Another(t), c, zoe)
			before[name].Open(s.g.URL + "/account")
			before[name].Says("Zoë Łukasiewicz-Müller")
		})
	}
}
