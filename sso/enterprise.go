package sso

import (
	"slices"
	"time"
)

// Enterprise is the tenant: one customer company. Nothing is shared between
// enterprises.
type Enterprise struct {
	ID   EnterpriseID
	Key  string // in the sign-in link: /login/sso?enterprise_key=KEY; unique, see ValidateKey
	Name string
	// Enforced says that its admins can sign in only through its own identity
	// provider: no setup link opens, and only a recovery admin's password is
	// accepted.
	Enforced bool
	// DefaultApplication is where its users arrive if they asked for nothing else; "" for
	// none. It may have been deleted. The enterprise of a Principal does not have it.
	DefaultApplication ApplicationID
	CreatedAt          time.Time
}

// Organization is a unit inside an enterprise; it owns groups.
type Organization struct {
	ID           OrganizationID
	Enterprise   EnterpriseID
	Key          string // unique within the enterprise
	Name         string
	DefaultGroup GroupID
	Revision     int64 // 1 when created, one more after each change
	CreatedAt    time.Time
}

// DefaultGroupName is the name of the group that every organization has and
// that contains all of its users. Group sync matches no asserted name to it.
const DefaultGroupName = "Members"

// Group is a named set of people inside one organization. Names are compared
// byte for byte; two that differ in case are two groups.
type Group struct {
	ID           GroupID
	Organization OrganizationID
	Name         string
	// IDPNames are other names that an identity provider may send for the
	// group, sorted: an object ID, a distinguished name, a former name. They
	// are unique among all names of the organization's groups. Only methods
	// that say so fill them in.
	IDPNames []string
	// Roles are the keys of the roles that the group carries, the strongest first.
	// The methods that fill in IDPNames fill them in, but for those of syncs.
	Roles   []string
	Default bool
	// Admin says that its members administer the enterprise. A group sync that
	// would remove the last of them is held.
	Admin bool
	// Revision is 1 when the group is created and one more after each change of
	// the fields above. Members do not change it.
	Revision  int64
	CreatedAt time.Time
}

// Named reports whether name is a name of the group. Names are compared byte
// for byte; a default group has none that matches.
func (g Group) Named(name string) bool {
	return !g.Default &&
		name != DefaultGroupName &&
		(g.Name == name || slices.Contains(g.IDPNames, name))
}

// Domain is a DNS name that an enterprise claims; it counts once Verified.
type Domain struct {
	ID         DomainID
	Enterprise EnterpriseID
	Name       string // lower case, A-labels
	TXTRecord  string // what must be published at ChallengeName
	VerifiedAt time.Time
	CreatedAt  time.Time
}

// Verified reports whether the enterprise has proven the domain.
func (d Domain) Verified() bool { return !d.VerifiedAt.IsZero() }

// ChallengeName returns the DNS name at which TXTRecord must be published.
func (d Domain) ChallengeName() string { return "_gatehouse-challenge." + d.Name }
