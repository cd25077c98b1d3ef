package console

import (
	"regexp"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// labels returns the names that the console has for the fields of a configuration,
// by their names in the REST API.
func labels() map[string]string {
	return map[string]string{
		"name":                             "Name",
		"provider":                         "Identity provider",
		"saml.metadata_url":                "Metadata URL",
		"saml.metadata_xml":                "Metadata",
		"saml.idp_entity_id":               "Entity ID",
		"saml.sso_url":                     "Single sign-on URL",
		"saml.sso_binding":                 "Binding",
		"saml.slo_url":                     "Single logout URL",
		"saml.certificates":                "Certificates",
		"saml.sign_requests":               "Sign our requests",
		"saml.allow_idp_initiated":         "Sign-in from the app tile",
		"saml.name_id_format":              "Name ID format",
		"saml.force_authn":                 "Ask for the password every time",
		"saml.allow_sha1":                  "Accept SHA-1 signatures",
		"saml.confirm_new_keys":            "Confirm new certificates",
		"saml.pending_certificates":        "Certificates to be confirmed",
		"saml.clock_skew_seconds":          "Clock difference allowed",
		"oidc.issuer":                      "Issuer",
		"oidc.discovery_url":               "Discovery URL",
		"oidc.client_id":                   "Client ID",
		"oidc.client_secret":               "Client secret",
		"oidc.token_endpoint_auth_method":  "Client authentication",
		"oidc.scopes":                      "Scopes",
		"oidc.confirm_new_keys":            "Confirm new keys",
		"oidc.keys":                        "Keys",
		"oidc.pending_keys":                "Keys to be confirmed",
		"oidc.prompt":                      "Prompt",
		"mapping.subject":                  "Subject",
		"mapping.login":                    "Login from",
		"mapping.email":                    "E-mail from",
		"mapping.email_verified":           "E-mail verified from",
		"mapping.name":                     "Name from",
		"mapping.groups":                   "Groups from",
		"mapping.delimiter":                "Delimiter between groups",
		"mapping.include":                  "Only groups that match",
		"mapping.groups_rewrite.preset":    "Rewrite group names",
		"mapping.groups_rewrite.pattern":   "Expression for group names",
		"mapping.groups_rewrite.replace":   "Group name from the expression",
		"mapping.exclude":                  "No groups that match",
		"mapping.group_limit":              "Length at which lists are cut off",
		"group_sync.mode":                  "Group sync",
		"group_sync.on_absent":             "When no groups are sent",
		"group_sync.on_overage":            "When there are too many groups to send",
		"default_groups":                   "Default groups",
		"brake.off":                        "Hold only the loss of the last admin",
		"brake.share":                      "Share of a group, in percent",
		"brake.people":                     "People of a group",
		"brake.window":                     "Window, in seconds",
		"provisioning":                     "Provisioning",
		"unprovisioned":                    "People who are not provisioned",
		"scim.groups":                      "Groups are provisioned, too",
		"scim.create_groups.organizations": "Create missing groups in",
		"scim.create_groups.filter":        "Only groups whose name matches",
		"scim.create_groups.cap":           "Groups created in an organization",
		"scim.pilot.groups":                "Pilot: members of these groups",
		"scim.pilot.users":                 "Pilot: these people",
		"scim.match_email":                 "Match people by e-mail address",
		"email_verification.mode":          "First sign-in: verify the e-mail address",
		"email_verification.expression":    "Rule for the e-mail address",
		"email_verification.trust_idp":     "Trust the identity provider’s verified addresses",
		"allow_sign_in":                    "Sign-in rule",
		"email_optional":                   "Allow people without an e-mail address",
		"directory.tenant":                 "Microsoft tenant",
		"directory.client_id":              "Application (client) ID",
		"directory.client_secret":          "Secret of the application",
		"directory.by_id":                  "Groups are known by object ID",
	}
}

// attributePrefix begins the fields of the claims of attributes.
const attributePrefix = "mapping.attributes."

var numbered = regexp.MustCompile(`\[\d+\]$`)

// FieldLabel returns the console's name of a configuration field, which is named
// as in the REST API: "saml.metadata_url", "saml.certificates[2]". A field without
// a name here is returned as it is.
func FieldLabel(field string) string {
	field = numbered.ReplaceAllString(field, "")
	if label, ok := labels()[field]; ok {
		return label
	}
	if name, ok := strings.CutPrefix(field, attributePrefix); ok {
		return "Attribute " + name + " from"
	}
	return field
}

// FieldOptions returns the values a configuration field can be given, in words;
// nil if it has no fixed values.
func FieldOptions(field string) []ui.Option {
	switch field {
	case "group_sync.mode":
		return []ui.Option{
			{Value: "reset", Label: "Reset to what the identity provider says"},
			{Value: "reset-synced", Label: "Reset, but keep what was added by hand"},
			{Value: "add-only", Label: "Add only"},
		}
	case "group_sync.on_absent":
		return []ui.Option{
			{Value: "keep", Label: "Keep all memberships"},
			{Value: "clear", Label: "Clear them"},
			{Value: "deny", Label: "Refuse the sign-in"},
		}
	case "group_sync.on_overage":
		return []ui.Option{
			{Value: "keep", Label: "Keep all memberships"},
			{Value: "deny", Label: "Refuse the sign-in"},
		}
	case "mapping.groups_rewrite.preset":
		return RewriteOptions()
	case "email_verification.mode":
		return []ui.Option{
			{Value: "unverified-domain", Label: "Unless the domain is verified"},
			{Value: "always", Label: "Always"},
			{Value: "never", Label: "Never"},
			{Value: "expression", Label: "By the rule below"},
		}
	case "provisioning":
		return []ui.Option{
			{Value: "jit", Label: "At sign-in"},
			{Value: "scim", Label: "By SCIM"},
		}
	case "unprovisioned":
		return []ui.Option{
			{Value: "no-groups", Label: "Let them in, without groups"},
			{Value: "claims", Label: "Let them in, with the groups that the sign-in lists"},
			{Value: "refuse", Label: "Refuse the sign-in"},
		}
	}
	return protocolOptions(field)
}

// protocolOptions returns the values of a field of one protocol; nil if it has no
// fixed values.
func protocolOptions(field string) []ui.Option {
	switch field {
	case "saml.allow_idp_initiated":
		return []ui.Option{
			{Value: "off", Label: "Not allowed"},
			{Value: "rebounce", Label: "Allowed: starts a sign-in of our own"},
			{Value: "direct", Label: "Allowed directly (less safe)"},
		}
	case "saml.name_id_format":
		return []ui.Option{
			{Value: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", Label: "Persistent"},
			{
				Value: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
				Label: "Unspecified: as chosen at the identity provider",
			},
			{
				Value: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
				Label: "E-mail address",
			},
			{
				Value: "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
				Label: "Windows domain qualified name",
			},
		}
	case "saml.sso_binding":
		return []ui.Option{
			{Value: sso.BindingRedirect, Label: "HTTP-Redirect"},
			{Value: sso.BindingPOST, Label: "HTTP-POST"},
		}
	case "oidc.token_endpoint_auth_method":
		return []ui.Option{
			{Value: "client_secret_basic", Label: "Client secret (basic)"},
			{Value: "client_secret_post", Label: "Client secret (post)"},
			{Value: "private_key_jwt", Label: "Our key (private_key_jwt)"},
		}
	case "oidc.prompt":
		return []ui.Option{
			{Value: "", Label: "Leave it to the identity provider"},
			{Value: "login", Label: "Ask for the password every time"},
			{Value: "select_account", Label: "Ask which account"},
			{Value: "consent", Label: "Ask for consent"},
		}
	}
	return nil
}

// FieldValue returns a value of a configuration field in words, or the value where
// there are none.
func FieldValue(field, value string) string {
	for _, o := range FieldOptions(field) {
		if o.Value == value {
			return o.Label
		}
	}
	if field == "saml.clock_skew_seconds" && value != "" {
		return value + " seconds"
	}
	return value
}
