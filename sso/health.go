package sso

import "time"

// Vitals is what recent sign-ins tell about an enterprise, counted by the store.
type Vitals struct {
	Days []SignInCount // by day, connection and outcome; no Code
	Last []SignInCount // since VitalsQuery.Since, by connection, outcome and code; no Day
	// Newest are the newest attempts of each connection, a few that succeeded
	// and a few that failed, newest first, with their checks and groups.
	Newest      []Attempt
	HadGroups   map[UserID]bool // of Newest: whose groups were known once
	LastSuccess map[ConnectionID]time.Time
	Unmatched   int // names of groups that identity providers last said and no group has
	Held        int // group syncs that wait for an admin
	HeldBy      []HeldTally
	Questions   int  // people who claim a login that somebody else has
	More        bool // Unmatched or Held is at least that
}

// VitalsQuery says what Vitals count.
type VitalsQuery struct {
	Since  time.Time // begins Last
	Days   time.Time // begins Days
	Newest int       // attempts of each connection and outcome
}

// SignInCount is how many attempts ended in one way.
type SignInCount struct {
	Connection ConnectionID
	Outcome    Outcome
	Code       string
	Day        time.Time // its beginning, UTC
	Count      int
}

// HealthKind is what a finding is about.
type HealthKind string

// The kinds. Each threshold of one is told once.
const (
	HealthCertificate HealthKind = "certificate_expiring" // Threshold: days left at most; 0: expired
	HealthMetadata    HealthKind = "metadata_failing"
	HealthKeys        HealthKind = "keys_replaced" // Threshold: 1 if an admin has to confirm it
	HealthGroups      HealthKind = "groups_vanished"
	HealthHeld        HealthKind = "sync_held"
	HealthErrors      HealthKind = "sign_ins_failing"
	HealthLogins      HealthKind = "logins_contested"
	HealthTrust       HealthKind = "trust_waiting"
	HealthTrusted     HealthKind = "trust_changed"
	HealthProvisioned HealthKind = "provisioning_missing"
)

// Finding is something that is unwell about an enterprise. Two of the same
// HealthKey are the same trouble.
type Finding struct {
	HealthKey
	Threshold int // how bad it is, by a scale of its kind
	FindingDetail
}

// HealthKey says which trouble it is.
type HealthKey struct {
	Kind       HealthKind
	Connection ConnectionID // "" if it is about none
	Subject    string       // which of several, such as a certificate's fingerprint
}

// FindingDetail is what is told about a finding, in words.
type FindingDetail struct {
	Text string    `json:"text"`           // what is so
	Side string    `json:"side"`           // who must act, as the troubleshooting guide calls the sides
	Do   string    `json:"do"`             // what, and where
	By   time.Time `json:"by,omitzero"`    // until when; zero: now
	At   time.Time `json:"since,omitzero"` // since when it is so; zero: not known
	Path string    `json:"path"`           // where in the console, below the enterprise: "connections/conn-…"
	// Urgent says that people cannot sign in, or soon will not.
	Urgent bool `json:"urgent,omitempty"`
}

// HealthEvent is a finding that was recorded.
type HealthEvent struct {
	ID         HealthEventID
	Enterprise EnterpriseID
	Finding
	FoundAt    time.Time
	MailedAt   time.Time // zero: not yet
	ResolvedAt time.Time // zero: it is still so
}

// HealthFilter narrows a list of health events; the zero value of a field means
// any.
type HealthFilter struct {
	Kind HealthKind
	Open bool // only what is still so
}

// EnterpriseSummary is an enterprise as the list of them shows it.
type EnterpriseSummary struct {
	Enterprise  Enterprise
	People      int
	Enabled     int // connections
	Drafts      int // connections with a draft that waits
	LastSuccess time.Time
}
