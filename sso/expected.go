package sso

import (
	"fmt"
	"time"
)

// ExpectationSource says where the expected number of members of a group comes
// from.
type ExpectationSource string

// The sources.
const (
	// ExpectedByAdmin is a number, or a list of logins, that an admin gave.
	ExpectedByAdmin ExpectationSource = "admin"
	// ExpectedByDirectory is a list that was read from the company's directory.
	ExpectedByDirectory ExpectationSource = "directory"
)

// MaxExpected is the largest number of members that can be expected of a group, and
// MaxExpectations the number of groups of a connection.
const (
	MaxExpected     = 200_000
	MaxExpectations = 1000
)

// TooManyMembers is the error of a directory that lists more than MaxExpected members
// of a group. A list is not read further.
func TooManyMembers() *Error {
	return &Error{
		Kind:   Upstream,
		Code:   CodeTooManyMembers,
		Public: fmt.Sprintf("The group has more than %d members. Enter their number.", MaxExpected),
	}
}

// Expectation is how many members a group of an identity provider should have, or
// which.
type Expectation struct {
	Enterprise EnterpriseID
	Connection ConnectionID
	Group      string // displayName of the identity provider, or a name of a group here
	Source     ExpectationSource
	People     int
	Logins     []string // nil for a number; not read by lists
	Listed     bool     // there is a list of logins
	By         Actor
	At         time.Time
}

// MemberFacts explain why a user is missing from a group, or is an extra member of
// it, while an identity provider provisions. Users with the same facts have the
// same reason.
type MemberFacts struct {
	// What says that the user should be a member.
	Pushed   bool // a member of a pushed group
	Waiting  bool // an ID that no user has yet
	Asserted bool // the last sign-in with groups named the group
	Named    bool // on the list of an [Expectation]

	Provisioned bool // the identity provider pushed the user
	Inactive    bool // and says that they are not active
	Account     bool // the user has an account
	Deactivated bool // which is deactivated
	Refused     bool // requests about the user are refused
	Removed     bool // a push ended an earlier membership
	Held        bool // a change of the membership waits for an admin
	Elsewhere   bool // another connection pushes the membership
	Outside     bool // a pilot has not adopted the user

	// Source is that of the membership of an extra member; "" of a missing user.
	Source MembershipSource
}

// Missing reports whether the facts are of a user who is missing.
func (f MemberFacts) Missing() bool { return f.Source == "" }

// MemberClass counts the users of a group who have the same facts. Since is when
// the first of them became missing, as far as that is known.
type MemberClass struct {
	Group  GroupID
	Facts  MemberFacts
	People int
	Since  time.Time
}

// DriftingMember is a user who is missing from a group that an identity provider
// provisions, or an extra member of it.
type DriftingMember struct {
	User     UserID     // "" if there is no account
	Resource ResourceID // "" if the identity provider pushed none
	Login    string     // or the ID that waits
	Name     string
	Facts    MemberFacts
	Since    time.Time // of the membership of an extra member
	Refusals OpenRefusals
}

// ExpectedMembers counts the expected members of a group and the actual ones among them.
type ExpectedMembers struct {
	Expected int // users whom evidence names
	Pushed   int // of Expected
	Asserted int // of Expected
	Named    int // of Expected
	Matched  int // of Expected: members
	Actual   int // members
}

// MembershipReport are the facts about what an identity provider provisions, for a
// comparison with what is there.
type MembershipReport struct {
	Groups       []Group // that are no default groups, with their IdP names
	Members      map[GroupID]ExpectedMembers
	Pushed       []ProvisioningGroupState // groups that the identity provider wrote
	Expectations []Expectation
	// Refusals are the open refusals about groups, by name as it is compared.
	Refusals map[string]GroupRefusals
	Applying bool // what was pushed is being applied
	// Users is how many users the identity provider pushed, and Unsettled those of
	// them without an account.
	Users     int
	Unsettled int
	// Renamed are pushed groups that the identity provider renamed, and Deleted those
	// that it deleted and did not push again; both of the last 14 days.
	Renamed map[ResourceID]GroupRename
	Deleted []DeletedGroup
}

// GroupRename is the last rename of a group by its identity provider.
type GroupRename struct {
	Former string
	At     time.Time
}

// DeletedGroup is a group that its identity provider deleted.
type DeletedGroup struct {
	Name string
	At   time.Time
}

// GroupRefusals sums up the open refusals about a group.
type GroupRefusals struct {
	Name    string
	Count   int // requests
	FirstAt time.Time
	LastAt  time.Time
	Detail  string // the text of the last
	Code    string
}

// MemberReconciliation is what reconciling changes in one group.
type MemberReconciliation struct {
	Group  Group
	Add    []DriftingMember
	Remove []DriftingMember
	Held   []DriftingMember // whose removal the brake holds
	// Members is the number of members now.
	Members int
	Event   ProvisioningEventID
	Done    bool
}
