package sso

import "time"

// HeldChanges is a plan that the brake stopped.
type HeldChanges struct {
	Mode SyncMode // by which it was made
	// Cause and Group are stored beside the changes; Group is set for
	// HeldGroupShare alone.
	Cause  HeldCause `json:"-"`
	Group  GroupID   `json:"-"`
	Add    []Membership
	Remove []GroupID
	// Added and Removed say the same in words that outlive the groups.
	Added   []GroupChange
	Removed []GroupChange
}

// HeldState is what became of a held sync: waiting → approved, discarded or
// superseded.
type HeldState string

// The states. A later word of the identity provider about the same person
// supersedes an earlier one.
const (
	HeldWaiting    HeldState = "waiting"
	HeldApproved   HeldState = "approved"
	HeldDiscarded  HeldState = "discarded"
	HeldSuperseded HeldState = "superseded"
)

// HeldSync is a group sync that waits for an admin, or did.
type HeldSync struct {
	ID         HeldSyncID
	Enterprise EnterpriseID
	User       UserID
	Connection ConnectionID
	Record     SyncRecordID // of the sign-in that was held
	Changes    HeldChanges
	State      HeldState
	At         time.Time
	DecidedBy  Actor     // empty while waiting
	DecidedAt  time.Time // likewise zero
}

// HeldFilter narrows a list of held syncs; the zero value of a field means any.
type HeldFilter struct {
	State      HeldState
	User       UserID
	Cause      HeldCause
	Connection ConnectionID
	Group      GroupID
}
