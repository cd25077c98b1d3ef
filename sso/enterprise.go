package sso

import (
	"slices"
	"time"
)

// Enterprise is the tenant: one customer company. Nothing is ever shared
// between two enterprises.
type Enterprise struct {
	ID   EnterpriseID
	Key  string // in the sign-in link: /login/sso?enterprise_key=KEY; unique, see ValidateKey
	Name string
	// Enforced says that its admins sign in through its own identity provider
	// alone: no setup link opens, and no password of theirs is accepted but a
	// recovery admin's.
	Enforced  bool
	CreatedAt time.Time
}

// Organization is a unit inside an enterprise; it owns groups.
type Organization struct {
	ID           OrganizationID
	Enterprise   EnterpriseID
	Key          string // unique within the enterprise
	Name         string
	DefaultGroup GroupID
	CreatedAt    time.Time
}

// DefaultGroupName is the group every organization has and every one of its
// people is in. Group sync never touches its rows, and an IdP group of this
// name matches nothing.
const DefaultGroupName = "Members"

// Group is a named set of people inside one organization. Names are compared
// byte for byte; two that differ in case are two groups.
type Group struct {
	ID           GroupID
	Organization OrganizationID
	Name         string
	// IDPNames are other names that an identity provider may send for it, sorted:
	// an object ID, a distinguished name, a name it had before. No other group of
	// the organization has one of them as a name of either kind. Only methods that
	// say so fill them in.
	IDPNames []string
	Default  bool
	// Admin says that its members administer the enterprise: a group sync does
	// not take the last of them away without being asked for.
	Admin     bool
	CreatedAt time.Time
}

// Named reports whether an identity provider that sends name means the group.
// Names are compared byte for byte; a default group is never meant.
func (g Group) Named(name string) bool {
	return !g.Default &&
		name != DefaultGroupName &&
		(g.Name == name || slices.Contains(g.IDPNames, name))
}

// Domain is a DNS name an enterprise says is its own; it counts once Verified.
type Domain struct {
	ID         DomainID
	Enterprise EnterpriseID
	Name       string // lower case, A-labels
	TXTRecord  string // what must stand at ChallengeName
	VerifiedAt time.Time
	CreatedAt  time.Time
}

// Verified reports whether the enterprise has proven the domain.
func (d Domain) Verified() bool { return !d.VerifiedAt.IsZero() }

// ChallengeName is where the DNS has to have TXTRecord.
func (d Domain) ChallengeName() string { return "_gatehouse-challenge." + d.Name }
