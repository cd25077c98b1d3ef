package catalog

// samlCodes returns the codes of SAML sign-ins.
func samlCodes() []Entry {
	return []Entry{
		{
			"saml_malformed", "SAML",
			"the message is not a SAML response, or contains a forbidden construct: a DOCTYPE, a comment, a CDATA section, an encoding other than UTF-8. The attempt shows the construct and its place",
			Company,
			"start again; if it persists, check what is between the identity provider and Gatehouse",
		},
		{
			"saml_too_complex", "SAML",
			"the response is larger than 2 MB (3 MB as a form), or more complex than one with 2,000 groups with names of 250 bytes",
			Company, "send only the groups assigned to the application",
		},
		{
			"saml_signature_invalid", "SAML", "the response or the assertion is not signed by a trusted certificate",
			Company,
			"sign response or assertion with RSA-SHA256 or better. After a change of certificate, an admin here selects *Fetch it now* under *Certificates* of the connection, or adds the new one there",
		},
		{
			"saml_decryption_failed", "SAML",
			"the assertion was encrypted for another certificate, is damaged, or is encrypted with AES-CBC in an unsigned response",
			Company,
			"upload the connection’s encryption certificate, or switch encryption off; with AES-CBC (the default of Entra ID and AD FS), sign the response as well",
		},
		{
			"saml_wrong_recipient", "SAML",
			"issuer, audience, recipient or destination are not ours",
			Company,
			"compare entity ID and ACS URL with those of this connection, letter by letter; the check says which",
		},
		{
			"saml_expired", "SAML",
			"the response is too old, not valid yet, or valid for more than 24 hours",
			Company,
			"set the clocks, or allow a larger *Clock difference* in the settings of the connection, up to 300 seconds",
		},
		{
			"saml_replayed", "SAML", "this response was accepted before", Person,
			"start again; do not go back to or reload the page of the response",
		},
		{
			"saml_attribute_invalid", "SAML", "subject, login or e-mail are missing, or not usable",
			Company,
			"send the attribute, or name it in the *Attribute mapping*. The check says which one, and what was sent. For people without a mailbox, make the e-mail optional in the settings of the connection",
		},
	}
}

// oidcCodes returns the codes of OpenID Connect sign-ins.
func oidcCodes() []Entry {
	return []Entry{
		{
			"id_token_invalid", "OpenID Connect",
			"the ID token’s signature, issuer, audience, nonce or times are wrong, or userinfo describes another user",
			Company,
			"the check says which; usual causes are the client ID of another application, and clocks",
		},
		{
			"oidc_attribute_invalid", "OpenID Connect",
			"subject, login or e-mail are missing, or not usable",
			Company, "send the claim, ask for its scope, or name it in the *Attribute mapping*",
		},
	}
}

// signOutCodes returns the codes of signing out.
func signOutCodes() []Entry {
	return []Entry{
		{
			"session_ended", "Signing out", "the session was ended, or was not used for too long",
			Person, "sign in again",
		},
		{
			"logout_token_invalid",
			"Signing out",
			"the token of a back-channel logout is not valid",
			Company,
			"check that the back-channel logout address of the right connection is registered",
		},
		{
			"saml_logout_encrypted", "Signing out",
			"a logout request has an encrypted NameID, and none of our keys decrypts it",
			Company,
			"upload the connection’s encryption certificate again, or switch encryption of NameIDs off",
		},
		{
			"logout_unanswerable", "Signing out",
			"a logout request arrived, and the identity provider has no address for the response",
			Company, "publish a SingleLogoutService in the metadata",
		},
	}
}
