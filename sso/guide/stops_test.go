package guide_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// TestStops: every identity provider has the three usual stops over either
// protocol, each with a message and an action, and our values beside those that
// depend on them.
func TestStops(t *testing.T) {
	for _, p := range sso.Providers {
		for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
			stops := guide.Stops(p, protocol)
			if len(stops) != 3 {
				t.Fatalf("%s over %s: %d stops", p, protocol, len(stops))
			}
			seen := map[string]bool{}
			for _, s := range stops {
				if s.Cause == "" ||
					s.Message == "" ||
					s.Do == "" ||
					seen[s.Message] {
					t.Errorf("%s over %s: %+v is not complete, or says what another does", p, protocol, s)
				}
				seen[s.Message] = true
			}
			address := guide.ACSURL
			if protocol == sso.OIDC {
				address = guide.RedirectURI
			}
			if !slices.Contains(stops[1].Compare, address) ||
				len(stops[0].Compare)+len(stops[0].Fields) == 0 {
				t.Errorf(
					"%s over %s has nothing to compare: %+v", p, protocol, stops,
				)
			}
		}
	}
	for message, of := range map[string][]guide.Stop{
		"AADSTS700016":                 guide.Stops(sso.Entra, sso.SAML)[:1],
		"AADSTS50011":                  guide.Stops(sso.Entra, sso.OIDC)[1:2],
		"AADSTS50105":                  guide.Stops(sso.Entra, sso.OIDC)[2:],
		"app_not_configured_for_user":  guide.Stops(sso.Google, sso.SAML)[2:],
		"redirect_uri_mismatch":        guide.Stops(sso.Google, sso.OIDC)[1:2],
		"must be a Login redirect URI": guide.Stops(sso.Okta, sso.OIDC)[1:2],
		"Client not found":             guide.Stops(sso.Keycloak, sso.SAML)[:1],
		"Metadata not found":           guide.Stops(sso.Custom, sso.SAML)[:1],
	} {
		if !strings.Contains(of[0].Message, message) {
			t.Errorf("%q is not in %q", message, of[0].Message)
		}
	}
}
