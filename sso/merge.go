package sso

import "time"

// MergeUndoable is how long a merge can be undone.
const MergeUndoable = 30 * 24 * time.Hour

// Merge made two users of an enterprise one: what led to From leads to Into. From
// stays, deactivated, with its history.
type Merge struct {
	ID         MergeID
	Enterprise EnterpriseID
	From, Into UserID
	Moved      MergeMoved
	By         Actor
	At         time.Time
	UndoneBy   Actor     // "" if it was not undone
	UndoneAt   time.Time // zero if it was not undone
}

// Undoable reports whether the merge can be undone, as far as its time says.
func (m Merge) Undoable(now time.Time) bool {
	return m.UndoneAt.IsZero() && now.Before(m.At.Add(MergeUndoable))
}

// MergeMoved is what a merge moved, and its undoing moves back.
type MergeMoved struct {
	Status      UserStatus      // of From before
	LoginGiven  bool            // the merge made Into keep its login
	Login       string          `json:",omitempty"` // of Into, which it keeps
	Identities  []MovedIdentity `json:",omitempty"`
	Resources   []MovedResource `json:",omitempty"` // active provisioned users
	Moves       []MoveID        `json:",omitempty"` // moves that expected From, and expect Into
	Memberships []Membership    `json:",omitempty"` // of From before
	Gained      []GroupID       `json:",omitempty"` // groups that Into was not in
	Attributes  []string        `json:",omitempty"` // attributes that Into did not have
}

// MovedIdentity is an identity of From as it was.
type MovedIdentity struct {
	UserIdentity
	Became  LinkedSubjectID // of Into: "" if it is not a linked subject
	Dropped bool            // Into has one of the connection with the login
}

// MovedResource is a provisioned user who is active.
type MovedResource struct {
	Connection ConnectionID
	ID         ResourceID
}

// MergePreview is what a merge would do, and why it is not possible.
type MergePreview struct {
	From, Into User
	Identities []UserIdentity   // that lead to Into afterwards
	Resources  []MovedResource  // provisioned users that belong to Into afterwards
	Gained     []UserMembership // memberships that Into does not have
	KeepsLogin bool             // sign-ins leave Into's login as it is afterwards
	Sessions   int              // of From, which end
	Tokens     int              // of From, which end
	HeldSyncs  int              // of From, which are discarded
	Admin      bool             // From is appointed as an admin, and Into does not become one
	Stays      []UserIdentity   // of From: the identity provider of the connection ended From
	Forbidden  []*Error         // empty if the merge is possible
}

// MergeFilter narrows a list of merges; the zero value of a field means any.
type MergeFilter struct {
	User UserID // either of the two
}

// UserMerged returns the error for a change of a user who was merged into another.
func UserMerged(into UserID) *Error {
	return &Error{
		Kind: Conflict,
		Code: "user_merged",
		Public: "This account was merged into " + string(into) + ", and leads there. " +
			"Change that account, or undo the merge.",
	}
}

// AdminAccount returns the error for a token that would give the account of an admin to
// another login, although it could not make a user an admin.
func AdminAccount() *Error {
	return &Error{
		Kind: Conflict,
		Code: "admin_account",
		Public: "The account administers the company. Only a token of the installation with the scopes groups:write " +
			"and members:write can give it another login. An admin can in the console.",
	}
}
