// Package signing signs assertions to applications, and publishes the keys that
// verify them.
//
// The keys are in the store, encrypted, the same for every node. The clock
// decides which of them signs: a new key is published for an hour before it
// signs, and an old one for an hour after it last signed, so a client that
// fetches the keys regularly always has the right one. Keys are cached: signing
// and publishing continue while the store is down.
//
// What must not live here: what is asserted, HTTP, SQL.
package signing
