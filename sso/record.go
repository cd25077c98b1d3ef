package sso

// Actor is the author of a change, for the audit trail: a UserID, a TokenID, a
// ConnectionID, or one of the constants below.
type Actor string

// Actors that have no row of their own.
const (
	ActorSystem   Actor = "system"   // background work
	ActorOperator Actor = "operator" // a command on the server
	ActorStart    Actor = "start"    // the server at its start, before an admin exists
	ActorRule     Actor = "rule"     // a rule by which an enterprise answers in advance
)

// SignIn is everything that a successful sign-in writes. The store does so in
// one transaction, with the audit events and the sync record.
type SignIn struct {
	Identity Identity
	// Pending is the PendingLogin that the same transaction uses up; "" if
	// there is none, or it was used up before.
	Pending string
	// Proof is the EmailProof that is used up in place of Pending and Replay;
	// its attempt is recorded already. "" if there is none.
	Proof   EmailProofID
	Replay  ReplayMark
	Attempt Attempt // without User, which the transaction determines
	Session Session // likewise
	// Brought are the sessions the browser has cookies of. They end with the
	// sign-in, as do other sessions of Session.Browser in any enterprise.
	Brought []Hash
	// Certificate is the fingerprint of the IdP certificate that verified the
	// response, so that an admin sees which are still in use.
	Certificate string
	Note        string // why groups are unknown, for the sync record
	Brake       Brake  // of the connection
	// DefaultGroups are those of the connection.
	DefaultGroups []GroupID
	// Attributes are those of the enterprise, by which Identity.Attributes was read.
	Attributes []Attribute
}

// GroupSnapshot has the facts that a group sync needs, and no more, so that its
// cost depends on the user's groups and not on the size of the enterprise.
type GroupSnapshot struct {
	// Groups are those with an asserted name, those the user is in, the default
	// groups of the connection, and the default groups of the organizations of
	// all these. Of their IdP names they have the asserted ones.
	Groups        []Group
	Organizations map[OrganizationID]string // their names
	Memberships   []Membership              // the user's
	// AdminGroups are those of Groups whose members administer the enterprise,
	// and OtherAdmins says whether another user is in such a group. Without
	// AdminGroups the brake is off.
	AdminGroups []GroupID
	OtherAdmins bool
	// Near are groups, outside Groups, with names near an asserted name. They
	// change no membership.
	Near []Group
	// Brake has the losses of recent sign-ins through the same connection.
	Brake BrakeFacts
}

// MembershipChanges is the result of a group sync.
type MembershipChanges struct {
	Add    []Membership // Group and Source are set
	Remove []GroupID
	Record SyncRecord // what to record; the store fills in IDs and time
	// Defaults are the default groups of the connection that the user is in or
	// joins and that no asserted name matches.
	Defaults []GroupID
	// Held is the plan that waits for an admin: Add and Remove are then empty,
	// and the user signs in with the old memberships.
	Held  *HeldChanges
	Brake BrakeNote
}

// Page asks for a part of a list: at most Limit items after Cursor, which is a
// cursor that a list returned, or "" for the beginning.
type Page struct {
	Cursor string
	Limit  int // 1 to 200; 0 means 50
}

// Size returns Limit within its bounds.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return 50
	case p.Limit > 200:
		return 200
	}
	return p.Limit
}
