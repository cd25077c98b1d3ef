package sso

import "time"

// HeldCause is why a group sync was held. Held syncs with the same cause are
// decided together.
type HeldCause string

// The causes.
const (
	HeldLastAdmin    HeldCause = "last_admin"               // it would remove the last member from the admin groups
	HeldNamesChanged HeldCause = "connection_names_changed" // the names that the connection sends stopped matching
	// HeldGroupShare: sign-ins through the connection would remove too many people from one group
	HeldGroupShare HeldCause = "group_share"
	// HeldMatchesNothing: none of the user's names matches, and they had synced memberships
	HeldMatchesNothing HeldCause = "matches_nothing"
)

// Brake configures when a connection's group syncs are held. Those that would
// remove the last admin are always held. The zero value of a field means its
// default.
type Brake struct {
	Off    bool    `json:"off,omitempty"`
	Share  int     `json:"share,omitempty"`  // percent of a group's members, 1 to 100
	People int     `json:"people,omitempty"` // of one group: up to this many removals are never held for the share
	Window Seconds `json:"window,omitempty"` // in which users are counted
}

// Defaults and limits of Brake.
const (
	defaultBrakeShare  = 50
	defaultBrakePeople = 20
	DefaultBrakeWindow = Seconds(3600)
	MaxBrakePeople     = 100_000
	MinBrakeWindow     = Seconds(60)
	MaxBrakeWindow     = Seconds(86_400)
)

// Effective returns the brake with its defaults filled in.
func (b Brake) Effective() Brake {
	if b.Share == 0 {
		b.Share = defaultBrakeShare
	}
	if b.People == 0 {
		b.People = defaultBrakePeople
	}
	if b.Window == 0 {
		b.Window = DefaultBrakeWindow
	}
	return b
}

// Span returns the window as a duration.
func (b Brake) Span() time.Duration { return time.Duration(b.Effective().Window) * time.Second }

// SignKind says what one sign-in shows about whether the group names of its
// connection still match.
type SignKind string

// The kinds.
const (
	SignRenamed SignKind = "renamed" // a synced group was lost, and a new name came that matches nothing
	SignNothing SignKind = "nothing" // every synced group was lost, and no new name came
	SignMatches SignKind = "matches" // a name matches a group that others lost
)

// Lost reports whether the sign says that names stopped matching.
func (k SignKind) Lost() bool { return k == SignRenamed || k == SignNothing }

// BrakeSign is the last sign of one user. Groups are the lost or matched
// groups, and Names the names of the lost ones, without duplicates.
type BrakeSign struct {
	User   UserID
	Kind   SignKind // "": none
	Groups []GroupID
	Names  []string
	At     time.Time
}

// BrakeStop holds removals from At on: those of a connection (HeldNamesChanged)
// or those from one group (HeldGroupShare). A stop that an admin allowed holds
// nothing, and keeps another from beginning, until Until.
type BrakeStop struct {
	Cause  HeldCause
	Group  GroupID   // HeldGroupShare alone
	Groups []GroupID // lost by the users who caused it
	At     time.Time
	Since  time.Time // start of the window that At ends
	Last   time.Time // the last time that it held something
	Until  time.Time // zero: it holds removals
}

// BrakeQuiet is how long a stop stands without holding anything, and how long
// an admin's approval lasts: users who sign in once a week are covered.
const BrakeQuiet = 7 * 24 * time.Hour

// Allowed reports whether an admin's approval is in force at a moment.
func (s BrakeStop) Allowed(at time.Time) bool { return at.Before(s.Until) }

// Holds reports whether the stop is in force at a moment.
func (s BrakeStop) Holds(at time.Time) bool {
	return s.Until.IsZero() && at.Before(s.Last.Add(BrakeQuiet))
}

// GroupLosses counts the users who lost a group through a connection, except
// the user of the snapshot.
type GroupLosses struct {
	People int // within the window, including those whose loss is held for the share
	// Members is the number of members at the start of the window, counted only
	// as far as needed; 0 while People is too small to matter.
	Members int
}

// BrakeFacts has the facts about recent sign-ins through a connection from which
// the brake decides.
type BrakeFacts struct {
	Rules Brake     // which Losses were counted with
	At    time.Time // of the sign-in
	Stops []BrakeStop
	// Signs are the newest signs of other users within a day, newest first.
	Signs    []BrakeSign
	LastSign BrakeSign // the user's own last sign
	// AssertedBefore are the asserted names that were already asserted for the user
	// before. It is read only if they may lose a group.
	AssertedBefore []string
	Losses         map[GroupID]GroupLosses // of groups that the user may lose
}

// BrakeNote is the record that a plan adds for the brake; the store keeps it.
type BrakeNote struct {
	Sign BrakeSign
	// Losses are memberships that the plan removes, or would remove if they
	// were not held for the share of their group. Default groups are left out.
	Losses []Membership
	Begun  []BrakeStop
	Ended  []BrakeStop
}

// HeldTally counts the held syncs of one cause, and says whether more will be
// held.
type HeldTally struct {
	Cause      HeldCause
	Connection ConnectionID
	Group      GroupID // HeldGroupShare alone
	GroupName  string  // "organization/name"
	Waiting    int
	Newest     HeldSyncID // of those waiting; "" if none waits
	Since      time.Time  // of the oldest waiting, or of the stop
	Standing   bool       // further removals are held, too
	// Lost is how many users lost a membership to the same cause before it was
	// noticed, and have not got it back.
	Lost int
}

// Mass reports whether the cause concerns many users.
func (t HeldTally) Mass() bool { return t.Cause == HeldNamesChanged || t.Cause == HeldGroupShare }

// HeldDecision is an admin's decision about all held syncs of one cause.
type HeldDecision struct {
	Cause      HeldCause
	Connection ConnectionID // "": of any
	Group      GroupID      // "": any
	Through    HeldSyncID   // the newest that was shown to the admin; "": all
	Approve    bool         // otherwise discard
	// Restore gives back, with a discard, what users lost to the same cause.
	Restore bool
}

// HeldResult is the result of a HeldDecision.
type HeldResult struct {
	Decided  int // held syncs
	Restored int // users who got memberships back
}
