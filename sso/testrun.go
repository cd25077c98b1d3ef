package sso

import "time"

// TestKind is the source of a test connection.
type TestKind string

// The kinds.
const (
	TestLive     TestKind = "live"     // a sign-in at the identity provider
	TestCaptured TestKind = "captured" // a pasted response: only its checks
	TestReplay   TestKind = "replay"   // the assertion of a recorded attempt, through the draft's mapping
)

// TestState is the state of a test connection: waiting → passed, failed or
// expired.
type TestState string

// The states.
const (
	TestWaiting TestState = "waiting" // for the browser to come back
	TestPassed  TestState = "passed"
	TestFailed  TestState = "failed"
	TestExpired TestState = "expired" // the browser did not come back in time
)

// TestRun is a test connection and its result. It creates no user, no session
// and no membership.
type TestRun struct {
	ID         TestRunID
	Enterprise EnterpriseID
	Connection ConnectionID
	Kind       TestKind
	State      TestState
	By         Actor
	Token      Hash  // of the value in the link that starts a live test; zero otherwise
	Revision   int64 // of the connection when it ended: later ones were not tested
	Version    int   // of the configuration that was tested
	Code       string
	Detail     string // for the admin: what was expected and what came
	Warned     int    // warnings that need action: with any, a passed test is not green
	Result     TestResult
	CreatedAt  time.Time
	ExpiresAt  time.Time // of a live one: when its browser is no longer expected
	EndedAt    time.Time // zero while waiting
}

// TestResult is everything that a test connection found before it ended.
type TestResult struct {
	Checks     []Check             `json:"checks"`
	Identity   *Identity           `json:"identity,omitempty"` // nil if it ended before
	Origins    map[string]string   `json:"origins,omitempty"`  // field of the identity → the claim its value came from
	Known      UserID              `json:"known,omitempty"`    // the user a sign-in would belong to; "" for a new one
	Changes    []OrganizationDelta `json:"changes,omitempty"`
	Mode       SyncMode            `json:"mode,omitempty"` // what would be applied
	Note       string              `json:"note,omitempty"`
	Unmatched  []string            `json:"unmatched,omitempty"`
	NearMisses []NearMiss          `json:"near_misses,omitempty"`
	Email      EmailDecision       `json:"email"`
	Allowed    *bool               `json:"allowed,omitempty"` // by allow_sign_in; nil if it ended before
	Warnings   []Warning           `json:"warnings,omitempty"`
	Raw        string              `json:"raw,omitempty"` // the response, redacted: safe to show and to forward
}

// OrganizationDelta lists the changes that a sign-in would make in one
// organization, by the names of groups.
type OrganizationDelta struct {
	Organization OrganizationID `json:"organization"`
	Name         string         `json:"name"`
	Added        []string       `json:"added"`
	Removed      []string       `json:"removed"`
	Kept         []string       `json:"kept"`
	// Defaults are those of Added and Kept that no name matches: default groups
	// of the connection.
	Defaults []string `json:"defaults,omitempty"`
}

// TestFilter narrows a list of test connections; the zero value of a field means
// any.
type TestFilter struct {
	Connection ConnectionID
	State      TestState
}

// Examined is the result of verifying a response.
type Examined struct {
	Assertion Assertion // zero if a check failed
	Checks    []Check   // up to the one that failed
	// Show renders the response without what is secret or ends sessions. It is nil
	// if none was read; a sign-in does not call it.
	Show func() string
	// Captured says that the response was pasted: its times were checked as of
	// At, and values known only to the browser of that sign-in were not
	// compared.
	Captured bool
	At       time.Time
}

// Shown returns the response as Show renders it, or "" if none was read.
func (x Examined) Shown() string {
	if x.Show == nil {
		return ""
	}
	return x.Show()
}
