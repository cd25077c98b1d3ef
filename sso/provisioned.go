package sso

import (
	"encoding/json"
	"time"
)

// Push identifies one request by which an identity provider provisions. It is the
// cause of the memberships that follow, and its token the actor of audit events.
type Push struct {
	Enterprise EnterpriseID
	Connection ConnectionID
	Token      ProvisioningTokenID
	Event      ProvisioningEventID
}

// Actor returns the actor of audit events: the token, or the connection if what was
// pushed before is applied.
func (p Push) Actor() Actor {
	if p.Token == "" {
		return Actor(p.Connection)
	}
	return Actor(p.Token)
}

// ResourceOrigin says how a resource came to be known.
type ResourceOrigin string

// The origins.
const (
	// OriginPushed is of a resource that the identity provider wrote.
	OriginPushed ResourceOrigin = "pushed"
	// OriginFound is of an account or a group that was there before provisioning.
	// The identity provider finds it by a filter; its first write adopts it.
	OriginFound ResourceOrigin = "found"
)

// ProvisionedUser is a user as the identity provider of a connection provisions
// them: what it said, whatever follows from it.
type ProvisionedUser struct {
	ID         ResourceID // of an OriginFound user the ID of the account
	Enterprise EnterpriseID
	Connection ConnectionID
	Origin     ResourceOrigin
	UserName   string // unique in the connection, letter case aside
	ExternalID string // "" if none
	Active     bool
	Name       string // to show; "" if none
	Emails     []ProvisionedEmail
	// Document is the SCIM document in its canonical form, without id, meta and
	// groups.
	Document json.RawMessage
	// Account is the user it belongs to; "" while the effects wait, because the
	// connection is not live or does not provision by SCIM.
	Account UserID
	// Adopted says that the account follows the resource. It is false while the
	// effects wait, and of users outside of a pilot.
	Adopted bool
	// AccountOff says that the account follows the resource and is deactivated. It is so
	// of an active resource if an admin deactivated the account, for example.
	AccountOff bool
	Version    int64 // 1 when created, one more with each change
	CreatedAt  time.Time
	ModifiedAt time.Time
}

// Provisioned reports whether the identity provider wrote the resource.
func (u ProvisionedUser) Provisioned() bool { return u.Origin == OriginPushed }

// Email returns the address of the user: the primary one, else the first of type
// work, else the first; "" if there is none.
func (u ProvisionedUser) Email() string {
	best, rank := "", 0
	for _, e := range u.Emails {
		r := 1
		switch {
		case e.Value == "":
			continue
		case e.Primary:
			r = 3
		case e.Type == "work":
			r = 2
		}
		if r > rank {
			best, rank = e.Value, r
		}
	}
	return best
}

// DeprovisionReceipt says what ended because an identity provider deactivated or
// deleted a user, and when each node had forgotten them.
type DeprovisionReceipt struct {
	ReceiptID
	Login   string
	Deleted bool // the resource was deleted, not only deactivated
	Ended   EndedAccess
	At      time.Time
	Nodes   []NodeReceipt // by name; a node that was not running is missing
}

// ReceiptID identifies a receipt in its enterprise.
type ReceiptID struct {
	Event ProvisioningEventID
	User  UserID
}

// EndedAccess counts what ended with the access of a deactivated user.
type EndedAccess struct {
	Sessions        int  // of applications
	ConsoleSessions int  // second steps of those, in the console
	SignIns         int  // that waited for a code sent by e-mail
	Codes           int  // of these sign-ins, which could still be entered
	SetupLinks      int  // that the user had created, and that could still be opened
	Tokens          int  // of the user, for programs
	Admin           bool // the user administered the enterprise: appointed, or in a group of admins
}

// NodeReceipt says that a node has forgotten a deprovisioned user.
type NodeReceipt struct {
	Node string
	Took time.Duration // from the commit; the clock is that of the database
}

// Departure is a revocation that a node has applied and confirms.
type Departure struct {
	Enterprise EnterpriseID
	ReceiptID
	// Ago is how long before the confirmation the node applied it.
	Ago time.Duration
}

// ProvisioningCounts are how many resources the identity provider of a connection
// pushed.
type ProvisioningCounts struct {
	Users    int
	Inactive int // of Users
	Pending  int // of Users: the effects wait, there is no account yet
	Groups   int
	Waiting  int // members of Groups whose user is not known
}

// ProvisionedEmail is an e-mail address of a provisioned user.
type ProvisionedEmail struct {
	Value   string
	Type    string // "work"; "" if none
	Primary bool
}

// ProvisionedGroup is a group as the identity provider of a connection provisions
// it. Its members are rows of their own and are read separately.
type ProvisionedGroup struct {
	ID          ResourceID // an IDPGroupID
	Enterprise  EnterpriseID
	Connection  ConnectionID
	Origin      ResourceOrigin
	DisplayName string // unique in the connection, letter case aside
	ExternalID  string
	// Document is the SCIM document in its canonical form, without id, meta and
	// members.
	Document   json.RawMessage
	Members    int // known users
	Waiting    int // members whose user is not known
	Version    int64
	CreatedAt  time.Time
	ModifiedAt time.Time
}

// ProvisionedMember is a member of a provisioned group, or a group of a
// provisioned user.
type ProvisionedMember struct {
	ID   ResourceID
	Name string // to show: of a user UserName, of a group DisplayName
}

// MemberChange is what a request says about the members of a provisioned group.
type MemberChange struct {
	Replace bool         // the members are those of Add, and no others
	Add     []ResourceID // in the order in which they were sent, without duplicates
	Remove  []ResourceID // empty with Replace
	// Nested are IDs that were sent as groups. They are recorded and not added.
	Nested []ResourceID
}

// MemberEffect is what a [MemberChange] changed.
type MemberEffect struct {
	Added   int
	Removed int
	// Unknown are IDs of no user of the connection. They wait until a user with
	// such an ID, or such an external ID, is provisioned.
	Unknown []ResourceID
}

// ResourceExistsError is a Conflict: another resource of the connection has the
// name.
type ResourceExistsError struct {
	ID     ResourceID
	Origin ResourceOrigin
	Field  string // "userName" or "displayName"
	Name   string // as the other resource has it
}

func (e *ResourceExistsError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the error with its kind and code.
func (e *ResourceExistsError) Unwrap() error {
	message := "The connection has a resource with this " + e.Field + ": " + string(e.ID) + "."
	return &Error{
		Kind:   Conflict,
		Code:   "resource_exists",
		Public: message,
		Fields: []FieldError{{e.Field, message}},
	}
}

// ResourceGoneError is a NotFound: the identity provider deleted the resource.
type ResourceGoneError struct {
	ID        ResourceID
	Name      string
	DeletedAt time.Time
}

func (e *ResourceGoneError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the error with its kind and code.
func (e *ResourceGoneError) Unwrap() error { return NothingHere() }

// ResourcePage selects a page of resources: after a position, or from an index.
type ResourcePage struct {
	// After is the position of the last resource of the page before: its Sequence.
	// 0 starts at the beginning.
	After int64
	// Offset skips resources; used with After 0.
	Offset int
	// Limit is the number of resources of the page; 0 asks for the total alone.
	Limit int
	// Total asks for the number of all resources of the filter.
	Total bool
}

// ResourceList is a page of resources.
type ResourceList[T any] struct {
	Items []T
	Total int   // -1 unless asked for
	Next  int64 // After of the next page; 0 on the last one
}

// PushedNames are users and groups that an identity provider pushed.
type PushedNames struct {
	Users  []ProvisionedUser
	Groups []ProvisionedGroup
}
