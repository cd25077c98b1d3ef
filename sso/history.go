package sso

import "time"

// PastMembership is a membership at some moment, and why it began and ended.
type PastMembership struct {
	Group   GroupChange // with its current name, or the name it had when it was deleted
	Default bool
	User    UserID
	Source  MembershipSource
	From    time.Time
	Cause   string    // identifier of the attempt or actor that made it
	Until   time.Time // zero: it has not ended
	EndedBy string    // like Cause; empty while it has not ended
}

// PastMember is a user who was in a group.
type PastMember struct {
	User       User
	Membership PastMembership
}

// Restoration lists the changes of a restore, made or previewed.
type Restoration struct {
	Add    []PastMembership
	Remove []PastMembership
	// Gone are memberships that cannot be restored because the group does not
	// exist any more.
	Gone    []PastMembership
	Members int // of the group now, if a group is restored
	Done    bool
}

// DriftingUser is a user whose membership differs from what was last asserted, with
// the facts that explain it.
type DriftingUser struct {
	User       User
	Expected   bool        // the last assertion named the group
	Membership *Membership // nil if the user is not a member
	Known      bool        // groups were asserted for the user at least once
	Certain    bool        // the last assertion was complete
	// Provisioned says that an identity provider provisions the user, so that
	// sign-ins change no membership.
	Provisioned bool
	Group       Group
	Last        SyncRecord     // of the user's last sign-in: ID, Mode and At only
	Held        HeldSyncID     // of the user, waiting for an admin; "" if none
	Ended       PastMembership // how the user last left the group; zero if never
}

// GroupDrift is a group's asserted members against its actual ones.
type GroupDrift struct {
	Group    Group
	Expected int
	Actual   int
	Drifting []DriftingUser
	More     bool // there are others
}

// DriftReason says why a user is missing from a group, or is a member without
// being asserted.
type DriftReason string

// The reasons, in order of precedence.
const (
	DriftDefault     DriftReason = "default_group"  // no user is asserted for a default group
	DriftHeld        DriftReason = "held"           // by the brake
	DriftDeactivated DriftReason = "deactivated"    // the user cannot sign in
	DriftNeverSaid   DriftReason = "never_said"     // no sign-in has asserted their groups yet
	DriftProvisioned DriftReason = "provisioned"    // by SCIM
	DriftManual      DriftReason = "manual"         // added or removed by hand since
	DriftRestored    DriftReason = "restored"       // by a restore
	DriftGroupNewer  DriftReason = "group_newer"    // created or renamed after their last sign-in
	DriftUnknown     DriftReason = "kept_unknown"   // kept, because their groups were unknown the last time
	DriftMode        DriftReason = "kept_by_mode"   // the connection's mode does not remove it
	DriftFormer      DriftReason = "former_default" // it was a default group of their connection
	DriftOther       DriftReason = "other"
)

// The reasons on a connection that provisions, besides those above.
const (
	DriftNotApplied     DriftReason = "not_applied"     // the connection is not enabled with provisioning by SCIM
	DriftGroupsOff      DriftReason = "groups_off"      // the connection does not provision groups
	DriftNoGroup        DriftReason = "no_group"        // no group here has the name
	DriftOutsidePilot   DriftReason = "outside_pilot"   // the pilot leaves out the user or the group
	DriftUndecided      DriftReason = "undecided"       // an admin has to decide whose the user is
	DriftWaitingForUser DriftReason = "waiting"         // the member was sent, and no user with this ID
	DriftNotProvisioned DriftReason = "not_provisioned" // the identity provider sent no such user
	DriftUserRefused    DriftReason = "user_refused"    // requests about the user are refused
	DriftGroupRefused   DriftReason = "group_refused"   // requests about the group are refused
	DriftNeverSent      DriftReason = "never_sent"      // the user was sent, and not as a member
	DriftRemoved        DriftReason = "removed"         // the identity provider removed the user since
	DriftLost           DriftReason = "lost"            // sent, and not a member here: reconciling adds
	DriftUnconfirmed    DriftReason = "unconfirmed"     // a member by sign-in whom no push confirmed
	DriftLeftOver       DriftReason = "left_over"       // a member by a push that is no more
	DriftElsewhere      DriftReason = "elsewhere"       // a member by another connection
	DriftConfigured     DriftReason = "configured"      // a member by the default groups of a connection
)
