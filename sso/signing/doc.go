// Package signing signs assertions to applications, and publishes what they are
// verified with.
//
// The keys are in the store, sealed, the same for every node. Which of them signs
// is a function of the clock: a new key is published for an hour before it signs,
// and an old one for an hour after it has signed last, so whoever fetches the
// keys now and then always has the right one. What was read is kept: signing and
// publishing go on while the store is away.
//
// What must not live here: what is asserted, HTTP, SQL.
package signing
