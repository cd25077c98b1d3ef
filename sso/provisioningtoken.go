package sso

import "time"

// ProvisioningScope is what a provisioning token allows.
type ProvisioningScope string

// The scopes. Writing includes reading.
const (
	// ScopeSCIM covers every resource type, also later ones.
	ScopeSCIM        ProvisioningScope = "scim"
	ScopeUsersRead   ProvisioningScope = "users:read"
	ScopeUsersWrite  ProvisioningScope = "users:write"
	ScopeGroupsRead  ProvisioningScope = "groups:read"
	ScopeGroupsWrite ProvisioningScope = "groups:write"
)

// SCIMToken is the prefix of provisioning tokens.
const SCIMToken BearerKind = "gw_scim_"

// ProvisioningToken authenticates an identity provider that provisions. It belongs
// to one connection, and several are valid at the same time.
type ProvisioningToken struct {
	ID         ProvisioningTokenID
	Enterprise EnterpriseID
	Connection ConnectionID
	Name       string // unique in the connection
	Hash       Hash   // SHA-256 of the token
	Scopes     []ProvisioningScope
	CreatedBy  Actor
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	RevokedAt  time.Time // zero: not revoked
	LastUsedAt time.Time // to the minute
	// LastClient is the User-Agent of the last request, shortened.
	LastClient string
	// RefusedAt and Refusal are of the last request that was refused.
	RefusedAt time.Time
	Refusal   string
}

// Allows reports whether the token has a scope, or one that includes it.
func (t ProvisioningToken) Allows(want ProvisioningScope) bool {
	for _, has := range t.Scopes {
		if has == want || has == ScopeSCIM || has.includes(want) {
			return true
		}
	}
	return false
}

func (s ProvisioningScope) includes(want ProvisioningScope) bool {
	return s == ScopeUsersWrite && want == ScopeUsersRead ||
		s == ScopeGroupsWrite && want == ScopeGroupsRead
}
