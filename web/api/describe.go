package api

import "gatehouse/sso"

// descriptions returns the descriptions of schema members whose types belong to
// other packages, which do not know the document. A key is "Schema.member", or
// ".member" for every schema.
func descriptions() map[string]string {
	const (
		candidates = " Candidates, tried in order: claim names, or templates such as {givenname} {surname}."
		regexp     = " A regular expression (RE2)."
	)
	return map[string]string{
		"Problem.type":       "Kind of problem, as a URN: urn:gatehouse:problem: and the code.",
		"Problem.title":      "Text of the HTTP status.",
		"Problem.status":     "HTTP status.",
		"Problem.detail":     "Description of the problem, in one sentence.",
		"Problem.code":       "Stable code of the problem, for programs.",
		"Problem.errors":     "Invalid members and parameters.",
		"Problem.request_id": "Identifier of the request in the log; also in the header X-Request-Id.",
		"FieldError.field":   "Member or parameter, such as saml.metadata_url.",
		"FieldError.message": "Description of the problem with it.",

		".name":         "Name shown to users who choose between connections.",
		".provider":     "Product of the identity provider; determines the initial mapping.",
		".saml":         "Settings of a SAML connection.",
		".oidc":         "Settings of an OpenID Connect connection.",
		".mapping":      "Mapping of claims to the fields of an identity.",
		".group_sync":   "Rules for memberships.",
		".brake":        "Limits beyond which group syncs are held for an admin's decision.",
		".provisioning": "Source of users and memberships: sign-ins (jit) or pushes by the identity provider (scim).",
		".directory": "Directory (Microsoft Graph) that supplies groups which did not fit into the identity " +
			"provider's response.",
		".default_groups": "Groups that every user joins at sign-in, regardless of the asserted groups: IDs, or " +
			"organization/group.",
		".email_optional":     "Whether users without an e-mail address can sign in. Policy decides about them.",
		".allow_sign_in":      "Expression that is true for users who may sign in; \"\" if all may.",
		".email_verification": "Rules for confirming e-mail addresses at the first sign-in.",

		"SAMLEdit.metadata_url": "URL of the identity provider's metadata, fetched now and periodically. \"\" ends " +
			"the refresh and keeps the settings.",
		"SAMLEdit.metadata_xml": "Metadata of the identity provider, read once.",
		"SAMLEdit.idp_entity_id": "Entity ID of the identity provider, also called issuer; selects one of several in " +
			"the metadata.",
		"SAMLEdit.sso_url":     "URL that receives sign-in requests.",
		"SAMLEdit.sso_binding": "Binding for sign-in requests.",
		"SAMLEdit.slo_url":     "URL that receives logout messages; \"\" for no single logout.",
		"SAMLEdit.certificates": "Signing certificates of the identity provider, in addition to those of its " +
			"metadata: PEM, or base64 of the DER form.",
		"SAMLEdit.sign_requests": "Whether our requests to the identity provider are signed.",
		"SAMLEdit.allow_idp_initiated": "Treatment of unsolicited responses: rejected (off), answered with a new " +
			"sign-in request (rebounce), or accepted as a sign-in (direct).",
		"SAMLEdit.name_id_format": "Requested NameID format.",
		"SAMLEdit.force_authn": "Whether users must authenticate again at the identity provider even if they have a " +
			"session there.",
		"SAMLEdit.allow_sha1": "Whether signatures with SHA-1 are accepted.",
		"OIDCEdit.confirm_new_keys": "Whether a key set that shares no key with the previous one needs an admin's " +
			"confirmation. Until then, tokens signed with its keys are refused.",
		"SAMLEdit.confirm_new_keys": "Whether metadata that replaces every certificate at once needs an admin's " +
			"confirmation. Until then, the previous certificates are trusted.",
		"SAMLEdit.clock_skew_seconds": "Tolerated difference between the identity provider's clock and ours, in " +
			"seconds; 0 for the default, 60.",

		"OIDCEdit.issuer": "Issuer; its discovery document supplies all other settings.",
		"OIDCEdit.confirmed_issuer": "Issuer stated by the discovery document at issuer, if it differs from issuer. " +
			"Tokens are verified against it.",
		"OIDCEdit.client_id":                  "Our client ID at the identity provider.",
		"OIDCEdit.client_secret":              "Client secret; never returned. A change of issuer requires it again.",
		"OIDCEdit.token_endpoint_auth_method": "Client authentication method at the token endpoint.",
		"OIDCEdit.scopes":                     "Requested scopes; openid is always included.",
		"OIDCEdit.prompt":                     "Value of the prompt parameter of sign-in requests; \"\" to omit it.",

		".subject": "Immutable identifier of a user: \"\" for the NameID or sub, else a claim name or template, with " +
			"alternatives separated by |.",
		".login":          "Login of the user." + candidates,
		".email":          "E-mail address of the user." + candidates,
		".email_verified": "Claims in which the identity provider asserts that the address is verified.",
		".groups":         "Groups of the user, from all candidates that are present." + candidates,
		".delimiter":      "Delimiter of several groups in one value; \"\" for none.",
		".groups_rewrite": "Rewriting of group values after splitting, before include and exclude: a preset, or an " +
			"expression with a capture. A value that does not match, or that would become blank, stays unchanged.",
		".pattern": "Regular expression (RE2) with a capture; at most 512 bytes.",
		".replace": "Replacement for a value that the pattern matches, with $1 or ${name} for a capture; \"\" for " +
			"$1.",
		".preset": "cn-of-dn: the CN of a distinguished name; last-path-segment: the text after the last slash; " +
			"member-names: the member names of a JSON object.",
		".include":           "Filter that keeps matching group names only." + regexp,
		".exclude":           "Filter that removes matching group names." + regexp,
		"Mapping.attributes": "Claims of each attribute that the enterprise keeps of its users, by its name.",
		"MappingEdit.attributes": "Claims of attributes, by name; those not named stay unchanged, and an empty list " +
			"removes those of one.",
		".group_limit": "Number of groups at which the identity provider truncates the list; 0 if it does not.",

		"Mapping.name":     "Name of the user." + candidates,
		"MappingEdit.name": "Name of the user." + candidates,

		"GroupSync.mode": "Memberships that a sign-in may remove: all that it does not assert (reset), only those " +
			"from sign-ins (reset-synced), or none (add-only).",
		"GroupSyncEdit.mode": "Memberships that a sign-in may remove: all that it does not assert (reset), only " +
			"those from sign-ins (reset-synced), or none (add-only).",
		"BrakeEdit.off": "Whether only syncs that would remove the last admin are held.",
		"BrakeEdit.share": "Percentage of a group's members that sign-ins may remove within the window, 1 to 100; 0 " +
			"for the default, 50.",
		"BrakeEdit.people": "Number of members of one group that sign-ins may always remove within the window; 0 for " +
			"the default, 20.",
		"BrakeEdit.window": "Length of the window, in seconds, 60 to 86400; 0 for the default, 3600.",
		"DirectoryEdit.tenant": "Entra ID tenant: its GUID or one of its domains. \"\" here and in client_id for no " +
			"directory.",
		"DirectoryEdit.client_id": "Client ID of the application that queries the directory, as registered in the " +
			"tenant. The application needs the application permissions GroupMember.Read.All and User.Read.All.",
		"DirectoryEdit.client_secret": "Client secret of the application; never returned.",
		"DirectoryEdit.by_id":         "Whether groups are identified by object ID, as in tokens by default.",

		".on_absent":  "Action if the identity provider sends no groups.",
		".on_overage": "Action if the identity provider reports too many groups to send.",
		".expression": "Expression that decides in mode expression.",
		".trust_idp":  "Whether the identity provider's assertion that an address is verified is accepted.",
		"EmailVerification.mode": "Users who must confirm their address: all (always), those without a verified " +
			"domain (unverified-domain), none (never), or those for whom the expression decides so (expression).",
		"EmailVerificationEdit.mode": "Users who must confirm their address: all (always), those without a verified " +
			"domain (unverified-domain), none (never), or those for whom the expression decides so (expression).",
	}
}

// provisioningDescriptions returns those of the settings about pushes.
func provisioningDescriptions() map[string]string {
	return map[string]string{
		".unprovisioned": "Treatment, with provisioning scim, of users who were not pushed: sign-in without " +
			"groups (no-groups), with the asserted ones (claims), or none (refuse).",
		".scim":                  "Rules for pushes by the identity provider.",
		"SCIMEdit.groups":        "Whether groups are pushed, too.",
		"SCIMEdit.create_groups": "Groups to create when they are pushed and no group has their name.",
		"SCIMEdit.match_email": "Whether a pushed user whom nothing else identifies gets the account with the same " +
			"address of a verified domain. Accounts of admins are never matched. Turning it on is a change of trust.",
		"CreateGroupsEdit.organizations": "Organizations, by ID or key, in which groups are created; none if empty.",
		"CreateGroupsEdit.filter":        "Regular expression (RE2) that the name must match; \"\" matches every name.",
		"CreateGroupsEdit.cap": "Maximum number of groups created this way in an organization; 0 for the default, " +
			"200.",
		"SCIMEdit.pilot": "Pushed users to adopt: named ones, and the members of groups. What is pushed about others " +
			"waits. Everyone is adopted if both lists are empty.",
		"PilotEdit.groups": "Names of pushed groups (displayName); letter case does not matter.",
		"PilotEdit.users":  "userNames, of which letter case does not matter, or externalIds.",
	}
}

// enum lists the values of a member whose type belongs to another package.
type enum struct {
	schema, member string
	values         []string
}

func enums() []enum {
	modes := texts(sso.SyncReset, sso.SyncResetSynced, sso.SyncAddOnly)
	absent := texts(sso.KeepGroups, sso.ClearGroups, sso.DenySignIn)
	overage := texts(sso.KeepGroups, sso.DenySignIn)
	policies := []string{"always", "unverified-domain", "never", "expression"}
	providers := texts(sso.Providers[:]...)
	provisioning := texts(sso.ProvisionJIT, sso.ProvisionSCIM)
	unprovisioned := texts(sso.UnprovisionedNoGroups, sso.UnprovisionedClaims, sso.UnprovisionedRefuse)
	return []enum{
		{"ConnectionPatch", "provider", providers},
		{"NewConnection", "provider", providers},
		{"ConnectionPatch", "provisioning", provisioning},
		{"NewConnection", "provisioning", provisioning},
		{"ConnectionPatch", "unprovisioned", unprovisioned},
		{"NewConnection", "unprovisioned", unprovisioned},
		{
			"SAMLEdit",
			"allow_idp_initiated",
			texts(sso.IDPInitiatedOff, sso.IDPInitiatedRebounce, sso.IDPInitiatedDirect),
		},
		{
			"OIDCEdit",
			"token_endpoint_auth_method",
			texts(sso.ClientSecretBasic, sso.ClientSecretPost, sso.PrivateKeyJWT),
		},
		{"Rewrite", "preset", sso.RewritePresets[:]},
		{"RewriteEdit", "preset", append([]string{""}, sso.RewritePresets[:]...)},
		{"GroupSync", "mode", modes},
		{"GroupSyncEdit", "mode", modes},
		{"GroupSync", "on_absent", absent},
		{"GroupSyncEdit", "on_absent", absent},
		{"GroupSync", "on_overage", overage},
		{"GroupSyncEdit", "on_overage", overage},
		{"EmailVerification", "mode", policies},
		{"EmailVerificationEdit", "mode", policies},
	}
}

func texts[T ~string](values ...T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}
