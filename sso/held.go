package sso

import "time"

// HeldChanges is a plan that the brake held.
type HeldChanges struct {
	Mode SyncMode // it was made with
	// Cause and Group are stored beside the changes; Group is set only for
	// HeldGroupShare.
	Cause  HeldCause `json:"-"`
	Group  GroupID   `json:"-"`
	Add    []Membership
	Remove []GroupID
	// Added and Removed are the changes with names, which outlive the groups.
	Added   []GroupChange
	Removed []GroupChange
}

// HeldState is the state of a held sync: waiting → approved, discarded or
// superseded.
type HeldState string

// The states. A later assertion about the same user supersedes an earlier one.
const (
	HeldWaiting    HeldState = "waiting"
	HeldApproved   HeldState = "approved"
	HeldDiscarded  HeldState = "discarded"
	HeldSuperseded HeldState = "superseded"
)

// HeldSync is a group sync that waits, or waited, for an admin.
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
	DecidedAt  time.Time // zero while waiting
}

// HeldFilter narrows a list of held syncs; the zero value of a field means any.
type HeldFilter struct {
	State      HeldState
	User       UserID
	Cause      HeldCause
	Connection ConnectionID
	Group      GroupID
}
