package catalog

func oktaSAML() places {
	const settings = "General › SAML Settings › Edit › Configure SAML › "
	return places{
		console:  "Okta Admin Console › Applications › your application",
		audience: settings + "Audience URI (SP Entity ID)",
		acs:      settings + "Single sign on URL, with no Other Requestable SSO URLs",
		signing: settings +
			"Show Advanced Settings › Response: Signed, Assertion Signature: Signed, Signature Algorithm: RSA-SHA256",
		certificate: "Sign On › SAML Signing Certificates",
		encryption:  settings + "Show Advanced Settings › Assertion Encryption, Encryption Certificate",
		subject:     settings + "Name ID format and Application username",
		attributes:  "Sign On › Profile attribute statements",
		groups:      "Sign On › Group attribute statements: Matches regex .*",
		assignment:  "Assignments › Assign to Groups",
		issuer:      "Sign On › View SAML setup instructions › Identity Provider Issuer",
		log:         "Okta Admin Console › Reports › System Log",
	}
}

func entraSAML() places {
	const sso = "Single sign-on › "
	return places{
		console:  "Microsoft Entra admin center › Enterprise applications › your application",
		audience: sso + "Basic SAML Configuration › Identifier (Entity ID)",
		acs:      sso + "Basic SAML Configuration › Reply URL (Assertion Consumer Service URL), only one",
		signing: sso +
			"SAML Certificates › Token signing certificate › Edit › Signing Option: Sign SAML response and assertion, Signing Algorithm: SHA-256",
		certificate: sso + "SAML Certificates › Token signing certificate",
		encryption:  "Security › Token encryption",
		subject:     sso + "Attributes & Claims › Unique User Identifier (Name ID)",
		attributes:  sso + "Attributes & Claims",
		groups: sso +
			"Attributes & Claims › Add a group claim › Groups assigned to the application, Cloud-only group display names or sAMAccountName",
		assignment: "Users and groups",
		issuer:     sso + "Set up › Microsoft Entra Identifier",
		log:        "Microsoft Entra admin center › Enterprise applications › your application › Sign-in logs",
	}
}

func jumpCloudSAML() places {
	return places{
		console:     "JumpCloud Admin Portal › SSO Applications › your application › SSO",
		audience:    "SP Entity ID",
		acs:         "ACS URLs › Default URL",
		signing:     "Sign, and Signature Algorithm: RSA-SHA256",
		certificate: "IdP certificate",
		encryption:  "the assertion’s encryption, where your plan has it",
		subject:     "SAMLSubject NameID and SAMLSubject NameID Format",
		attributes:  "Attributes › User Attribute Mapping",
		groups:      "Attributes › Include Group Attribute",
		assignment:  "User Groups",
		issuer:      "IdP Entity ID",
		log:         "JumpCloud Admin Portal › Directory Insights",
	}
}

func googleSAML() places {
	const details = "Service provider details › "
	return places{
		console:     "Google Admin console › Apps › Web and mobile apps › your app",
		audience:    details + "Entity ID",
		acs:         details + "ACS URL",
		signing:     details + "Signed response",
		certificate: details + "Certificate",
		encryption:  "Google encrypts no assertions: was the response of another identity provider delivered?",
		subject:     details + "Name ID format and Name ID",
		attributes:  "SAML attribute mapping › Attributes",
		groups:      "SAML attribute mapping › Group membership (each group by name, at most 75)",
		assignment:  "User access",
		issuer:      "Download metadata › Entity ID",
		log:         "Google Admin console › Reporting › Audit and investigation › SAML log events",
	}
}

func oneLoginSAML() places {
	return places{
		console:     "OneLogin Administration › Applications › your application",
		audience:    "Configuration › Audience (EntityID)",
		acs:         "Configuration › ACS (Consumer) URL, and ACS (Consumer) URL Validator (a regular expression that matches it)",
		signing:     "Configuration › SAML signature element, and SSO › SAML Signature Algorithm: SHA-256",
		certificate: "SSO › X.509 Certificate",
		encryption:  "Configuration › Encrypt assertion, Public key",
		subject:     "Configuration › SAML nameID format, and Parameters › NameID value",
		attributes:  "Parameters › the field, with Include in SAML assertion ticked",
		groups:      "Parameters › the group field, with Include in SAML assertion and Multi-value parameter ticked",
		assignment:  "Access › Roles, or Users",
		issuer:      "SSO › Issuer URL",
		log:         "OneLogin Administration › Activity › Events",
	}
}

func pingSAML() places {
	return places{
		console:     "PingOne › Applications › your application",
		audience:    "Configuration › Entity ID",
		acs:         "Configuration › ACS URLs",
		signing:     "Configuration › Sign Assertion & Response, Signing Algorithm: RSA_SHA256",
		certificate: "Configuration › Signing Key",
		encryption:  "Configuration › Encryption",
		subject:     "Configuration › Subject NameID Format, and Attribute Mappings › saml_subject",
		attributes:  "Attribute Mappings",
		groups:      "Attribute Mappings › an attribute mapped to Group Names",
		assignment:  "Access",
		issuer:      "Configuration › Issuer ID",
		log:         "PingOne › Monitoring › Audit",
	}
}

func keycloakSAML() places {
	return places{
		console:     "Keycloak admin console › your realm › Clients › the client",
		audience:    "Settings › Client ID",
		acs:         "Advanced › Assertion Consumer Service POST Binding URL, and Settings › Valid redirect URIs",
		signing:     "Settings › Sign documents, Sign assertions, Signature algorithm: RSA_SHA256",
		certificate: "Realm settings › Keys, in the menu of the realm",
		encryption:  "Keys › Encrypt assertions",
		subject:     "Settings › Name ID format, Force name ID format",
		attributes:  "Client scopes › the dedicated scope › Mappers › User Property or User Attribute",
		groups:      "Client scopes › the dedicated scope › Mappers › Group list, with Full group path off",
		assignment:  "the authentication flow of the client, under Advanced › Authentication flow overrides",
		issuer:      "Realm settings › Endpoints › SAML 2.0 Identity Provider Metadata",
		log:         "Keycloak admin console › your realm › Events",
		clock:       "The clock of the machine that runs Keycloak",
	}
}

func adfsSAML() places {
	return places{
		console:     "AD FS Management › Relying Party Trusts › the trust",
		audience:    "Properties › Identifiers",
		acs:         "Properties › Endpoints › SAML Assertion Consumer Endpoints",
		signing:     "Properties › Advanced › Secure hash algorithm: SHA-256, and in PowerShell Set-ADFSRelyingPartyTrust -SamlResponseSignature MessageAndAssertion",
		certificate: "Service › Certificates › Token-signing, in the tree on the left",
		encryption:  "Properties › Encryption",
		subject:     "Edit Claim Issuance Policy › the rule that sends Name ID (Email-Address to NameID)",
		attributes:  "Edit Claim Issuance Policy › Send LDAP Attributes as Claims",
		groups:      "Edit Claim Issuance Policy › Send LDAP Attributes as Claims › Token-Groups - Unqualified Names",
		assignment:  "Edit Access Control Policy",
		issuer:      "Edit Federation Service Properties › Federation Service identifier, in the menu of Service",
		log:         "Event Viewer › Applications and Services Logs › AD FS › Admin",
		clock:       "The clock of the machine that runs AD FS, and in PowerShell Set-ADFSRelyingPartyTrust -NotBeforeSkew",
	}
}

func customSAML() places {
	return places{
		console:     "The application (service provider) at your identity provider",
		audience:    "Entity ID of the service provider, also called Audience or SP Entity ID",
		acs:         "ACS URL, also called Reply URL, Single sign-on URL or Consumer URL",
		signing:     "what is signed (response, assertion or both), and the signature algorithm: RSA-SHA256",
		certificate: "the certificate it signs with",
		encryption:  "encryption of assertions, and our encryption certificate",
		subject:     "NameID and its format",
		attributes:  "attributes, also called claims or assertion mapping",
		groups:      "the group attribute",
		assignment:  "who is assigned to the application",
		issuer:      "entity ID of the identity provider, also called Issuer",
		log:         "The sign-in log of your identity provider",
		clock:       "The clock of the machine that runs your identity provider",
	}
}
