package catalog

const cyberArkConsole = "CyberArk Identity Administration › Apps & Widgets › Web Apps › your application"

func cyberArkSAML() places {
	const (
		provider = "Trust › Identity Provider Configuration › "
		service  = "Trust › Service Provider Configuration › "
	)
	return places{
		console:     cyberArkConsole,
		audience:    service + "SP Entity ID / Issuer / Audience",
		acs:         service + "Assertion Consumer Service (ACS) URL, and Recipient",
		signing:     service + "Sign Response or Assertion?: Both",
		certificate: provider + "Signing Certificate",
		encryption:  service + "Encrypt SAML Response Assertion",
		subject:     service + "NameID Format, and Account Mapping",
		attributes:  "SAML Response › Attributes",
		groups:      "SAML Response › Attributes: LoginUser.RoleNames or LoginUser.GroupNames",
		assignment:  "Permissions",
		issuer:      provider + "IdP Entity ID / Issuer",
		log:         "CyberArk Identity Administration › Reports",
	}
}

// cyberArkOIDC names only the way to the application: no guide of ours leads through
// OpenID Connect at CyberArk.
func cyberArkOIDC() places {
	p := customOIDC()
	p.console = cyberArkConsole
	p.clock = ""
	p.log = "CyberArk Identity Administration › Reports"
	return p
}
