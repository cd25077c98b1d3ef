package sso

import "time"

// ShadowDifference is what a draft would have made of a sign-in that went by
// what is live. It is kept for each person, the latest time that there was one.
type ShadowDifference struct {
	Enterprise EnterpriseID
	Connection ConnectionID
	Since      time.Time // Connection.Shadow when it was compared: of another comparison it does not count
	Person     string    // the login by which they signed in, or would have
	User       UserID    // "" for somebody who is nobody here yet
	Attempt    AttemptID
	At         time.Time
	Times      int // how often something differed about them
	// LiveCode and DraftCode are how it ended and would have ended; "": they got in.
	LiveCode, DraftCode string
	Detail              ShadowDetail
}

// ShadowDetail is what differs.
type ShadowDetail struct {
	Fields []ShadowField `json:"fields,omitempty"` // of the identity
	// Lost and Gained are names of groups that only what is live, or only the
	// draft, takes as said.
	Lost   []string `json:"lost,omitempty"`
	Gained []string `json:"gained,omitempty"`
	// Added and Removed are what the draft would change in what the person is in
	// after the sign-in as it was.
	Added   []GroupChange `json:"added,omitempty"`
	Removed []GroupChange `json:"removed,omitempty"`
	Held    bool          `json:"held,omitempty"`   // the brake would have held that
	Cause   HeldCause     `json:"cause,omitempty"`  // why; "" unless Held
	Reason  string        `json:"reason,omitempty"` // why the draft would have refused, for the admin
}

// ShadowField is one field of an identity as both see it.
type ShadowField struct {
	Field string `json:"field"` // "login", "email"…
	Live  string `json:"live"`
	Draft string `json:"draft"`
}

// Differs reports whether there is anything to tell.
func (d ShadowDifference) Differs() bool {
	x := d.Detail
	return d.LiveCode != d.DraftCode ||
		len(x.Fields)+len(x.Lost)+len(x.Gained)+len(x.Added)+len(x.Removed) > 0 ||
		x.Held
}

// ShadowTally counts what was compared since Connection.Shadow.
type ShadowTally struct {
	Compared  int // sign-ins
	Differing int // of them
	Refused   int // sign-ins that succeeded, and would not have
	Admitted  int // sign-ins that failed, and would not have
	People    int // about whom something differed
	At        time.Time
}
