package sso

import (
	"strings"
	"time"
)

// Move makes the users of one connection known at another: the first sign-in or push
// there whose attribute has the value of a user is that user's. No entry of a move
// counts before all of them are written.
type Move struct {
	ID         MoveID
	Enterprise EnterpriseID
	// From is the connection that the users are known at; "" for users who are known
	// at none, because their connection was deleted.
	From      ConnectionID
	To        ConnectionID
	By        MoveBy
	State     MoveState
	Counts    MoveCounts // as of now
	After     UserID     // the last user whose entry is written, while collecting
	CreatedBy Actor
	CreatedAt time.Time
	ReadyAt   time.Time // zero while collecting
	EndedAt   time.Time // of MoveUndone
}

// MoveBy names the attribute by which users are found: MoveByLogin, MoveByEmail,
// MoveByExternalID, or the name of a claim after MoveByAttribute.
type MoveBy string

// The attributes.
const (
	MoveByLogin MoveBy = "login"
	MoveByEmail MoveBy = "email"
	// MoveByExternalID compares the externalId that the former connection pushed with
	// the subject or the externalId at the new one.
	MoveByExternalID MoveBy = "external_id"
	// MoveByAttribute precedes the name of a claim that both identity providers assert.
	MoveByAttribute MoveBy = "attribute:"
)

// Attribute returns the name of the claim, and whether users are found by one.
func (b MoveBy) Attribute() (name string, is bool) {
	return strings.CutPrefix(string(b), string(MoveByAttribute))
}

// maxMoveBy is the longest MoveBy, in bytes.
const maxMoveBy = 265

// Validate accepts an attribute by which users can be found.
func (b MoveBy) Validate() []FieldError {
	name, is := b.Attribute()
	switch {
	case b == MoveByLogin, b == MoveByEmail, b == MoveByExternalID:
		return nil
	case is && strings.TrimSpace(name) == name && name != "" && len(b) <= maxMoveBy && Sanitize(name) == name:
		return nil
	}
	return []FieldError{{"by", "Use login, email, external_id, or attribute:NAME with the name of a claim."}}
}

// MoveState is the state of a move: collecting → ready → undone.
type MoveState string

// The states.
const (
	MoveCollecting MoveState = "collecting" // entries are being written; none counts
	MoveReady      MoveState = "ready"
	MoveUndone     MoveState = "undone"
)

// MoveEntryState is the state of one user in a move.
type MoveEntryState string

// The states. Only waiting, held, blocked and used entries are compared with sign-ins.
const (
	MoveWaiting MoveEntryState = "waiting" // for the first sign-in at the new connection
	MoveUsed    MoveEntryState = "used"    // the user has come
	// MoveHeld waits for an admin: whose account it is cannot be told by the value.
	MoveHeld MoveEntryState = "held"
	// MoveBlocked is of a deactivated user: a sign-in with the value is theirs and is
	// refused, so that it does not make a new account.
	MoveBlocked   MoveEntryState = "blocked"
	MoveUnmatched MoveEntryState = "unmatched" // there is no value to find the user by
	MoveThere     MoveEntryState = "there"     // the user is known at the new connection already
	MoveLeft      MoveEntryState = "left"      // an admin decided that the user is not moved
)

// MoveReason is why an entry is not simply waiting.
type MoveReason string

// The reasons.
const (
	MoveNoValue     MoveReason = "no_value"
	MoveDeactivated MoveReason = "deactivated"
	MoveTwice       MoveReason = "twice"     // another user of the former connection has the value
	MoveAtTarget    MoveReason = "at_target" // another account at the new connection has the value
	MoveTaken       MoveReason = "taken"     // another active user of the company has the value
	MoveAdmin       MoveReason = "admin"     // the user administers the company
	MoveOperator    MoveReason = "operator"  // the account of an operator is tied to the user
	// MoveOutdated says that the user signed in last with another login than the account
	// has. The next person may have the login.
	MoveOutdated MoveReason = "outdated"
)

// MoveEntry is one user in a move.
type MoveEntry struct {
	Move  MoveID
	User  UserID
	Login string // of the user, as of now
	Key   string // attribute and value; "" if there is none
	State MoveEntryState
	Why   MoveReason // "" of a waiting one
	Other UserID     // who has the value, too; "" if no one does
	// DecidedBy is the admin who approved a held user; "" if the entry was not held.
	DecidedBy Actor
	UsedAt    time.Time
	Subject   string // of MoveUsed, at the new connection; "" while only pushed
}

// HeldMove is an entry about which an actor decides, with what the decision gives away.
type HeldMove struct {
	MoveEntry
	Admin    bool // the user administers the enterprise now
	Operator bool // an operator's account is tied to the user now
	Appoints bool // the actor could make a user an admin in another way as well
}

// MoveCounts counts the users of a move by what is expected of them.
type MoveCounts struct {
	Waiting   int // matched, and not seen at the new connection yet
	Used      int
	Held      int
	Unmatched int // with those who are deactivated
	There     int
	Left      int
}

// Add counts one more user in a state.
func (c *MoveCounts) Add(s MoveEntryState, n int) {
	switch s {
	case MoveWaiting:
		c.Waiting += n
	case MoveUsed:
		c.Used += n
	case MoveHeld:
		c.Held += n
	case MoveThere:
		c.There += n
	case MoveLeft:
		c.Left += n
	default:
		c.Unmatched += n
	}
}

// Matched counts the users who are moved.
func (c MoveCounts) Matched() int { return c.Waiting + c.Used }

// MovePreview is what a move would do now. The lists are sorted by login and
// have at most MovePreviewed users each.
type MovePreview struct {
	Counts    MoveCounts
	Matched   []MoveEntry
	Unmatched []MoveEntry
	Held      []MoveEntry
}

// MovePreviewed is the length of each list of a preview.
const MovePreviewed = 1000

// MoveFilter narrows a list of entries; the zero value means any.
type MoveFilter struct {
	// State of an entry; MoveUnmatched lists blocked ones as well.
	State MoveEntryState
}

// MoveAnswer is an admin's decision about a held entry.
type MoveAnswer string

// The answers.
const (
	AnswerMove  MoveAnswer = "move"  // a sign-in with the value is this user's
	AnswerLeave MoveAnswer = "leave" // no sign-in with the value is this user's
)
