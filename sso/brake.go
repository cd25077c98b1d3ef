package sso

import "time"

// HeldCause is why a group sync was held. Held syncs of one cause are decided
// together.
type HeldCause string

// The causes.
const (
	HeldLastAdmin    HeldCause = "last_admin"               // it would take the last member out of the admin groups
	HeldNamesChanged HeldCause = "connection_names_changed" // the names that the connection sends stopped matching
	// HeldGroupShare: sign-ins through the connection would take too many people out of one group
	HeldGroupShare HeldCause = "group_share"
	// HeldMatchesNothing: none of the user's names matches, and they had synced memberships
	HeldMatchesNothing HeldCause = "matches_nothing"
)

// Brake is when a connection's group syncs are held, besides those that would
// take the last admin away, which always are. The zero value of a field means
// its default.
type Brake struct {
	Off    bool    `json:"off,omitempty"`
	Share  int     `json:"share,omitempty"`  // percent of a group's members, 1 to 100
	People int     `json:"people,omitempty"` // of one group: up to so many are never held for the share
	Window Seconds `json:"window,omitempty"` // within which people are counted
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

// Effective is the brake with its defaults filled in.
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

// Span is the window as a duration.
func (b Brake) Span() time.Duration { return time.Duration(b.Effective().Window) * time.Second }

// SignKind is what one sign-in says about whether the names of its connection
// still match.
type SignKind string

// The kinds.
const (
	SignRenamed SignKind = "renamed" // a synced group was lost, and a name that is new and matches nothing came
	SignNothing SignKind = "nothing" // every synced group was lost, and no new name came
	SignMatches SignKind = "matches" // a name matches a group that others lost
)

// Lost reports whether the sign is one of names that stopped matching.
func (k SignKind) Lost() bool { return k == SignRenamed || k == SignNothing }

// BrakeSign is the last sign of one person. Groups are those lost, or matched,
// and Names what the lost ones are called, each once.
type BrakeSign struct {
	User   UserID
	Kind   SignKind // "": none
	Groups []GroupID
	Names  []string
	At     time.Time
}

// BrakeStop holds the removals of a connection (HeldNamesChanged) or those from
// one group (HeldGroupShare) from At on. One that an admin allowed holds nothing,
// and keeps another from beginning, until Until.
type BrakeStop struct {
	Cause  HeldCause
	Group  GroupID   // HeldGroupShare alone
	Groups []GroupID // lost by those who made it begin
	At     time.Time
	Since  time.Time // where the window began that At ends
	Last   time.Time // the last time that it held something
	Until  time.Time // zero: it holds
}

// BrakeQuiet is how long a stop stands that holds nothing, and for how long an
// admin's approval lasts: people who sign in once a week are covered.
const BrakeQuiet = 7 * 24 * time.Hour

// Allowed reports whether an admin's approval counts at a moment.
func (s BrakeStop) Allowed(at time.Time) bool { return at.Before(s.Until) }

// Holds reports whether the stop stands at a moment.
func (s BrakeStop) Holds(at time.Time) bool {
	return s.Until.IsZero() && at.Before(s.Last.Add(BrakeQuiet))
}

// GroupLosses counts who lost a group through a connection, the person of the
// snapshot aside.
type GroupLosses struct {
	People int // within the window, also those whose loss is held for the share
	// Members are those at the window's beginning, counted as far as it matters;
	// 0 while People is too small for that.
	Members int
}

// BrakeFacts is what recent sign-ins through a connection tell the brake.
type BrakeFacts struct {
	Rules Brake     // by which Losses were counted
	At    time.Time // of the sign-in
	Stops []BrakeStop
	// Signs are the newest of other people within a day, newest first.
	Signs  []BrakeSign
	Before BrakeSign // the person's own
	// Said are those of the asserted names that were said of the person before.
	// It is read only if they may lose a group.
	Said   []string
	Losses map[GroupID]GroupLosses // of groups that the person may lose
}

// BrakeNote is what a plan tells the brake; the store keeps it.
type BrakeNote struct {
	Sign BrakeSign
	// Losses are memberships that the plan takes, or would if they were not held
	// for the share of their group. Default groups are not among them.
	Losses []Membership
	Begun  []BrakeStop
	Ended  []BrakeStop
}

// HeldTally counts what waits for one cause, and says whether more will.
type HeldTally struct {
	Cause      HeldCause
	Connection ConnectionID
	Group      GroupID // HeldGroupShare alone
	GroupName  string  // "organization/name"
	Waiting    int
	Newest     HeldSyncID // of those that wait; "" if none does
	Since      time.Time  // of the oldest that waits, or of the stop
	Standing   bool       // removals are held from now on, too
	// Lost is how many people lost a membership to the same cause before it was
	// noticed, and have not got it back.
	Lost int
}

// Mass reports whether the cause is about many people, not about one.
func (t HeldTally) Mass() bool { return t.Cause == HeldNamesChanged || t.Cause == HeldGroupShare }

// HeldDecision is what an admin decides about all that is held for one cause.
type HeldDecision struct {
	Cause      HeldCause
	Connection ConnectionID // "": of any
	Group      GroupID      // "": any
	Through    HeldSyncID   // the newest that was shown; "": all
	Approve    bool         // else discard
	// Restore gives back, with a discard, what people lost to the same cause.
	Restore bool
}

// HeldDecided is what came of a HeldDecision.
type HeldDecided struct {
	Decided  int // held syncs
	Restored int // people who got memberships back
}
