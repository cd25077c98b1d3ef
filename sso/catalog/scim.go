package catalog

// scimCodes returns the codes of provisioning by SCIM. Identity providers see the
// message and not the code; the code is in the log and in what the API lists.
func scimCodes() []Entry {
	const area = "Provisioning by SCIM"
	return []Entry{
		{
			"scim_token_invalid", area, "there is no bearer token, or one that was not created here", Company,
			"put a token of the connection into the identity provider; nothing of it may be cut off",
		},
		{
			"scim_token_elsewhere", area, "the token is valid, for another connection", Company,
			"take the tenant URL and the token from the same connection",
		},
		{
			"scim_wrong_address", area, "the identity provider calls an address that is no SCIM endpoint", Company,
			"enter the base URL that the page *SCIM* of the connection shows, with nothing behind it",
		},
		{
			"scim_token_expired", area, "the token has expired", Company,
			"put another valid token of the connection into the identity provider",
		},
		{
			"scim_token_revoked", area, "the token was revoked", Company,
			"put another valid token of the connection into the identity provider",
		},
		{
			"scim_scope_missing", area, "the token lacks the scope that the request needs", Operator,
			"add the scope `scim` to the token, which keeps its secret; then restart provisioning at the " +
				"identity provider, so that it sends what was refused",
		},
		{
			"scim_groups_off", area, "the connection does not provision groups", Operator,
			"switch group provisioning on in the settings of the connection; then restart provisioning at the " +
				"identity provider",
		},
		{
			"scim_full", area,
			"the connection has had as many users and groups as the setting `scim.max_resources` allows, deleted " +
				"ones included",
			Operator,
			"look whether the identity provider creates and deletes the same users again and again; else raise the " +
				"setting",
		},
		{
			"scim_too_fast", area, "the identity provider sends more requests in a minute than a connection may", Operator,
			"nothing, if it heals: identity providers repeat what was too fast. If it stays open, raise " +
				"`rate_limits.scim_per_connection`",
		},
		{
			"scim_overloaded", area, "more provisioning requests came than the server carries out at once", Operator,
			"nothing, if it heals: identity providers repeat what was refused. If it stays open, add a node",
		},
		{
			"scim_not_found", area, "the connection has no such resource, or has it no more", Company,
			"nothing: the identity provider matches again in its next cycle",
		},
		{
			"scim_version_mismatch", area, "`If-Match` names another version than the resource has", Company,
			"read the resource again",
		},
		{
			"scim_invalid_filter", area, "the filter cannot be understood, or names an attribute that no schema has",
			Company, "the message says where; see [filters](scim.md#filters)",
		},
		{
			"scim_invalid_path", area, "the path of a PATCH operation names no attribute", Company,
			"correct the attribute mapping at the identity provider",
		},
		{
			"scim_invalid_value", area, "a value has the wrong type, or a required one is missing", Company,
			"correct the attribute mapping at the identity provider; the message names the attribute",
		},
		{
			"scim_invalid_syntax", area, "the body is not a JSON object of the expected form", Company,
			"the message says what is wrong",
		},
		{
			"scim_invalid_count", area, "`count` is not a number", Company, "send a number",
		},
		{
			"scim_no_target", area, "a PATCH operation names a value that is not there", Company,
			"the message names the operation",
		},
		{
			"scim_read_only", area, "the attribute cannot be changed", Company,
			"remove it from the attribute mapping at the identity provider",
		},
		{
			"scim_cursor_expired", area, "a cursor of a list is older than an hour", Company,
			"begin the list again",
		},
	}
}
