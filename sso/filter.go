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
	// Prefix is a prefix of a login, of an e-mail, or of the name from one of
	// its words on; case is ignored.
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
	Attempt AttemptID // requires User: without it all records are read
	Since   time.Time // this moment or later
}

// AuditFilter narrows a list of audit events.
type AuditFilter struct {
	Actor  string
	Action string
	Since  time.Time // this moment or later
}

// GroupCount is a group with its number of members, and how many users the
// identity providers last asserted for it.
type GroupCount struct {
	Group    Group
	Members  int
	Expected int // 0 for a default group, which is never asserted
}

// OrganizationCount is an organization with its numbers of groups, without the
// default one, and of users.
type OrganizationCount struct {
	Organization Organization
	Groups       int
	Members      int
}

// Member is a user in a group, as the group's page shows them.
type Member struct {
	User       User
	Membership Membership
}

// UserMembership is a group of a user, as the user's page shows it.
type UserMembership struct {
	Membership   Membership
	Group        Group
	Organization Organization
}

// CertificateUse is the history of one certificate of an identity provider,
// trusted now or formerly.
type CertificateUse struct {
	Fingerprint string // as Certificate.Fingerprint returns it
	Source      CertificateSource
	FirstSeen   time.Time // in a configuration
	LastSeen    time.Time // in a configuration that was saved
	LastUsed    time.Time // by a sign-in, to the minute; zero: never
}
