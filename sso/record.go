package sso

// Actor is who made a change, for the audit trail: a UserID, a TokenID, a
// ConnectionID, or one of the words below.
type Actor string

// Actors that have no row of their own.
const (
	ActorSystem   Actor = "system"   // background work
	ActorOperator Actor = "operator" // somebody with a shell on the server
	ActorStart    Actor = "start"    // the program itself, as it starts without an admin
)

// SignIn is all that a successful sign-in writes; the store does so in one
// transaction, with the audit events and the sync record.
type SignIn struct {
	Identity Identity
	// Pending is the PendingLogin that is used up by the same transaction; ""
	// if there is none, or it was used up before.
	Pending string
	// Proof is the EmailProof that is used up instead of Pending and Replay; its
	// attempt is there already. "" if there is none.
	Proof   EmailProofID
	Replay  ReplayMark
	Attempt Attempt // without User, which the transaction finds out
	Session Session // likewise
	// Brought are the sessions the browser has cookies of. They end with the
	// sign-in, and so do others of Session.Browser, whichever company's.
	Brought []Hash
	// Certificate is the fingerprint of the IdP certificate that verified the
	// answer, so that an admin sees which are still in use.
	Certificate string
	Note        string // why groups are unknown that might be known; for the sync record
	Brake       Brake  // of the connection
	// DefaultGroups are those of the connection.
	DefaultGroups []GroupID
}

// GroupSnapshot is what a group sync has to know, and no more, so that its cost
// follows the person and not the enterprise.
type GroupSnapshot struct {
	// Groups are those of the enterprise with an asserted name, those the
	// person is in, the default groups of the connection, and the default group of every organization one of these
	// belongs to. Of their IdP names they have those that are asserted.
	Groups        []Group
	Organizations map[OrganizationID]string // their names
	Memberships   []Membership              // the person's
	// AdminGroups are those of Groups whose members administer the enterprise,
	// and OtherAdmins whether anybody but the person is in such a group. None
	// means that nobody asked for the brake.
	AdminGroups []GroupID
	OtherAdmins bool
	// Near are groups whose names are near an asserted name that is none of
	// Groups'. Nobody comes into them by it.
	Near []Group
	// Brake is what recent sign-ins through the same connection lost.
	Brake BrakeFacts
}

// MembershipChanges is what a group sync decided.
type MembershipChanges struct {
	Add    []Membership // Group and Source are set
	Remove []GroupID
	Record SyncRecord // what to keep about it; IDs and time are filled in by the store
	// Defaults are the default groups of the connection that the person is or comes
	// into and that no asserted name matches.
	Defaults []GroupID
	// Held is what would have been done, and waits for an admin: Add and Remove
	// are empty then, and the person signs in with the old memberships.
	Held  *HeldChanges
	Brake BrakeNote
}

// Page asks for a part of a list: at most Limit items after Cursor, which is a
// value a list returned, or "" for the beginning.
type Page struct {
	Cursor string
	Limit  int // 1 to 200; 0 means 50
}

// Size is Limit brought into its range.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return 50
	case p.Limit > 200:
		return 200
	}
	return p.Limit
}
