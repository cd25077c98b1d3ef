package sso

import "time"

// PastMembership is a membership as it was at some moment, and why it began and
// ended.
type PastMembership struct {
	Group   GroupChange // as it is called now, or was when it was deleted
	Default bool
	User    UserID
	Source  MembershipSource
	From    time.Time
	Cause   string    // attempt, or whoever did it, by identifier
	Until   time.Time // zero: it still is
	EndedBy string    // likewise; empty while it still is
}

// PastMember is a person who was in a group.
type PastMember struct {
	User       User
	Membership PastMembership
}

// Restored is what a restore changes, or would.
type Restored struct {
	Add    []PastMembership
	Remove []PastMembership
	// Gone are memberships that were and cannot be again, because the group is
	// there no more.
	Gone    []PastMembership
	Members int // of the group as it is, if it is a group that is restored
	Done    bool
}

// Drifting is somebody whose place in a group is not what was last said about
// them, with all that explains it.
type Drifting struct {
	User       User
	Expected   bool        // the identity provider's last word names the group
	Membership *Membership // nil if they are not in the group
	Known      bool        // there was a word about their groups at all
	Certain    bool        // nothing was left unsaid the last time
	Group      Group
	Last       SyncRecord     // of their last sign-in: ID, Mode and At alone
	Held       HeldSyncID     // of theirs that waits for an admin; "" if none does
	Ended      PastMembership // how they last left the group; zero if they never did
}

// GroupDrift is expected against actual members of a group.
type GroupDrift struct {
	Group    Group
	Expected int
	Actual   int
	Drifting []Drifting
	More     bool // there are others
}

// DriftReason says why somebody is missing from a group, or in it although
// nobody says so.
type DriftReason string

// The reasons, in the order they are looked for.
const (
	DriftDefault     DriftReason = "default_group"  // nobody is named to be in one
	DriftHeld        DriftReason = "held"           // by the brake
	DriftDeactivated DriftReason = "deactivated"    // and so cannot sign in
	DriftNeverSaid   DriftReason = "never_said"     // no sign-in has told about their groups yet
	DriftProvisioned DriftReason = "provisioned"    // by SCIM
	DriftManual      DriftReason = "manual"         // added or removed by hand since
	DriftRestored    DriftReason = "restored"       // by a restore
	DriftGroupNewer  DriftReason = "group_newer"    // made, or renamed, after their last sign-in
	DriftUnknown     DriftReason = "kept_unknown"   // kept, since their groups were not said the last time
	DriftMode        DriftReason = "kept_by_mode"   // the connection's mode does not take it away
	DriftFormer      DriftReason = "former_default" // it was a default group of their connection
	DriftOther       DriftReason = "other"
)
