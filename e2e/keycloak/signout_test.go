package keycloak

import (
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// signOutHere tests that signing out at the gateway ends the session at
// Keycloak too.
func (s *suite) signOutHere(t *testing.T) {
	for name, c := range s.companies() {
		t.Run(name, func(t *testing.T) {
			s.realm.logOut(zoe) // ends sessions of earlier tests
			b := s.browser.Another(t)
			s.as(b, c, zoe)
			if n := s.realm.Sessions(zoe); n != 1 {
				t.Fatalf("%d sessions at Keycloak", n)
			}
			b.Open(s.g.URL + "/logout")
			b.Says("Sign out")
			b.Shoot("sign-out")
			b.Click("main form button")
			if name == "OIDC" {
				// The gateway keeps no ID token to send as a hint, so Keycloak asks
				// the user.
				b.Arrive(s.realm.URL())
				b.Click("#kc-logout")
			}
			b.Arrive(s.g.URL + "/logout")
			b.Says("Sign in again")
			b.Shoot("signed-out")
			if n := s.realm.Sessions(zoe); n != 0 {
				t.Errorf("%d sessions are left at Keycloak", n)
			}
			s.isOut(b)
			b.Open(s.link(c))
			b.Arrive(s.realm.URL())
			b.Says("Password")
		})
	}
}

// signOutThere tests that signing out at Keycloak ends the session here, both
// through the browser and from server to server.
func (s *suite) signOutThere(t *testing.T) {
	for name, c := range s.companies() {
		t.Run(name+"InTheBrowser", func(t *testing.T) {
			b := s.browser.Another(t)
			s.as(b, c, zoe)
			b.Open(s.realm.LogoutURL())
			b.Click("#kc-logout")
			b.Says("You are logged out")
			s.isOut(b)
		})
		if c == s.signed {
			continue // it notifies through the browser only
		}
		t.Run(name+"ByAnAdmin", func(t *testing.T) {
			b, other := s.browser.Another(t), s.browser.Another(t)
			s.as(b, c, zoe)
			s.as(other, c, bob)
			s.realm.logOut(zoe)
			s.isOut(b)
			other.Open(s.g.URL + "/account")
			other.Arrive(s.g.URL + "/account")
			other.Says("bob")
		})
	}
}

// isOut waits until the account page is no longer shown.
func (s *suite) isOut(b *harness.Browser) {
	harness.Soon(5*time.Second, func() bool {
		b.Open(s.g.URL + "/account")
		return b.At() != s.g.URL+"/account"
	})
	b.Arrive(s.g.URL + "/login")
}
