package catalog

// connectionCodes returns the codes about configuration.
func connectionCodes() []Entry {
	return []Entry{
		{
			"invalid_configuration", "Connections and domains",
			"some fields are invalid", Operator, "the fields say why",
		},
		{
			"expression_invalid", "Connections and domains",
			"an expression does not compile, has the wrong type, or could take too long",
			Operator, "line and column are in the message; [what an expression may use](policy.md)",
		},
		{
			"connection_incomplete", "Connections and domains", "the connection cannot be enabled yet",
			Operator, "complete the fields that the message names",
		},
		{
			"connection_changed", "Connections and domains",
			"the connection was changed in the meantime", Operator, "read it again, edit again",
		},
		{
			"never_enabled", "Connections and domains",
			"a draft that was never live cannot be discarded: the connection has nothing else",
			Operator, "delete the connection",
		},
		{
			"trust_approval_needed",
			"Connections and domains",
			"the draft, or the previous version, changes which identity provider the company trusts, and the change is not approved",
			Company,
			"another admin of the company, or an operator, approves it on the page of the connection; or pass a test connection of the draft " +
				"in a browser that is signed in through the connection as it is now",
		},
		{
			"trust_other_approver",
			"Connections and domains",
			"this admin, or a setup link that they created or have open, made or requested the change",
			Company,
			"another admin of the company, or an operator, approves it",
		},
		{
			"trust_sign_in_again",
			"Connections and domains",
			"this admin signed in before the company’s identity provider was changed",
			Company,
			"sign in again, then approve",
		},
		{
			"trust_change_gone",
			"Connections and domains",
			"the change was edited, withdrawn or made live meanwhile; an approval is for one content",
			Operator,
			"look at the page of the connection again",
		},
		{
			"admin_groups_mapping",
			"Connections and domains",
			"the holder of a setup link would change how people get into groups, by the mapping, by provisioning or with a provisioning token, and the members of a group administer the company",
			Company,
			"an admin of the company, or an operator, looks at the draft and enables it, or creates the token",
		},
		{
			"nothing_to_roll_back", "Connections and domains", "there is no earlier version",
			Operator, "–",
		},
		{
			"no_metadata_url", "Connections and domains",
			"metadata cannot be refreshed without its address", Operator,
			"enter the metadata URL in the step *Configure connection*",
		},
		{
			"no_pending_keys", "Connections and domains",
			"no new certificates wait to be confirmed", Operator, "–",
		},
		{
			"no_key", "Connections and domains",
			"an OpenID Connect connection with a client secret has no key of ours",
			Operator, "–",
		},
		{
			"metadata_unreadable", "Connections and domains",
			"the document at this address is not metadata of an identity provider, or cannot be read",
			Company,
			"open the address in a browser: it must show XML of an `IDPSSODescriptor`, or a discovery document, without a sign-in",
		},
		{
			"metadata_unavailable", "Connections and domains",
			"the metadata cannot be fetched now: no response, a refused connection, or an error of the server (HTTP 429, 5xx)",
			Company, "try again later; otherwise see the identity provider’s status page",
		},
		{
			"metadata_ambiguous", "Connections and domains",
			"the metadata has several identity providers", Operator,
			"under *More settings*, enter the entity ID of one that the message names",
		},
		{
			"metadata_no_signing_key", "Connections and domains",
			"the metadata has no certificate for signing", Company, "publish one",
		},
		{
			"metadata_bad_endpoint", "Connections and domains",
			"the metadata has no usable sign-in address (https, absolute), or one that is a script; other unusable addresses are ignored with a warning",
			Company,
			"add a SingleSignOnService with the HTTP-Redirect or HTTP-POST binding (JumpCloud: tick *Declare Redirect Endpoint*)",
		},
		{
			"metadata_expired", "Connections and domains", "the `validUntil` of the metadata has passed", Company,
			"publish it anew; Google: download the file again",
		},
		{
			"metadata_entity_changed", "Connections and domains",
			"a refresh found another entity ID", Operator,
			"if that is intended, change the entity ID here yourself",
		},
		{
			"certificate_unreadable", "Connections and domains", "the text is not an X.509 certificate",
			Operator,
			"paste it as PEM or Base64; a private key, a request or a bundle is refused by its name",
		},
		{
			"own_certificate", "Connections and domains",
			"the certificate is Gatehouse’s, not the identity provider’s",
			Operator, "get the signing certificate from the identity provider",
		},
		{
			"weak_key", "Connections and domains",
			"an RSA key under 2048 bits, or an algorithm that is not supported",
			Company, "use a better key",
		},
		{
			"saml_transient_name_id", "Connections and domains",
			"a transient NameID is different at every sign-in", Operator,
			"ask for `persistent`, `emailAddress` or `unspecified`",
		},
		{
			"secret_needed", "Connections and domains",
			"the issuer changed, so the client secret has to be entered again",
			Operator, "enter the client secret as well",
		},
		{
			"url_not_allowed", "Connections and domains",
			"the address is private, not https, or leads to one that is",
			Operator,
			"use an address on the public internet; for an identity provider inside your network, the operator of Gatehouse can allow private addresses",
		},
		{
			"domain_invalid", "Connections and domains",
			"the name is not a domain that can be verified", Operator,
			"enter a domain that your company registered, not a public suffix such as .com",
		},
		{
			"domain_not_verified", "Connections and domains",
			"the TXT record is missing, or has another value",
			Company, "create the TXT record that *Domains* shows, and give the DNS some time",
		},
		{
			"domain_taken", "Connections and domains", "another company has verified the domain", Operator,
			"–",
		},
		{
			"dns_unavailable", "Connections and domains", "the DNS does not respond", Operator,
			"try again; otherwise check the resolver of this machine",
		},
	}
}

// applicationCodes returns the codes of forward authentication.
func applicationCodes() []Entry {
	return []Entry{
		{
			"unknown_app", "Applications",
			"no application has this key, or the application is not at the requested host",
			Operator,
			"compare the `key` in the proxy’s configuration, and `origins` with scheme, host and port as browsers show them; the log has the received values",
		},
		{
			"proxy_not_trusted", "Applications",
			"the address of the proxy is not in `trusted_proxies`",
			Operator, "add the address, which is in the log",
		},
		{
			"original_url_invalid", "Applications",
			"the proxy does not send the original URL, or sends it twice",
			Operator,
			"configure the proxy as on its [page](integrations/README.md): each endpoint reads its own headers",
		},
		{
			"app_enterprise", "Applications",
			"the user’s company is not among the application’s `enterprises`",
			Operator, "add it, if it is to have access",
		},
		{
			"app_group", "Applications", "the user is in none of the application’s `groups`",
			Company,
			"add the user to one of them; names are compared letter by letter, and the page of the user (*People*) lists the current groups",
		},
		{
			"app_authn_too_old", "Applications",
			"the application requires a recent sign-in, and the user’s is older, or the identity provider did not " +
				"state when it was",
			Person,
			"sign in again: the browser is sent there automatically. If it comes back with this code, sign out at " +
				"the identity provider first, which did not ask again",
		},
		{
			"app_authn_insufficient", "Applications",
			"the application requires an authentication context, and the session has another one or none; " +
				"the attempt has what came",
			Company,
			"require the second factor for this connection at the identity provider, which has to state it, or ask " +
				"the operator to accept what it states",
		},
		{
			"app_out_of_reach", "Applications",
			"the session cookie is not sent to the application’s host",
			Operator,
			"`session.cookie_domain`: a domain that both hosts are in; and https for both",
		},
		{
			"cookie_conflict", "Applications",
			"signed in several times within a minute, and the browser still sends an old session cookie",
			Person,
			"delete the cookies that the page names; another host of the cookie domain set them, or an earlier setting left them behind",
		},
		{
			"link_too_long", "Applications",
			"the link that was opened before signing in is longer than 8 KiB, so it was not remembered",
			Person, "open it once more, now that you are signed in",
		},
		{
			"app_loop", "Applications", "the browser is redirected to the sign-in again and again, although the user is signed in",
			Operator, "the proxy must pass `Cookie` on to Gatehouse; the browser must keep cookies",
		},
		{
			"token_not_for_application", "Applications",
			"the personal token does not name the application, or the application accepts none",
			Person, "make a token that names it; an operator decides whether an application accepts tokens",
		},
		{
			"token_in_query_not_allowed", "Applications",
			"the request has a password, or a token in its address, and no session",
			Person, "sign in with a browser",
		},
	}
}
