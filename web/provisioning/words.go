package provisioning

import (
	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/web/ui"
)

// sendAgain says how the identity provider of a connection is made to send again
// what was refused.
func sendAgain(c sso.Connection) string { return provisioning.SendAgain(c.Provider) }

// labels are the names of two fields at an identity provider.
type labels struct{ address, token string }

func labelsOf(p sso.Provider) labels {
	switch p {
	case sso.Entra:
		return labels{"Tenant URL", "Secret token"}
	case sso.Okta:
		return labels{"SCIM connector base URL", "Authorization (HTTP Header)"}
	case sso.JumpCloud:
		return labels{"Base URL", "Token Key"}
	case sso.OneLogin:
		return labels{"SCIM Base URL", "SCIM Bearer Token"}
	}
	return labels{"Base URL", "Bearer token"}
}

// entries are what an admin enters at the identity provider.
func entries(base string, c sso.Connection) []entry {
	name := labelsOf(c.Provider)
	all := []entry{{
		Label: name.address,
		Value: &ui.Copyable{
			ID:    "scim-base-url",
			Value: base + "/scim/v2/connections/" + string(c.ID),
		},
	}}
	if c.Provider == sso.Okta {
		all = append(all,
			entry{
				Label: "Unique identifier field for users",
				Value: &ui.Copyable{ID: "unique-identifier", Value: "userName"},
			},
			entry{Label: "Authentication mode", Text: "HTTP Header"},
		)
	}
	return append(all, entry{Label: name.token, Text: "A token from the list below. It is shown when it is created."})
}

// scopeLabel says what a scope allows.
func scopeLabel(s sso.ProvisioningScope) string {
	switch s {
	case sso.ScopeUsersRead:
		return "users:read: read people"
	case sso.ScopeUsersWrite:
		return "users:write: read and change people"
	case sso.ScopeGroupsRead:
		return "groups:read: read groups"
	case sso.ScopeGroupsWrite:
		return "groups:write: read and change groups"
	}
	return "scim: everything, the usual choice"
}

// scopeWords lists scopes.
func scopeWords(scopes []sso.ProvisioningScope) string {
	text := ""
	for i, s := range scopes {
		if i > 0 {
			text += ", "
		}
		text += string(s)
	}
	return text
}
