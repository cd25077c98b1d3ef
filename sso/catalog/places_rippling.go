package catalog

const ripplingConsole = "Rippling › IT Management › Custom App › your app"

func ripplingSAML() places {
	return places{
		console:     ripplingConsole,
		audience:    "Settings › Service Provider Entity ID",
		acs:         "Settings › ACS URL",
		signing:     "Settings › Advanced SAML Settings",
		certificate: "SSO Setup Instructions › IdP Metadata XML",
		encryption:  "Settings › Advanced SAML Settings",
		subject:     "Settings › Advanced SAML Settings",
		attributes:  "Settings › SAML Attributes › Global attribute",
		groups:      "Settings › SAML Attributes › Group attribute",
		assignment:  "the access rules of the app",
		issuer:      "SSO Setup Instructions › IdP Metadata XML",
		log:         "The sign-in log of Rippling",
	}
}

// ripplingOIDC names only the way to the application: no guide of ours leads through
// OpenID Connect at Rippling.
func ripplingOIDC() places {
	p := customOIDC()
	p.console = ripplingConsole
	p.clock = ""
	p.log = "The sign-in log of Rippling"
	return p
}
