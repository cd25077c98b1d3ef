package sso

import "time"

// ConnectionReach counts the users and sessions that depend on a connection. It is checked before the
// connection is deleted or disabled.
type ConnectionReach struct {
	State  ConnectionState
	People int // active users with an identity at it
	// Exclusive counts the users of People without an identity at another enabled
	// connection; Logins are the logins of some of them.
	Exclusive int
	Logins    []string
	Active    int  // active users of the enterprise
	Enforced  bool // the enterprise's admins must use single sign-on
	Others    int  // other enabled connections
	// Sessions are live sessions that began through it.
	Sessions int
	LastSeen time.Time // the last sign-in of a user of People through it; zero: never
}

// CheckEnforced returns Conflict "would_lock_out" if the connection may not be
// disabled or deleted because single sign-on is enforced and no other
// connection is enabled. It applies to a disabled connection, too: without it
// nothing would be left to enable. A draft that was never enabled may be
// deleted.
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
