package sso

import "time"

// ConnectionReach is who a connection is for: what is asked before it goes.
type ConnectionReach struct {
	State  ConnectionState
	People int // active people whom it knows
	// Only are those of People whom no other enabled connection knows, and
	// Logins what some of them are called.
	Only     int
	Logins   []string
	Active   int  // active people of the enterprise, known to a connection or not
	Enforced bool // the enterprise's admins come in by single sign-on alone
	Others   int  // enabled connections besides it
	// Sessions are those begun through it that are still alive.
	Sessions int
	LastSeen time.Time // the last time that somebody of People signed in through it; zero: never
}

// CheckEnforced is a Conflict "would_lock_out" of disabling or deleting the
// connection while single sign-on is enforced and no other connection is
// enabled, or nil. It also covers a connection that is disabled already: without
// it nothing would be left to enable. A draft that was never enabled may go.
func (r ConnectionReach) CheckEnforced() error {
	if !r.Enforced || r.Others > 0 || r.State == ConnectionDraft {
		return nil
	}
	return &Error{
		Kind: Conflict,
		Code: "would_lock_out",
		Public: "Single sign-on is enforced for this company and no other connection is enabled, so this one can be neither disabled nor deleted. " +
			"Enable another connection first, or stop enforcing single sign-on.",
	}
}
