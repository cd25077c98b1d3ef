package api

import "gatehouse/sso"

// descriptions say what the members of schemas are that come from packages
// which know nothing of documents: "Schema.member", or ".member" wherever it
// is.
func descriptions() map[string]string {
	const (
		candidates = " Candidates, tried in order: claim names, or templates such as {givenname} {surname}."
		regexp     = " A regular expression (RE2)."
	)
	return map[string]string{
		"Problem.type":       "Names the kind of problem: urn:gatehouse:problem: and the code.",
		"Problem.title":      "The status in words.",
		"Problem.status":     "The HTTP status.",
		"Problem.detail":     "One sentence for a person.",
		"Problem.code":       "Stable; for programs.",
		"Problem.errors":     "What is wrong with which member.",
		"Problem.request_id": "Finds the request in the log; also in the header X-Request-Id.",
		"FieldError.field":   "The member or parameter, such as saml.metadata_url.",
		"FieldError.message": "What is wrong with it.",

		".name":               "What people are shown where there is a choice.",
		".provider":           "The product the identity provider runs; it decides the mapping to begin with.",
		".saml":               "Of a SAML connection.",
		".oidc":               "Of an OpenID Connect connection.",
		".mapping":            "Which claims make an identity.",
		".group_sync":         "The rules for memberships.",
		".brake":              "When group syncs are held for an admin.",
		".provisioning":       "What makes users and memberships: sign-ins, or what the identity provider pushes.",
		".directory":          "Where groups are asked for that did not fit into an answer: an application at Microsoft Graph.",
		".default_groups":     "Groups that everyone who signs in joins, whatever is asserted: IDs, or organization/group.",
		".email_optional":     "Whether people get in for whom the identity provider sends no address. Policy decides about them.",
		".allow_sign_in":      "An expression that is true for those who may come in; \"\": everyone may.",
		".email_verification": "Who has to confirm their address at the first sign-in.",

		"SAMLEdit.metadata_url":        "Where the identity provider's metadata is; fetched now and again later. \"\" goes on with what was read.",
		"SAMLEdit.metadata_xml":        "The identity provider's metadata, read once.",
		"SAMLEdit.idp_entity_id":       "The identity provider's entity ID, also called issuer; in metadata of several, the one that is meant.",
		"SAMLEdit.sso_url":             "Where people are sent to sign in.",
		"SAMLEdit.sso_binding":         "How they are sent there.",
		"SAMLEdit.slo_url":             "Where logout messages are sent; \"\": no single logout.",
		"SAMLEdit.certificates":        "What the identity provider signs with, besides those of its metadata: PEM, or base64 of the DER form.",
		"SAMLEdit.sign_requests":       "Whether we sign what we ask.",
		"SAMLEdit.allow_idp_initiated": "What happens to an answer no one asked for: nothing, a sign-in that is asked for, or a sign-in.",
		"SAMLEdit.name_id_format":      "The form of NameID that is asked for.",
		"SAMLEdit.force_authn":         "Whether people have to prove again who they are, although they are signed in there.",
		"SAMLEdit.allow_sha1":          "Whether signatures with SHA-1 are accepted.",
		"OIDCEdit.confirm_new_keys":    "Whether an admin has to confirm a key set that has none of the keys before it. Until then its tokens are refused.",
		"SAMLEdit.confirm_new_keys":    "Whether an admin has to confirm metadata that replaces every certificate at once. Until then the ones before it are trusted.",
		"SAMLEdit.clock_skew_seconds":  "How far the identity provider's clock may be from ours; 0: 60 seconds.",

		"OIDCEdit.issuer":                     "The issuer; its discovery document says the rest.",
		"OIDCEdit.confirmed_issuer":           "An issuer that the document at issuer states although its address suggests another. Tokens are checked against it.",
		"OIDCEdit.client_id":                  "Our name at the identity provider.",
		"OIDCEdit.client_secret":              "What we authenticate with; never given back. Another issuer needs it again.",
		"OIDCEdit.token_endpoint_auth_method": "Client authentication.",
		"OIDCEdit.scopes":                     "What is asked for; openid always is.",
		"OIDCEdit.prompt":                     "What the identity provider is asked to do first; \"\": what it likes.",

		".subject":        "The immutable key of a person: \"\" is the NameID or sub, else a claim name or template, with alternatives behind |.",
		".login":          "What people are called by." + candidates,
		".email":          "Their address." + candidates,
		".email_verified": "Claims by which the identity provider vouches for the address.",
		".groups":         "Their groups; all that are there count." + candidates,
		".delimiter":      "Splits the values of groups; \"\": nothing does.",
		".groups_rewrite": "What each value becomes once it is split, before include and exclude: by a preset, or by an expression with a capture. A value that it does not apply to, or that it would make blank, stays as it is.",
		".pattern":        "RE2 with a capture, at most 512 bytes.",
		".replace":        "What a value in which the pattern matches becomes, with $1 or ${name} for a capture; \"\": $1.",
		".preset":         "cn-of-dn: the CN of a distinguished name; last-path-segment: what follows the last slash; member-names: the member names of a JSON object.",
		".include":        "Only group names that match count." + regexp,
		".exclude":        "Group names that match do not count." + regexp,
		".group_limit":    "The length at which the identity provider cuts lists of groups off; 0: it does not.",

		"Mapping.name":     "What they are called." + candidates,
		"MappingEdit.name": "What they are called." + candidates,

		"GroupSync.mode":              "What a sign-in may take away: all it does not name, only what sign-ins gave, nothing.",
		"GroupSyncEdit.mode":          "What a sign-in may take away: all it does not name, only what sign-ins gave, nothing.",
		"BrakeEdit.off":               "Whether only syncs that would take the last admin away are held.",
		"BrakeEdit.share":             "Percent of a group's members that sign-ins may remove within the window, 1 to 100; 0: 50.",
		"BrakeEdit.people":            "How many people of one group are never too many; 0: 20.",
		"BrakeEdit.window":            "Within how many seconds people are counted, 60 to 86400; 0: 3600.",
		"DirectoryEdit.tenant":        "The Entra ID tenant: its GUID, or a domain of it. \"\" for it and for client_id: groups are asked for nowhere.",
		"DirectoryEdit.client_id":     "The application that asks, as the tenant knows it. It needs GroupMember.Read.All and User.Read.All as application permissions.",
		"DirectoryEdit.client_secret": "What it authenticates with; never given back.",
		"DirectoryEdit.by_id":         "Whether groups are known by object ID, as tokens name them unless told otherwise.",

		".on_absent":                 "What happens if the identity provider says nothing about groups.",
		".on_overage":                "What happens if it says that there are too many.",
		".expression":                "Decides, in mode expression.",
		".trust_idp":                 "Whether the identity provider is believed when it calls an address verified.",
		"EmailVerification.mode":     "Who is asked: everyone, those whose domain is not proven, no one, whom the expression says.",
		"EmailVerificationEdit.mode": "Who is asked: everyone, those whose domain is not proven, no one, whom the expression says.",
	}
}

// enum are the values of a member whose type is of another package.
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
	return []enum{
		{"ConnectionPatch", "provider", providers},
		{"NewConnection", "provider", providers},
		{"ConnectionPatch", "provisioning", provisioning},
		{"NewConnection", "provisioning", provisioning},
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
