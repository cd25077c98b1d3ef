package catalog

// signInCodes returns the codes of signing in by either protocol.
func signInCodes() []Entry {
	return []Entry{
		{
			"unknown_company", "Signing in",
			"no company has this key, or has verified the domain of this address",
			Person,
			"use the company’s sign-in link; *you*: the domain has to be verified for an address to lead anywhere",
		},
		{
			"connection_needed", "Signing in", "the company has several ways to sign in", Person,
			"choose one",
		},
		{
			"connection_disabled", "Signing in",
			"the company has no enabled connection, or this connection is disabled",
			Operator, "enable it: *SSO & provisioning*, the connection, *Enable*",
		},
		{
			"cookies_blocked", "Signing in",
			"the response came without any cookie: the browser blocks cookies for this site, or the sign-in began in another browser",
			Person,
			"allow cookies for that host, and start again. If it happens to every user, check whether the reverse proxy drops cookies",
		},
		{
			"login_state_expired", "Signing in",
			"the sign-in is older than ten minutes, was finished already, or began in another browser",
			Person,
			"start again, in one tab. If it happens to everyone, check that the reverse proxy passes cookies on, and that the configured base URL is the one that browsers show",
		},
		{
			"sent_to_wrong_address", "Signing in",
			"the identity provider sent its response to an address that is not this connection’s, or by another binding than HTTP-POST",
			Company,
			"set the ACS URL (OpenID Connect: the redirect URI) to the one that the attempt names, letter by letter",
		},
		{
			"idp_ignores_requests", "Signing in",
			"the identity provider sent an unsolicited response to our request, twice in a row",
			Company,
			"make the application at the identity provider accept sign-ins begun here (SP-initiated), and check that its ACS URL is this connection’s",
		},
		{
			"idp_initiated_disabled", "Signing in", "the sign-in began at the identity provider’s app tile, which is switched off for the connection",
			Company,
			"let the tile open the sign-in link, or set *Sign-in from the app tile* to *Allowed: starts a sign-in of our own* in the settings of the connection",
		},
		{
			"idp_interaction_required", "Signing in",
			"the identity provider needs input from the user, and did not ask for it",
			Person,
			"start again, and enter the input there; if the browser returns at once, sign in at the identity provider first",
		},
		{
			"idp_denied", "Signing in", "the identity provider refused the sign-in", Company,
			"assign the user to the application (Entra ID: AADSTS50105); the reason is in the attempt",
		},
		{
			"idp_unavailable", "Signing in",
			"the identity provider cannot be reached now: no response within ten seconds, a refused connection, or an error of its own (HTTP 429, 5xx)",
			Company, "try again; otherwise see its status page",
		},
		{
			"idp_unusable", "Signing in",
			"the identity provider’s response cannot be used, and trying again does not help: its name is not in DNS, its TLS certificate is not trusted, HTTP 4xx, a document that cannot be read, no usable key",
			Company,
			"the attempt says which; change it at the identity provider, or correct the address that was entered here",
		},
		{
			"issuer_mismatch", "Signing in",
			"the response is from a different issuer than the one configured",
			Operator,
			"enter the issuer exactly as in its discovery document; for Entra ID the tenant’s own, not `common`",
		},
		{
			"user_inactive", "Signing in", "the person is deactivated here", Operator,
			"reactivate them: *People*, the person, *Reactivate*",
		},
		{
			"subjects_changed", "Signing in",
			"the identity provider sends other subjects than before for many people with the same logins, and an " +
				"admin has not answered yet whether they are the same people, or refused them",
			Operator,
			"*People*, *Login conflicts*: ask the company what it changed at its identity provider, and answer",
		},
		{
			"groups_unknown", "Signing in",
			"the connection refuses sign-ins without groups, and none were sent",
			Company,
			"send the group attribute; or change *When no groups are sent* and *When there are too many groups to send* in the settings of the connection",
		},
		{
			"sign_in_denied", "Signing in",
			"the connection’s *Sign-in rule* is not true for this person, or failed",
			Company,
			"give the person the group or attribute that the rule asks for, or [change the rule](policy.md) in the settings of the connection",
		},
		{
			"first_sign_in_denied", "Signing in", "the policy for first sign-ins says `deny`",
			Company,
			"the attempt has the reason; to admit the user, [change the policy](policy.md) in the settings of the connection",
		},
		{
			"vouch_required", "Signing in", "an admin has to confirm the person first", Operator,
			"look at the person under *People*, then *Vouch for them*; they sign in again",
		},
		{
			"login_in_use", "Signing in",
			"another active user of the company has this login; a login belongs to one user",
			Operator,
			"*People*, *Login conflicts*: compare both records, then give one user another login, deactivate the holder, or refuse. The user signs in again. In an API response: another active user has the login of the request",
		},
		{
			"verification_required", "Signing in",
			"in an attempt: the sign-in waits for the code that was sent to the user’s address",
			Person, "enter the code; a new sign-in sends a new one",
		},
		{
			"code_wrong", "Signing in", "the code is wrong; the page shows the remaining tries",
			Person, "enter the code from the latest message",
		},
		{
			"code_locked", "Signing in", "five wrong codes were entered; now the right one is refused as well", Person,
			"send a new code",
		},
		{
			"code_expired", "Signing in",
			"the code is older than ten minutes, was used or replaced, or belongs to another browser; or the sign-in is older than half an hour",
			Person, "send a new code, or start again",
		},
		{
			"code_malformed", "Signing in", "the entry is not six digits; it does not count as a try", Person,
			"enter the six digits; space, hyphens and other punctuation between them do not matter",
		},
		{
			"too_many_codes", "Signing in",
			"more than 3 codes in ten minutes or 10 in a day for one person, or 300 unused codes in an hour for one network address",
			Person,
			"wait. If it happens to everyone, Gatehouse may see the address of the reverse proxy instead of theirs: the operator names the proxy as a trusted one",
		},
		{
			"address_fixed_by_idp", "Signing in", "the form named another address for the code",
			Company, "the company corrects the address at the identity provider",
		},
		{
			"mail_not_configured", "Signing in", "a code is needed and no mail server is set up",
			Operator,
			"set [`smtp.addr`](configuration.md), or a policy that needs no code (`unverified-domain`, the default, asks for none then)",
		},
		{
			"too_many_groups", "Signing in",
			"Microsoft Graph lists more than 10,000 groups; the user is admitted and keeps the memberships",
			Company, "send only the groups assigned to the application",
		},
		{
			"directory_unavailable", "Signing in",
			"in an attempt: Microsoft Graph returned no usable list of groups within six seconds; the groups are unknown, so no membership is removed",
			Company,
			"try again; if it is throttled often, send only the groups assigned to the application",
		},
		{
			"directory_denied", "Signing in",
			"in an attempt: Microsoft Graph refused the application, does not know the user, or hides the names of groups",
			Company,
			"check that the client secret has not expired, and that the application has the application permissions `GroupMember.Read.All` and `User.Read.All` with admin consent",
		},
		{
			"directory_url_invalid", "Signing in",
			"the address of the token endpoint or of Microsoft Graph is not an https origin",
			Operator, "enter that of Microsoft Graph, or of your national cloud, without a path",
		},
	}
}

// authnCodes returns the codes of what a company requires of the authentication.
func authnCodes() []Entry {
	return []Entry{
		{
			"authn_too_old", "Signing in",
			"the company requires that people have signed in to the identity provider recently, and this " +
				"person had not, or the identity provider did not state when",
			Company,
			"the person starts again from the sign-in page: Gatehouse asks the identity provider to sign the " +
				"person in anew, which it cannot do for a response that it did not ask for, such as a tile’s. If" +
				" every sign-in fails, let the identity provider send the time of authentication: Okta and " +
				"Keycloak send it, Entra ID sends it over SAML and needs the optional claim for it over OpenID " +
				"Connect, Google sends it over SAML only. The age is one of [the rules of the " +
				"company](api.md#rules-of-sessions)",
		},
		{
			"authn_insufficient", "Signing in",
			"the company requires an authentication context that the identity provider did not state; the" +
				" attempt has what came",
			Company,
			"require the second factor for this application at the identity provider (Okta: " +
				"authentication policy of the application; Entra ID: Conditional Access, which states no " +
				"context of its own over OpenID Connect; Google sends none), or accept what it sends in [the " +
				"rules of the company](api.md#rules-of-sessions)",
		},
	}
}

// provisionedCodes returns the codes of people whom an identity provider pushes.
func provisionedCodes() []Entry {
	return []Entry{
		{
			"not_provisioned", "Signing in",
			"the identity provider has not provisioned this person, and the connection refuses such people",
			Company,
			"assign the person to the application at the identity provider and let it provision them; " +
				"or choose another setting for *People who are not provisioned* in the settings of the connection",
		},
		{
			"identity_held", "Signing in",
			"the identity provider pushed a person whose login another active account has; over SCIM 409 with the ID of the account",
			Operator,
			"People, *Login conflicts*: decide whether they are the same person; the identity provider sends it again",
		},
		{
			"provisioned_by_scim", "Signing in",
			"the identity provider provisions this person and owns login, name, address and the attributes that it pushes",
			Company, "change it at the identity provider",
		},
	}
}
