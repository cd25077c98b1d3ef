// Package groupsync decides what a sign-in does to a person's memberships. It
// is pure: [Plan] takes what the identity provider said and what is there, and
// gives the difference and a record of why.
//
// The one rule above all others: unknown never removes anyone.
//
// What must not live here: reading or writing the store, HTTP, the clock.
package groupsync
