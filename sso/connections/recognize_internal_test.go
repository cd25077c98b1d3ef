package connections

import (
	"testing"

	"gatehouse/sso"
)

// TestRecognize: the addresses of a product tell which it is, and those that only end
// alike do not.
func TestRecognize(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]sso.Provider{
		"https://acme.eu.auth0.com/":                      sso.Auth0,
		"https://sso-1a2b.sso.duosecurity.com/saml2/sp/x": sso.Duo,
		"https://www.rippling.com/x":                      sso.Rippling,
		"https://acme.id.cyberark.cloud/x":                sso.CyberArk,
		"https://abc1234.my.idaptive.app/x":               sso.CyberArk,
		"https://oauth.id.jumpcloud.com/":                 sso.JumpCloud,
		"https://accounts.google.com":                     sso.Google,
		"https://fs.acme.example/adfs":                    sso.ADFS,
		"https://fs.acme.example/adfs/ls/":                sso.ADFS,
		"https://fs.acme.example/adfsx":                   "",
		"https://notauth0.com/":                           "",
		"https://login.acme.example/auth0.com":            "",
	} {
		if got := recognize(sso.Config{OIDC: &sso.OIDCConfig{Issuer: address}}); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	c := sso.Config{SAML: &sso.SAMLConfig{IDPEntityID: "urn:acme.eu.auth0.com"}}
	if c.SAML.SSO.URL = "https://acme.eu.auth0.com/samlp/x"; recognize(c) != sso.Auth0 {
		t.Error("an entity ID that is no address hides the address of the sign-in")
	}
}
