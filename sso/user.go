package sso

import "time"

// UserStatus is whether a user may act.
type UserStatus string

// The statuses.
const (
	UserActive      UserStatus = "active"
	UserDeactivated UserStatus = "deactivated"
	// UserPending signed in once and waits until an admin vouches or decides about the login
	UserPending UserStatus = "pending"
)

// User is our record of a person in one enterprise. What identifies them is
// their identities (connection and subject), never their e-mail.
type User struct {
	ID            UserID
	Enterprise    EnterpriseID
	Login         string // of one active user of the enterprise; letter case and Unicode form aside
	LoginGiven    bool   // an admin gave it: sign-ins leave it as it is
	Email         string
	EmailVerified bool // by us or by the proof of the domain; what applications are told
	Name          string
	Status        UserStatus
	CreatedAt     time.Time
	LastSignInAt  time.Time
	VouchedAt     time.Time // when an admin confirmed their identity; zero: never
	// MergedInto is the user whom what led to this one leads to; "" if this one was not
	// merged. A merged user is deactivated and stays so.
	MergedInto UserID
	// EndedByPush says that an identity provider deactivated the user over SCIM. A later
	// push may make such a user active again, and no push one whom an admin deactivated.
	// It is false of a user who is not deactivated.
	EndedByPush bool
}

// UserIdentity ties a user to one immutable subject of one connection.
type UserIdentity struct {
	// Linked is the identifier of a further subject of the connection; "" of the first.
	Linked     LinkedSubjectID
	User       UserID
	Connection ConnectionID
	Subject    string
	Login      string
	CreatedAt  time.Time
	LastSeenAt time.Time
}

// UserInactive is the error of a sign-in by a deactivated user.
func UserInactive() *Error {
	return &Error{
		Kind:   Forbidden,
		Code:   "user_inactive",
		Public: "Your account is switched off here. Ask your administrator.",
	}
}

// MembershipSource is the origin of a membership, which decides what may remove it.
type MembershipSource string

// The sources.
const (
	SourceJIT    MembershipSource = "jit"
	SourceSCIM   MembershipSource = "scim"
	SourceManual MembershipSource = "manual"
	// SourceConnection: in a default group of the connection that the user signed in through.
	SourceConnection MembershipSource = "connection"
	SourceDefault    MembershipSource = "default" // in an organization's default group because of another membership
)

// Membership is a user in a group.
type Membership struct {
	Group  GroupID
	User   UserID
	Source MembershipSource
	Since  time.Time
	Cause  string // attempt, provisioning event or audit event that made it
}
