package connections

import (
	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// The formats of a NameID that may be requested. transient is not among them: it
// makes a new user at every sign-in.
const (
	nameIDPersistent  = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	nameIDUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	nameIDEmail       = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	nameIDWindows     = "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName"
)

// defaults returns the configuration of a new connection.
func defaults(protocol sso.Protocol, provider sso.Provider) *sso.Config {
	cfg := &sso.Config{
		Version: 1,
		Mapping: mapping.Preset(provider, protocol),
		GroupSync: sso.GroupSync{
			Mode:      sso.SyncReset,
			OnAbsent:  sso.KeepGroups,
			OnOverage: sso.KeepGroups,
		},
		Provisioning:      sso.ProvisionJIT,
		EmailVerification: sso.EmailVerification{Mode: "unverified-domain"},
	}
	if protocol == sso.OIDC {
		cfg.OIDC = &sso.OIDCConfig{
			AuthMethod: sso.ClientSecretBasic,
			Scopes:     defaultScopes(),
		}
		return cfg
	}
	cfg.SAML = &sso.SAMLConfig{
		SignRequests: true,
		IDPInitiated: sso.IDPInitiatedRebounce,
		NameIDFormat: nameIDFormat(provider),
	}
	return cfg
}

// nameIDFormat returns the NameID format to request from a provider. Where the
// format is chosen in the provider's own console, a request for another one is
// refused (ADFS: InvalidNameIDPolicy) or overrides the choice (Entra ID).
func nameIDFormat(provider sso.Provider) string {
	switch provider {
	case sso.Keycloak, sso.Custom:
		return nameIDPersistent
	}
	return nameIDUnspecified
}

// defaultScopes returns scopes that every provider knows. "groups" is not among
// them: a provider that does not know it refuses the sign-in.
func defaultScopes() []string { return []string{"openid", "profile", "email"} }

// moreScopes returns scopes to ask for where the provider's discovery document
// offers them. AD FS puts the claims of a web API into the ID token only for the
// scope allatclaims.
func moreScopes(provider sso.Provider) []string {
	if provider == sso.ADFS {
		return []string{"groups", "allatclaims"}
	}
	return []string{"groups"}
}

// startOf returns the configuration that an edit begins from: the draft, else the
// live one.
func startOf(c sso.Connection) *sso.Config {
	switch {
	case c.Draft != nil:
		return c.Draft
	case c.Live != nil:
		return c.Live
	}
	return defaults(c.Protocol, c.Provider)
}

// clone copies a configuration so that the copy can be changed. Lists are shared:
// replace a list instead of changing it.
func clone(cfg *sso.Config) *sso.Config {
	if cfg == nil {
		return nil
	}
	c := *cfg
	if cfg.SAML != nil {
		saml := *cfg.SAML
		c.SAML = &saml
	}
	if cfg.OIDC != nil {
		oidc := *cfg.OIDC
		c.OIDC = &oidc
	}
	if cfg.Directory != nil {
		directory := *cfg.Directory
		c.Directory = &directory
	}
	return &c
}

// nextVersion returns a number above all versions of the connection: after a
// rollback the previous one is the higher.
func nextVersion(c sso.Connection) int {
	highest := 0
	for _, cfg := range []*sso.Config{c.Live, c.Draft, c.Previous} {
		if cfg != nil {
			highest = max(highest, cfg.Version)
		}
	}
	return highest + 1
}
