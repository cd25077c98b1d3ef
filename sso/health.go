package sso

import "time"

// Vitals are counts of recent sign-ins of an enterprise.
type Vitals struct {
	Days []SignInCount // by day, connection and outcome; no Code
	Last []SignInCount // since VitalsQuery.Since, by connection, outcome and code; no Day
	// Newest are the newest attempts of each connection, a few that succeeded
	// and a few that failed, newest first, with their checks and groups.
	Newest      []Attempt
	HadGroups   map[UserID]bool // users of Newest whose groups were known before
	LastSuccess map[ConnectionID]time.Time
	Unmatched   int // asserted names that match no group
	Held        int // group syncs waiting for an admin
	HeldBy      []HeldTally
	Questions   int             // users who claim a login that another user has
	Subjects    []SubjectChange // that wait for an answer; no Logins
	More        bool            // Unmatched or Held is a lower bound
}

// VitalsQuery says what Vitals count.
type VitalsQuery struct {
	Since  time.Time // start of Last
	Days   time.Time // start of Days
	Newest int       // attempts of each connection and outcome
}

// SignInCount counts the attempts with one outcome.
type SignInCount struct {
	Connection ConnectionID
	Outcome    Outcome
	Code       string
	Day        time.Time // the day's start, UTC
	Count      int
}

// HealthKind is the subject of a finding.
type HealthKind string

// The kinds. An admin is told once about each threshold.
const (
	HealthCertificate HealthKind = "certificate_expiring" // Threshold: days left at most; 0: expired
	HealthMetadata    HealthKind = "metadata_failing"
	HealthKeys        HealthKind = "keys_replaced" // Threshold: 1 if an admin must confirm it
	HealthGroups      HealthKind = "groups_vanished"
	HealthHeld        HealthKind = "sync_held"
	HealthErrors      HealthKind = "sign_ins_failing"
	HealthLogins      HealthKind = "logins_contested"
	HealthSubjects    HealthKind = "subjects_changed"
	HealthTrust       HealthKind = "trust_waiting"
	HealthTrusted     HealthKind = "trust_changed"
	HealthRule        HealthKind = "login_rule_on"
	HealthToken       HealthKind = "scim_token_expiring"    // Threshold as of a certificate
	HealthService     HealthKind = "service_token_expiring" // Threshold as of a certificate
	HealthAPIToken    HealthKind = "api_token_expiring"     // Threshold as of a certificate
	HealthRefused     HealthKind = "provisioning_refused"
	HealthSilent      HealthKind = "provisioning_silent"
	HealthMissing     HealthKind = "members_missing" // Subject: the group
)

// Finding is one problem of an enterprise, identified by its HealthKey.
type Finding struct {
	HealthKey
	Threshold int // severity, on a scale of its kind
	FindingDetail
}

// HealthKey identifies a problem.
type HealthKey struct {
	Kind       HealthKind
	Connection ConnectionID // "" if it is about no connection
	Subject    string       // which of several, such as a certificate's fingerprint
}

// FindingDetail describes a finding for an admin.
type FindingDetail struct {
	Text string    `json:"text"`           // what the problem is
	Side string    `json:"side"`           // who must act: a side of the troubleshooting guide
	Do   string    `json:"do"`             // what to do, and where
	By   time.Time `json:"by,omitzero"`    // deadline; zero: now
	At   time.Time `json:"since,omitzero"` // since when; zero: not known
	Path string    `json:"path"`           // page of the console, below the enterprise: "connections/conn-…"
	// Urgent says that users cannot sign in, or soon will not.
	Urgent bool `json:"urgent,omitempty"`
}

// HealthEvent is a recorded finding.
type HealthEvent struct {
	ID         HealthEventID
	Enterprise EnterpriseID
	Finding
	FoundAt    time.Time
	MailedAt   time.Time // zero: not yet
	ResolvedAt time.Time // zero: unresolved
}

// HealthFilter narrows a list of health events; the zero value of a field means
// any.
type HealthFilter struct {
	Kind HealthKind
	Open bool // only unresolved ones
}

// EnterpriseSummary is an enterprise as the list shows it.
type EnterpriseSummary struct {
	Enterprise  Enterprise
	People      int
	Enabled     int // connections
	Drafts      int // connections with a draft that was not enabled
	LastSuccess time.Time
}
