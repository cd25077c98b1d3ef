package sso

import "time"

// Erased is in place of a personal value of a deleted user in the audit trail.
const Erased = "[erased]"

// Erasure is what is left of a user who was deleted: that there was one. Keyed digests
// keep sign-ins and pushes from making the user again until an admin lifts that.
type Erasure struct {
	Enterprise EnterpriseID
	User       UserID
	By         Actor
	At         time.Time
	Accounts   int       // that were deleted: the user, and those merged into them
	LiftedBy   Actor     // "" while the user cannot come again
	LiftedAt   time.Time // zero while the user cannot come again
}

// ErasurePreview is what the deletion of a user would delete, and why it is not possible.
type ErasurePreview struct {
	User        User
	Accounts    int // the user, and those merged into them
	Identities  int
	Provisioned int // users that identity providers pushed
	Attempts    int
	Syncs       int
	Tokens      int
	Forbidden   []*Error // empty if the deletion is possible
}

// AccountDeleted is the error of a sign-in that would make a deleted user again.
func AccountDeleted() *Error {
	return &Error{
		Kind:   Forbidden,
		Code:   "account_deleted",
		Public: "This account was deleted here. Ask your administrator.",
	}
}

// PushOfDeleted is the error of a push that would make a deleted user again.
func PushOfDeleted() *Error {
	const text = "This person was deleted here. An admin of this service allows the account again, or removes the " +
		"person from what is provisioned."
	return &Error{
		Kind:   Conflict,
		Code:   "account_deleted",
		Public: text,
		Fields: []FieldError{{"userName", text}},
	}
}
