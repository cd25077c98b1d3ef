package catalog

func oktaOIDC() places {
	return places{
		console:     "Okta Admin Console › Applications › your application",
		acs:         "General › Sign-in redirect URIs",
		signing:     "Sign On › OpenID Connect ID Token",
		certificate: "Sign On › OpenID Connect ID Token › Issuer (its keys are published by Okta)",
		encryption:  "Sign On › OpenID Connect ID Token, without encryption",
		subject:     "Sign On › OpenID Connect ID Token",
		attributes:  "Sign On › Token claims",
		groups:      "Sign On › Token claims (Show legacy configuration) › Groups claim type Filter, groups, Matches regex .*",
		assignment:  "Assignments › Assign to Groups",
		issuer:      "Sign On › OpenID Connect ID Token › Issuer",
		log:         "Okta Admin Console › Reports › System Log",
		client:      "General › Client Credentials › Client ID",
		secret:      "General › Client Credentials › Client secret",
	}
}

func entraOIDC() places {
	return places{
		console:     "Microsoft Entra admin center › App registrations › your application",
		acs:         "Authentication › Web › Redirect URIs",
		signing:     "Overview › Endpoints › OpenID Connect metadata document",
		certificate: "Overview › Endpoints › OpenID Connect metadata document (jwks_uri)",
		encryption:  "Token configuration, without encryption",
		subject:     "Token configuration",
		attributes:  "Token configuration › Add optional claim › ID",
		groups:      "Token configuration › Add groups claim › Groups assigned to the application",
		assignment:  "Managed application in local directory › Users and groups",
		issuer:      "Overview › Endpoints › OpenID Connect metadata document (the tenant’s own, not common)",
		log:         "Microsoft Entra admin center › Enterprise applications › your application › Sign-in logs",
		client:      "Overview › Application (client) ID",
		secret:      "Certificates & secrets › Client secrets › Value",
	}
}

func jumpCloudOIDC() places {
	return places{
		console:     "JumpCloud Admin Portal › SSO Applications › your application › SSO",
		acs:         "Redirect URIs",
		signing:     "Endpoint Configuration",
		certificate: "Endpoint Configuration",
		encryption:  "Endpoint Configuration",
		subject:     "Attribute Mapping",
		attributes:  "Attribute Mapping › Standard Scopes: Email, Profile",
		groups:      "Attribute Mapping › Include group attribute",
		assignment:  "User Groups",
		issuer:      "Endpoint Configuration (the issuer is https://oauth.id.jumpcloud.com/)",
		log:         "JumpCloud Admin Portal › Directory Insights",
		client:      "Client ID",
		secret:      "Client Secret, and Client Authentication Type",
	}
}

func googleOIDC() places {
	return places{
		console:     "Google Cloud console › APIs & Services › Credentials › OAuth 2.0 Client IDs › your client",
		acs:         "Authorized redirect URIs",
		signing:     "nothing to set: Google signs with RS256",
		certificate: "nothing to set: Google publishes its keys",
		encryption:  "nothing to set: Google encrypts no ID tokens",
		subject:     "nothing to set: sub is the person’s Google ID",
		attributes:  "OAuth consent screen › Scopes: openid, email, profile",
		groups:      "nothing to set: ID tokens of Google have no groups, a SAML app of Google Workspace does",
		assignment:  "OAuth consent screen › User type: Internal",
		issuer:      "the issuer is https://accounts.google.com",
		log:         "Google Admin console › Reporting › Audit and investigation › OAuth log events",
		client:      "Client ID",
		secret:      "Client secrets",
	}
}

func oneLoginOIDC() places {
	return places{
		console:     "OneLogin Administration › Applications › your application",
		acs:         "Configuration › Redirect URI’s",
		signing:     "SSO › Well-known Configuration",
		certificate: "SSO › Well-known Configuration",
		encryption:  "SSO, without encryption of ID tokens",
		subject:     "SSO › Well-known Configuration",
		attributes:  "Parameters",
		groups:      "Parameters › Groups",
		assignment:  "Access › Roles, or Users",
		issuer:      "SSO › Issuer URL",
		log:         "OneLogin Administration › Activity › Events",
		client:      "SSO › Client ID",
		secret:      "SSO › Client Secret, and Token Endpoint › Authentication Method",
	}
}

func pingOIDC() places {
	return places{
		console:     "PingOne › Applications › your application",
		acs:         "Configuration › Redirect URIs",
		signing:     "Configuration › URLs › OIDC Discovery Endpoint",
		certificate: "Configuration › URLs › JWKS Endpoint",
		encryption:  "Configuration, without encryption of ID tokens",
		subject:     "Attribute Mappings › sub",
		attributes:  "Resources (scopes email and profile), and Attribute Mappings",
		groups:      "Attribute Mappings › an attribute mapped to Group Names",
		assignment:  "Access",
		issuer:      "Configuration › URLs › Issuer ID",
		log:         "PingOne › Monitoring › Audit",
		client:      "Overview › Client ID",
		secret:      "Overview › Client Secret, and Configuration › Token Endpoint Authentication Method",
	}
}

func keycloakOIDC() places {
	return places{
		console:     "Keycloak admin console › your realm › Clients › the client",
		acs:         "Settings › Valid redirect URIs",
		signing:     "Advanced › Fine grain OpenID Connect configuration › ID token signature algorithm",
		certificate: "Realm settings › Keys, in the menu of the realm",
		encryption:  "Advanced › Fine grain OpenID Connect configuration › ID token encryption key management algorithm: none",
		subject:     "Client scopes › basic › Mappers › sub",
		attributes:  "Client scopes › email and profile, as Default",
		groups:      "Client scopes › the dedicated scope › Mappers › Group Membership, with Full group path off and Add to ID token on",
		assignment:  "the authentication flow of the client, under Advanced › Authentication flow overrides",
		issuer:      "Realm settings › Endpoints › OpenID Endpoint Configuration, and Realm settings › Frontend URL",
		log:         "Keycloak admin console › your realm › Events",
		clock:       "The clock of the machine that runs Keycloak",
		client:      "Settings › Client ID",
		secret:      "Credentials › Client Secret, and Client Authenticator",
	}
}

func adfsOIDC() places {
	return places{
		console:     "AD FS Management › Application Groups › the group",
		acs:         "Server application › Redirect URI",
		signing:     "Service › Certificates › Token-signing, in the tree on the left",
		certificate: "Service › Certificates › Token-signing, in the tree on the left",
		encryption:  "Server application, without encryption of ID tokens",
		subject:     "Web API › Issuance Transform Rules",
		attributes:  "Web API › Issuance Transform Rules, and Client Permissions: openid, email, profile, allatclaims",
		groups:      "Web API › Issuance Transform Rules › Send LDAP Attributes as Claims › Token-Groups - Unqualified Names",
		assignment:  "Web API › Access control policy",
		issuer:      "Edit Federation Service Properties › Federation Service name, in the menu of Service",
		log:         "Event Viewer › Applications and Services Logs › AD FS › Admin",
		clock:       "The clock of the machine that runs AD FS",
		client:      "Server application › Client Identifier",
		secret:      "Server application › Credentials › Shared secret",
	}
}

func customOIDC() places {
	return places{
		console:     "The application (client) at your identity provider",
		acs:         "Redirect URI, also called Callback URL or Sign-in redirect URI",
		signing:     "signature algorithm of ID tokens: RS256",
		certificate: "the keys at its jwks_uri",
		encryption:  "encryption of ID tokens: off",
		subject:     "the claim sub",
		attributes:  "claims of the ID token or of userinfo, and the scopes that give them (email, profile)",
		groups:      "the groups claim, and the scope that gives it",
		assignment:  "who is assigned to the application",
		issuer:      "issuer, as its discovery document says it",
		log:         "The sign-in log of your identity provider",
		clock:       "The clock of the machine that runs your identity provider",
		client:      "Client ID",
		secret:      "Client secret, and how the client authenticates at the token endpoint",
	}
}
