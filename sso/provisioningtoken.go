package sso

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

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

// ProvisioningScopes returns all scopes, in the order in which they are shown.
func ProvisioningScopes() []ProvisioningScope {
	return []ProvisioningScope{
		ScopeSCIM, ScopeUsersRead, ScopeUsersWrite, ScopeGroupsRead, ScopeGroupsWrite,
	}
}

// ScopeSet returns the scopes of a list, each once and in the order of
// [ProvisioningScopes], and those that do not exist.
func ScopeSet(scopes []ProvisioningScope) (set, unknown []ProvisioningScope) {
	for _, s := range ProvisioningScopes() {
		if slices.Contains(scopes, s) {
			set = append(set, s)
		}
	}
	for _, s := range scopes {
		if !slices.Contains(set, s) {
			unknown = append(unknown, s)
		}
	}
	return set, unknown
}

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
	// LastClient is the User-Agent of the last request, as [ClientName] returns it.
	LastClient string
	// TestedAt is when a test of the connection with the token last passed; zero if
	// none did since its scopes changed.
	TestedAt time.Time
	// RefusedAt and Refusal are of the last request that was refused.
	RefusedAt time.Time
	Refusal   string
	Revision  int64 // 1 when created, one more with each change
	// Troubled says that the connection has open refusals, which a success may
	// heal. Only the look-up by the hash sets it.
	Troubled bool
}

// Live reports whether the token can be used at now.
func (t ProvisioningToken) Live(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// Allows reports whether the token has a scope, or one that includes it.
func (t ProvisioningToken) Allows(want ProvisioningScope) bool {
	for _, has := range t.Scopes {
		if has.Includes(want) {
			return true
		}
	}
	return false
}

// Includes reports whether a token with the scope may do what want allows.
func (s ProvisioningScope) Includes(want ProvisioningScope) bool {
	return s == want || s == ScopeSCIM ||
		s == ScopeUsersWrite && want == ScopeUsersRead ||
		s == ScopeGroupsWrite && want == ScopeGroupsRead
}

// writes reports whether a request that needs the scope writes.
func (s ProvisioningScope) writes() bool { return s == ScopeUsersWrite || s == ScopeGroupsWrite }

const maxClientName = 120 // bytes

// ClientName returns a User-Agent as it is shown: without what is not printable,
// and at most 120 bytes long.
func ClientName(userAgent string) string { return shown(userAgent, maxClientName) }

// shown returns what a stranger sent without what is not printable, and at most most
// bytes of it.
func shown(text string, most int) string {
	clean := strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
	if len(clean) > most {
		clean = strings.ToValidUTF8(clean[:most], "")
	}
	return strings.TrimSpace(clean)
}
