package catalog

// authorizationFaults returns the faults before there is an ID token.
func authorizationFaults() []fault {
	return []fault{
		{
			"",
			"discovery",
			"issuer",
			"The discovery document names a different issuer: expected {want}, got {got}.",
			Operator,
			"Set the issuer here to exactly what the discovery document says; " +
				"for Entra ID the tenant’s own, not common.",
			atIssuerHere,
		},
		{
			"",
			"discovery",
			"",
			"The discovery document cannot be read: expected {want}, got {got}.",
			Company,
			"Open the address of the discovery document in a browser: it has to answer without a sign-in. Try again if the identity provider is down.",
			atIssuer,
		},
		{
			"issuer_mismatch",
			"",
			"",
			"The response is from a different issuer: expected {want}, got {got}.",
			Operator,
			"Set the issuer here to exactly what the discovery document says; " +
				"for Entra ID the tenant’s own, not common.",
			atIssuerHere,
		},
		{
			"",
			"authorization",
			"redirect_uri",
			"The identity provider does not know our redirect URI: {got}.",
			Company,
			"Register this connection’s redirect URI, letter by letter.",
			atACS,
		},
		{
			"",
			"authorization",
			"invalid_scope",
			"The identity provider does not give a scope that was asked for: {got}.",
			Company,
			"Allow the scopes at the application, or ask for fewer here.",
			atAttributes,
		},
		{
			"",
			"authorization",
			"unauthorized_client",
			"The identity provider does not let this application sign people in: {got}.",
			Company,
			"Allow the authorization code flow, and compare the client ID.",
			atClient,
		},
		{
			"idp_denied", "authorization", "", "The identity provider did not let the person in: {got}.", Company,
			"Assign the person to the application; the identity provider’s log has the reason.", atAssignment,
		},
		{
			"bad_request", "", "", "The response cannot be read: expected {want}, got {got}.", Company,
			"Let the application use the authorization code flow, with the response in the query.", atLog,
		},
		{
			"",
			"code_exchange",
			"invalid_client",
			"The token endpoint refused our client secret: {got}.",
			Company,
			"Create a new client secret and enter it here; " +
				"it may have expired, or another way to authenticate is expected.",
			atSecret,
		},
		{
			"",
			"code_exchange",
			"401",
			"The token endpoint refused our client secret: {got}.",
			Company,
			"Create a new client secret and enter it here; " +
				"it may have expired, or another way to authenticate is expected.",
			atSecret,
		},
		{
			"", "code_exchange", "redirect_uri", "The token endpoint wants another redirect URI: {got}.", Company,
			"Register this connection’s redirect URI, letter by letter.", atACS,
		},
		{
			"",
			"code_exchange",
			"invalid_grant",
			"The token endpoint did not take the code: {got}.",
			Company,
			"Compare the redirect URI, letter by letter, and run the test again.",
			atACS,
		},
		{
			"",
			"code_exchange",
			"unauthorized_client",
			"The token endpoint does not let this application use the code flow: {got}.",
			Company,
			"Allow the authorization code grant.",
			atClient,
		},
		{
			"",
			"code_exchange",
			"no id_token",
			"The token endpoint gave no ID token.",
			Company,
			"Make the application one for OpenID Connect, with the scope openid, not for OAuth 2.0 alone.",
			atAttributes,
		},
		{
			"idp_unusable",
			"code_exchange",
			"",
			"The token endpoint gave no usable response: {got}.",
			Company,
			"Open the token_endpoint of the discovery document: it has to answer a POST with JSON. Trying again does not help.",
			atLog,
		},
		{
			"", "code_exchange", "", "The token endpoint gave no usable response: {got}.", Company,
			"Try again; if it persists, look at the identity provider’s status and log.", atLog,
		},
		{
			"idp_unusable idp_unavailable",
			"userinfo",
			"",
			"The userinfo endpoint gave no usable response: {got}.",
			Company,
			"Put what is needed into the ID token, or look at the identity provider’s status and log.",
			atAttributes,
		},
		{
			"idp_unavailable", "", "", "The identity provider cannot be reached now: {got}.", Company,
			"Try again; if it persists, look at the identity provider’s status and log.", atLog,
		},
		{
			"idp_unusable",
			"signature",
			"",
			"The keys of the identity provider cannot be used: expected {want}, got {got}.",
			Company,
			"Publish a key for signatures at the jwks_uri: RSA with 2048 bits or more, or an elliptic curve, with its public members alone.",
			atCertificate,
		},
		{
			"idp_unusable", "", "", "The identity provider’s response cannot be used: {got}.", Company,
			"Change it at the identity provider; trying again does not help.", atLog,
		},
		{
			"login_state_expired",
			"",
			"",
			"The response belongs to no sign-in or test that began in this browser.",
			Person,
			"Start again, and finish it in one tab.",
			atPerson,
		},
	}
}

// idTokenFaults returns the faults of an ID token.
func idTokenFaults() []fault {
	const code = "id_token_invalid"
	return []fault{
		{
			code, "signature", "encrypted", "The ID token is encrypted, which is not supported.", Company,
			"Switch encryption of ID tokens off.", atEncryption,
		},
		{
			code,
			"signature",
			"algorithm",
			"The ID token is signed in a way that is not accepted: expected {want}, got {got}.",
			Company,
			"Sign ID tokens with RS256 or another algorithm with a public key; none and HS256 are refused.",
			atSigning,
		},
		{
			code,
			"signature",
			"",
			"The ID token is not signed by a key that the identity provider publishes: expected {want}, got {got}.",
			Company,
			"Publish the signing key at the jwks_uri; a proxy in between must not serve an old copy.",
			atCertificate,
		},
		{
			code,
			"issuer",
			"",
			"The ID token is from a different issuer: expected {want}, got {got}.",
			Operator,
			"Set the issuer here to exactly what the ID token says, if that is the right identity provider.",
			atIssuerHere,
		},
		{
			code, "audience", "", "The ID token is for another application: expected {want}, got {got}.", Company,
			"Compare the client ID with the one configured here, letter by letter.", atClient,
		},
		{
			code,
			"authorized_party",
			"",
			"The ID token was asked for by another application: expected {want}, got {got}.",
			Company,
			"Compare the client ID with the one configured here, letter by letter.",
			atClient,
		},
		{
			code, "expiry", "", "The ID token was valid until {got}, {ago}.", Company,
			"Set the identity provider’s clock; at most 60 seconds of difference are allowed.", atClock,
		},
		{
			code,
			"issued_at not_before",
			"",
			"The ID token is dated {got}: the identity provider’s clock is {off}.",
			Company,
			"Set the identity provider’s clock; at most 60 seconds of difference are allowed.",
			atClock,
		},
		{
			code,
			"nonce",
			"",
			"The ID token belongs to another sign-in: its nonce is not the one that was sent.",
			Company,
			"Let the identity provider copy the nonce of the request into the ID token; if something in between caches responses, switch that off.",
			atLog,
		},
		{
			code, "access_token_hash", "", "The access token does not belong to the ID token: {got}.", Company,
			"Look in the identity provider’s log: it issues tokens that contradict each other.", atLog,
		},
		{
			code,
			"userinfo_subject",
			"",
			"Userinfo is about a different person than the ID token: expected {want}, got {got}.",
			Company,
			"Let both send the same sub; a mapper that changes it has to change it in both.",
			atSubject,
		},
		{
			code, "subject", "", "The ID token does not name a person: expected {want}, got {got}.", Company,
			"Send a sub that names the person and stays the same.", atSubject,
		},
		{
			code, "userinfo", "", "Userinfo cannot be read: {got}.", Company,
			"Let userinfo answer with a JSON object of claims.", atAttributes,
		},
		{
			code, "", "", "The ID token did not pass: expected {want}, got {got}.", Company,
			"Look in the identity provider’s log for what it sent.", atLog,
		},
	}
}
