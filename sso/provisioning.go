package sso

import "slices"

// Provisioning says who owns users and memberships.
type Provisioning string

// The owners.
const (
	// ProvisionJIT: sign-ins make users and change their memberships.
	ProvisionJIT Provisioning = "jit"
	// ProvisionSCIM: the identity provider pushes users and groups. Sign-ins change
	// no membership of a person it pushed.
	ProvisionSCIM Provisioning = "scim"
)

// Unprovisioned says what becomes of the sign-in of a user that the identity
// provider has not pushed, on a connection with [ProvisionSCIM].
type Unprovisioned string

// The choices.
const (
	// UnprovisionedNoGroups lets them in. The sign-in changes no membership.
	UnprovisionedNoGroups Unprovisioned = "no-groups"
	// UnprovisionedClaims lets them in, and their groups follow what is asserted,
	// as with [ProvisionJIT], until they are pushed.
	UnprovisionedClaims Unprovisioned = "claims"
	// UnprovisionedRefuse refuses them: Forbidden "not_provisioned".
	UnprovisionedRefuse Unprovisioned = "refuse"
)

// Effective returns the choice, or its default.
func (u Unprovisioned) Effective() Unprovisioned {
	if u == "" {
		return UnprovisionedNoGroups
	}
	return u
}

// SCIMSettings are the settings of a connection that concern what its identity
// provider pushes.
type SCIMSettings struct {
	// GroupsOff switches the provisioning of groups off: only users are pushed.
	GroupsOff    bool         `json:"groups_off,omitempty"`
	CreateGroups CreateGroups `json:"create_groups,omitzero"`
	Pilot        Pilot        `json:"pilot,omitzero"`
	// MatchEmail lets a pushed user whom nothing else finds have the account with the
	// same address of a verified domain, also one of another connection. It decides
	// who a user is, so turning it on is a change of trust.
	MatchEmail bool `json:"match_email,omitempty"`
}

// Pilot selects the pushed users that are adopted: named ones, and the members of
// groups. What is pushed about others waits. The zero value selects everyone.
type Pilot struct {
	// Groups are the names of pushed groups (displayName); letter case does not
	// matter.
	Groups []string `json:"groups,omitempty"`
	// Users are userNames, of which letter case does not matter, and externalIds.
	Users []string `json:"users,omitempty"`
}

// Limits of [Pilot].
const (
	MaxPilotGroups = 100
	MaxPilotUsers  = 1000
	MaxPilotName   = 1024 // bytes
)

// IsZero reports whether everyone is selected.
func (p Pilot) IsZero() bool { return len(p.Groups)+len(p.Users) == 0 }

// Equal reports whether two pilots are the same lists.
func (p Pilot) Equal(other Pilot) bool {
	return slices.Equal(p.Groups, other.Groups) && slices.Equal(p.Users, other.Users)
}

// InPilot reports whether what is pushed takes effect for some people only.
func (c Connection) InPilot() bool {
	return c.State == ConnectionEnabled && c.Live != nil && c.Live.Provisioning == ProvisionSCIM &&
		!c.Live.SCIM.Pilot.IsZero()
}

// WhenUnprovisioned returns what becomes of the sign-in of a user that the
// connection has not adopted. During a pilot they sign in as with [ProvisionJIT].
func (c Config) WhenUnprovisioned() Unprovisioned {
	if !c.SCIM.Pilot.IsZero() {
		return UnprovisionedClaims
	}
	return c.Unprovisioned.Effective()
}

// CreateGroups says which groups are created here when the identity provider
// pushes one that no group has the name of. Without organizations none is.
type CreateGroups struct {
	Organizations []OrganizationID `json:"organizations,omitempty"`
	// Filter is RE2 that the name must match; "" matches every name.
	Filter string `json:"filter,omitempty"`
	// Cap is how many groups of one organization may exist that were created this
	// way; 0 means defaultCreateCap.
	Cap int `json:"cap,omitempty"`
}

// Limits of [CreateGroups].
const (
	defaultCreateCap       = 200
	MaxCreateCap           = 10_000
	MaxCreateFilter        = 512 // bytes
	MaxCreateOrganizations = 50
)

// Most returns Cap or its default.
func (c CreateGroups) Most() int {
	if c.Cap == 0 {
		return defaultCreateCap
	}
	return c.Cap
}

// NotProvisioned returns the error for a sign-in of a user that the identity
// provider has not pushed, where that is required.
func NotProvisioned() *Error {
	return &Error{
		Kind:   Forbidden,
		Code:   "not_provisioned",
		Public: "Your company has not added you here yet. Ask your administrator, and sign in again afterwards.",
	}
}
