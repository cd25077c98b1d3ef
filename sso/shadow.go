package sso

import "time"

// ShadowDifference records how a sign-in would have differed under the draft
// configuration; the latest per user is kept.
type ShadowDifference struct {
	Enterprise EnterpriseID
	Connection ConnectionID
	Since      time.Time // Connection.Shadow at the comparison; differences of an earlier one do not count
	Person     string    // the login they signed in with, or would have
	User       UserID    // "" for a user who does not exist yet
	Attempt    AttemptID
	At         time.Time
	Times      int // how often something differed for them
	// LiveCode and DraftCode are the error codes of the sign-in under each
	// configuration; "" for a success.
	LiveCode, DraftCode string
	Detail              ShadowDetail
}

// ShadowDetail lists the differences.
type ShadowDetail struct {
	Fields []ShadowField `json:"fields,omitempty"` // of the identity
	// Lost and Gained are names of groups asserted only under the live
	// configuration, and only under the draft.
	Lost   []string `json:"lost,omitempty"`
	Gained []string `json:"gained,omitempty"`
	// Added and Removed are the membership changes the draft would make after
	// the sign-in.
	Added   []GroupChange `json:"added,omitempty"`
	Removed []GroupChange `json:"removed,omitempty"`
	Held    bool          `json:"held,omitempty"`   // the brake would have held these changes
	Cause   HeldCause     `json:"cause,omitempty"`  // why; "" unless Held
	Reason  string        `json:"reason,omitempty"` // why the draft would have refused, for the admin
}

// ShadowField is one field of an identity under both configurations.
type ShadowField struct {
	Field string `json:"field"` // "login", "email"…
	Live  string `json:"live"`
	Draft string `json:"draft"`
}

// Differs reports whether there is a difference.
func (d ShadowDifference) Differs() bool {
	x := d.Detail
	return d.LiveCode != d.DraftCode ||
		len(x.Fields)+len(x.Lost)+len(x.Gained)+len(x.Added)+len(x.Removed) > 0 ||
		x.Held
}

// ShadowTally counts the comparisons since Connection.Shadow.
type ShadowTally struct {
	Compared  int // sign-ins
	Differing int // of them
	Refused   int // succeeded, but would have failed
	Admitted  int // failed, but would have succeeded
	People    int // users with a difference
	At        time.Time
}
