package sso

import "time"

// Filters narrow a list; the zero value of every field means "any". Text is
// compared byte for byte, except where a comment says otherwise.

// GroupFilter narrows a list of groups.
type GroupFilter struct {
	Organization OrganizationID
	Name         string
	Contains     string // part of a name; letter case does not matter
}

// UserFilter narrows a list of users.
type UserFilter struct {
	Login  string
	Email  string // letter case does not matter
	Status UserStatus
	// Prefix begins a login, an e-mail, or the name from one of its words on;
	// letter case does not matter.
	Prefix string
}

// AttemptFilter narrows a list of attempts.
type AttemptFilter struct {
	User    UserID
	Login   string
	Outcome Outcome
	Code    string
	Since   time.Time // this moment or later
}

// SyncFilter narrows a list of sync records.
type SyncFilter struct {
	User    UserID
	Attempt AttemptID // with User, else all records are read for it
	Since   time.Time // this moment or later
}

// AuditFilter narrows a list of audit events.
type AuditFilter struct {
	Actor  string
	Action string
	Since  time.Time // this moment or later
}

// GroupCount is a group, how many people are in it, and how many the identity
// providers last named.
type GroupCount struct {
	Group    Group
	Members  int
	Expected int // 0 for a default group: nobody is named into one
}

// OrganizationCount is an organization, how many groups it has beside the default
// one, and how many people.
type OrganizationCount struct {
	Organization Organization
	Groups       int
	Members      int
}

// Member is a person in a group, as the group's page shows them.
type Member struct {
	User       User
	Membership Membership
}

// UserMembership is a group somebody is in, as the person's page shows it.
type UserMembership struct {
	Membership   Membership
	Group        Group
	Organization Organization
}

// CertificateUse is what is known about one certificate of an identity
// provider, trusted now or once.
type CertificateUse struct {
	Fingerprint string // as Certificate.Fingerprint gives it
	Source      CertificateSource
	FirstSeen   time.Time // in a configuration
	LastSeen    time.Time // in a configuration that was saved
	LastUsed    time.Time // by a sign-in, to the minute; zero: never
}
