package catalog

const duoConsole = "Duo Admin Panel › Applications › your application"

func duoSAML() places {
	const response = "SAML Response › "
	return places{
		console:     duoConsole,
		audience:    "Service Provider › Entity ID",
		acs:         "Service Provider › Assertion Consumer Service (ACS) URL",
		signing:     response + "Signature algorithm: SHA256, and Signing options: Sign response, Sign assertion",
		certificate: "Metadata › Certificate",
		encryption:  response + "Assertion encryption",
		subject:     response + "NameID format and NameID attribute",
		attributes:  response + "Map attributes",
		groups:      response + "Role attributes",
		assignment:  "User access",
		issuer:      "Metadata › Entity ID",
		log:         "Duo Admin Panel › Reports › Authentication Log",
	}
}

// duoOIDC names only the way to the application: no guide of ours leads through
// OpenID Connect at Duo.
func duoOIDC() places {
	p := customOIDC()
	p.console = duoConsole
	p.clock = ""
	p.log = "Duo Admin Panel › Reports › Authentication Log"
	return p
}
