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
