package ui

import "gatehouse/sso"

// Runs says what a connection runs on, in the words of its product: "Okta, SAML".
func Runs(c sso.Connection) string {
	protocol := "SAML"
	if c.Protocol == sso.OIDC {
		protocol = "OpenID Connect"
	}
	if name, ok := map[sso.Provider]string{sso.Okta: "Okta", sso.Entra: "Microsoft Entra ID", sso.JumpCloud: "JumpCloud", sso.Google: "Google Workspace",
		sso.OneLogin: "OneLogin", sso.Ping: "Ping", sso.Keycloak: "Keycloak", sso.ADFS: "AD FS"}[c.Provider]; ok {
		return name + ", " + protocol
	}
	return protocol
}
