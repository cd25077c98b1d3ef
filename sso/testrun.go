package sso

import "time"

// TestKind is what a test connection is made of.
type TestKind string

// The kinds.
const (
	TestLive     TestKind = "live"     // a sign-in at the identity provider
	TestCaptured TestKind = "captured" // a response that somebody pasted: its checks alone
	TestReplay   TestKind = "replay"   // what a recorded attempt asserted, through the draft's mapping
)

// TestState is how far a test connection is: waiting → passed, failed or expired.
type TestState string

// The states.
const (
	TestWaiting TestState = "waiting" // for the browser to come back
	TestPassed  TestState = "passed"
	TestFailed  TestState = "failed"
	TestExpired TestState = "expired" // nobody came back in time
)

// TestRun is a test connection and what came of it. It makes no user, no session
// and no membership.
type TestRun struct {
	ID         TestRunID
	Enterprise EnterpriseID
	Connection ConnectionID
	Kind       TestKind
	State      TestState
	By         Actor
	Token      Hash  // of the value in the link that starts a live one; zero otherwise
	Revision   int64 // of the connection when it ended: a later one was not tested
	Version    int   // of the configuration that was tested
	Code       string
	Detail     string // for the admin: what was wanted and what came
	Warned     int    // how many warnings of the result need action: with any, a passed test is not green
	Result     TestResult
	CreatedAt  time.Time
	ExpiresAt  time.Time // of a live one: when nobody comes back any more
	EndedAt    time.Time // zero while waiting
}

// TestResult is all that a test connection found, as far as it got.
type TestResult struct {
	Checks     []Check             `json:"checks"`
	Identity   *Identity           `json:"identity,omitempty"` // nil if it did not get that far
	Origins    map[string]string   `json:"origins,omitempty"`  // field of the identity → the claim its value came from
	Known      UserID              `json:"known,omitempty"`    // whom a sign-in would be of; "" for a newcomer
	Changes    []OrganizationDelta `json:"changes,omitempty"`
	Mode       SyncMode            `json:"mode,omitempty"` // what would be applied
	Note       string              `json:"note,omitempty"`
	Unmatched  []string            `json:"unmatched,omitempty"`
	NearMisses []NearMiss          `json:"near_misses,omitempty"`
	Email      EmailDecision       `json:"email"`
	Allowed    *bool               `json:"allowed,omitempty"` // by allow_sign_in; nil if it did not get that far
	Warnings   []Warning           `json:"warnings,omitempty"`
	Raw        string              `json:"raw,omitempty"` // what came, redacted: safe to show and to send on
}

// OrganizationDelta is what a sign-in would change in one organization, by the
// names of groups.
type OrganizationDelta struct {
	Organization OrganizationID `json:"organization"`
	Name         string         `json:"name"`
	Added        []string       `json:"added"`
	Removed      []string       `json:"removed"`
	Kept         []string       `json:"kept"`
	// Defaults are those of Added and Kept that no name matches: default groups of
	// the connection.
	Defaults []string `json:"defaults,omitempty"`
}

// TestFilter narrows a list of test connections; the zero value of a field means
// any.
type TestFilter struct {
	Connection ConnectionID
	State      TestState
}

// Examined is an answer of an identity provider as a test connection looks at
// it: the same checks as a sign-in, and what came.
type Examined struct {
	Assertion Assertion // zero if a check failed
	Checks    []Check   // up to the one that failed
	Raw       string    // what came, without what is secret or ends sessions
	// Captured says that it came some time ago: its times were checked as of At, and
	// what only the browser of that sign-in knows was not compared.
	Captured bool
	At       time.Time
}
