package catalog

// apiCodes returns the codes of the API.
func apiCodes() []Entry {
	return []Entry{
		{
			"invalid_token", "API", "no token, or one that is unknown, revoked, expired or of another kind",
			Operator,
			"`Authorization: Bearer …` with a token of `gatehouse admin token` for the API, " +
				"and with a personal token or one of a service for applications",
		},
		{
			"not_found", "API", "the object does not exist, or belongs to another company", Operator,
			"check the ID and the company",
		},
		{"validation_failed", "API", "entries are invalid", Operator, "the fields say why"},
		{"key_taken", "API", "the key is in use", Operator, "choose another"},
		{
			"changed_meanwhile", "API",
			"the object was changed in the meantime: " +
				"the edit is based on an earlier revision, or from a form without one",
			Operator,
			"fetch the object again, and repeat the edit; " +
				"in the console, the form shows the saved values beside the entries",
		},
		{
			"name_taken", "API",
			"another group of the organization has this name, as its own or as an IdP name",
			Operator,
			"use that one, or remove the name there first: the response says which group has it",
		},
		{
			"filter_unsupported", "API",
			"over SCIM: the filter is by an attribute that is not kept, such as the address of the resource",
			Company,
			"filter by another attribute",
		},
		{
			"resource_exists", "API",
			"over SCIM: another user or group of the connection has this name; letter case does not count",
			Company,
			"the response names the ID: match on `userName` or `displayName` to adopt it",
		},
		{
			"resource_adopted", "API",
			"the pushed user has an account that follows the identity provider already, so it is linked with no other",
			Operator,
			"deactivate one of the two accounts, or decide about the login conflict if there is one",
		},
		{
			"account_pushed", "API",
			"the account belongs to another user that the identity provider pushed; the message names that user",
			Operator,
			"link another account, or delete the other user at the identity provider",
		},
		{
			"resource_invalid", "API",
			"over SCIM: a name, an e-mail address or an external ID is longer than 1,024 bytes or has a NUL in it",
			Company,
			"shorten it at the identity provider",
		},
		{
			"group_is_default",
			"API",
			"the group is a default group of a connection, so it cannot be deleted or become an admin group",
			Operator,
			"take it out of the connection’s default groups first: *SSO & provisioning*, the connection, *Settings*",
		},
		{"default_group", "API", "the default group cannot be renamed, deleted or filled", Operator, "–"},
		{
			"would_lock_out", "API",
			"the connection is the only enabled one of active users, or the last one of a company that enforces single sign-on, so it cannot be deleted; with enforcement it cannot be disabled either",
			Operator,
			"enable another connection first; or stop enforcing single sign-on under *Access*; without enforcement, disabling the connection first allows its deletion",
		},
		{
			"nothing_to_compare", "API",
			"there is no draft to compare sign-ins with, or the connection is not enabled",
			Operator, "edit the connection first; enable it if it is not",
		},
		{
			"question_decided", "API",
			"the identity question, or the one about changed subjects, was answered, or the login became free",
			Operator, "look at the list of questions that wait again",
		},
		{
			"question_open", "API",
			"a person cannot be vouched for or reactivated while a question waits whether they are one who is here already",
			Operator, "answer the question under *Login conflicts*; the answer lets them in",
		},
		{
			"question_changed", "API",
			"the claimant is to be the same person as the holder, who lost the login meanwhile",
			Operator, "look at both people again; the next sign-in of the claimant asks anew or gets the free login",
		},
		{
			"held_sync_decided", "API",
			"the held sync was approved, discarded, or superseded by a later sign-in of the user",
			Operator, "look at the list of held group syncs again",
		},
		{
			"moment_not_known", "API",
			"the restore is to a time in the future, or before the history, the user or the group began",
			Operator, "the message has the earliest time",
		},
		{
			"share_brake", "API",
			"the change would remove more than 20 members, and more than half, of a group at once",
			Operator, "look at the preview; if it is intended, confirm it",
		},
		{
			"no_configuration", "API",
			"the connection does not have the configuration of the preview",
			Operator,
			"`draft` selects the draft; a connection that was never enabled has no other configuration",
		},
		{
			"no_test", "API", "no test connection has supplied values to apply a mapping to", Operator,
			"run a test connection first",
		},
		{
			"group_name_invalid", "API",
			"the name or IdP name is not in Normalization Form C, has surrounding spaces, is too long, or has invisible characters",
			Operator, "an identity provider’s list could never match it",
		},
		{
			"invalid_groups_state", "API", "the state of groups is unknown", Operator,
			"`absent`, `empty`, `values`, `overage`, `truncated` or `partial`",
		},
		{
			"invalid_cursor", "API", "the cursor is not one that this list returned", Operator,
			"begin without a cursor",
		},
		{
			"idempotency_key_in_use", "API", "the first request with this key is not finished",
			Operator, "wait, repeat",
		},
		{
			"idempotency_key_reused", "API", "another request used this key", Operator,
			"use a new one",
		},
	}
}

// tokenCodes returns those of the API's own tokens and of the tokens that it makes.
func tokenCodes() []Entry {
	return []Entry{
		{
			"token_name_taken", "API", "another token of the connection has the name", Operator,
			"choose another, or revoke that one",
		},
		{
			"token_ended", "API", "the API token to replace was revoked or has expired", Operator,
			"create a new one",
		},
		{
			"scope_missing", "API",
			"the token lacks the scope that the operation needs, or is for one company", Operator,
			"make a token with the scope that the message names; see *Scopes* in the documentation of the API",
		},
		{
			"scope_exceeds_owner", "API", "a token cannot make one with more than it has", Operator,
			"the message says what is too much: a scope, the company, or the end",
		},
		{"too_many_tokens", "API", "the connection has 20 tokens, or the user 50", Operator, "revoke one first"},
		{
			"expiry_invalid", "API",
			"the expiry of a personal token is missing, in the past, or later than the company allows", Operator,
			"the message has the latest day",
		},
		{
			"personal_tokens_forbidden", "API",
			"the company does not allow its users personal tokens", Operator,
			"the company’s rules of tokens decide it",
		},
	}
}

// comparisonCodes returns the codes of comparing expected and actual members.
func comparisonCodes() []Entry {
	return []Entry{
		{
			"too_many_expectations", "API", "the connection has expected numbers for 1,000 groups", Operator,
			"remove one first",
		},
		{
			"no_directory", "API", "the configuration in use names no application at Microsoft Graph", Operator,
			"enter one in the settings of the connection, under *Microsoft Graph*, and enable it; or enter the " +
				"number of members",
		},
		{
			"directory_group_unknown", "API", "the directory has no group of this name, or several", Company,
			"enter the name as the identity provider shows it; for Entra ID, its object ID",
		},
		{
			"directory_busy", "API", "another list of the company, or four of others, are being read from directories",
			Operator, "try again in a moment",
		},
		{
			"too_many_members", "API", "the group has more than 200,000 members", Company,
			"enter their number",
		},
		{
			"not_provisioning", "API", "pushes of the connection have no effect", Operator,
			"enable the connection with provisioning by SCIM",
		},
	}
}

// requestCodes returns the codes that any request may get.
func requestCodes() []Entry {
	return []Entry{
		{
			"rate_limited", "Any request", "too many requests", Person,
			"wait a minute. If it happens to everyone, the operator names the reverse proxy as a trusted one",
		},
		{
			"storage_full", "Any request", "the disk has no space for the write", Operator,
			"free space on the database’s disk; sessions stay valid, and work resumes automatically",
		},
		{
			"temporarily_unavailable", "Any request", "the database cannot answer", Operator,
			"the log has the cause; no user was signed out",
		},
		{
			"shutting_down", "Any request", "this node is about to stop", Operator,
			"the load balancer should no longer send requests here: see `shutdown_delay`",
		},
		{
			"internal", "Any request", "an unexpected error", Operator,
			"the log has the cause under the reference; please report it",
		},
		{
			"csrf", "Any request", "a form was sent from another site", Person,
			"open the page here. If it happens again, check whether the proxy changes `Host` or `Origin`",
		},
		{
			"misdirected_request", "Any request", "the request is for another host", Operator,
			"`base_url`, or the proxy’s `Host` header",
		},
		{
			"method_not_allowed", "Any request", "the address does not take this method", Operator,
			"`Allow` says which",
		},
		{"uri_too_long", "Any request", "the address is longer than 8 kB", Operator, "–"},
		{
			"body_too_large", "Any request", "the body is larger than this address accepts", Operator,
			"the message has the limit",
		},
		{
			"unsupported_media_type", "Any request", "the content type is not the expected one",
			Operator, "the message has the expected one",
		},
		{
			"not_acceptable", "Any request", "the client accepts none of the available media types",
			Operator, "the message has them",
		},
		{
			"not_implemented", "Any request", "a part of the protocol that Gatehouse does not offer",
			Operator, "the message says what it offers",
		},
		{
			"too_many_parameters", "Any request", "more than 100 parameters or 50 cookies", Person,
			"delete the cookies of this host",
		},
		{
			"bad_request", "Any request", "the request cannot be read", Operator,
			"the message says what is wrong",
		},
		{"invalid_encoding", "Any request", "a text is not UTF-8, or has a NUL", Operator, "–"},
		{
			"duplicate_parameter", "Any request", "a parameter or member was sent twice", Operator,
			"send it once",
		},
	}
}

// backChannelCodes returns the codes of back-channel logout.
func backChannelCodes() []Entry {
	return []Entry{
		{
			"invalid_request", "Back-channel logout", "the request was refused", Company,
			"see the log",
		},
		{"server_error", "Back-channel logout", "the failure is ours", Operator, "see the log"},
	}
}

// mailCodes returns the codes of sending mail.
func mailCodes() []Entry {
	return []Entry{
		{
			"mail_settings", "Mail", "the mail server’s settings cannot be used", Operator,
			"the field says why",
		},
		{
			"mail_unavailable", "Mail",
			"the mail server did not respond in time, sent an invalid response, or did not accept the message",
			Operator, "the log has its response; check password, certificate, and STARTTLS on this port",
		},
		{
			"mail_refused", "Mail", "the mail server rejected the address as unknown",
			Company, "correct the user’s address at the identity provider",
		},
		{
			"mail_invalid", "Mail",
			"the address is not a single plain address, or a name in the mail has invisible characters",
			Company, "correct it at the identity provider",
		},
	}
}

// roleCodes returns the codes of roles.
func roleCodes() []Entry {
	return []Entry{
		{
			"precedence_taken", "API", "another role has the precedence; no two have the same", Operator,
			"choose another number",
		},
		{"role_in_use", "API", "groups carry the role", Operator, "take it from the groups first; its page lists them"},
		{"too_many_roles", "API", "there are 100 roles", Operator, "delete one first"},
		{
			"roles_need_admin", "API", "a setup link does not change which roles a group carries", Company,
			"an admin of the company or an operator does it",
		},
		{
			"appointment_needs_admin", "API",
			"a setup link or an admin of an organization does not appoint admins of organizations", Company,
			"an admin of the company or an operator does it under *Access*",
		},
		{
			"out_of_reach", "The console",
			"an admin of an organization does not change this group: " +
				"it makes admins, carries roles, or is not their own",
			Company, "an admin of the company changes it",
		},
	}
}
