// Package groupsync decides how a sign-in changes a user's memberships. It is
// pure: [Plan] takes what the identity provider asserted and the current
// memberships, and returns the changes with a record of the reasons.
//
// The rule above all others: unknown groups never remove a membership.
//
// What must not live here: reading or writing the store, HTTP, the clock.
package groupsync
