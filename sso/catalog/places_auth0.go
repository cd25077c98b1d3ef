package catalog

func auth0SAML() places {
	const addon = "Addons › SAML2 Web App › "
	return places{
		console:     "Auth0 Dashboard › Applications › Applications › your application",
		audience:    addon + "Settings › audience",
		acs:         addon + "Settings › Application Callback URL",
		signing:     addon + "Settings › signatureAlgorithm: rsa-sha256, digestAlgorithm: sha256, signResponse",
		certificate: addon + "Usage › Identity Provider Certificate",
		encryption:  "an Action of the trigger post-login that encrypts assertions",
		subject:     addon + "Settings › nameIdentifierFormat and nameIdentifierProbes",
		attributes:  addon + "Settings › mappings, and the Action of the trigger post-login",
		groups:      "the Action of the trigger post-login: api.samlResponse.setAttribute('groups', …)",
		assignment:  "Connections",
		issuer:      addon + "Usage › Issuer",
		log:         "Auth0 Dashboard › Monitoring › Logs",
	}
}

func auth0OIDC() places {
	return places{
		console:     "Auth0 Dashboard › Applications › Applications › your application",
		acs:         "Settings › Application URIs › Allowed Callback URLs",
		signing:     "Settings › Advanced Settings › OAuth › JSON Web Token Signature Algorithm: RS256",
		certificate: "Settings › Advanced Settings › Endpoints › JSON Web Key Set",
		encryption:  "Settings, without encryption of ID tokens",
		subject:     "nothing to set: sub is the user ID of Auth0",
		attributes:  "the person’s profile, and the Action of the trigger post-login",
		groups:      "the Action of the trigger post-login: api.idToken.setCustomClaim('memberOf', …)",
		assignment:  "Connections",
		issuer:      "Settings › Basic Information › Domain (the issuer is https:// and the domain, with a slash at its end)",
		log:         "Auth0 Dashboard › Monitoring › Logs",
		client:      "Settings › Basic Information › Client ID",
		secret:      "Settings › Basic Information › Client Secret, and Credentials › Authentication Methods",
	}
}
