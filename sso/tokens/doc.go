// Package tokens has the rules of the tokens by which programs act for users: who may
// have one, for how long and for which applications, and whose request it is that
// carries one.
//
// A value is checked in this order, so that a wrong one costs next to nothing: its
// form and checksum, the MAC that only this installation can make, the cache, the
// store. Every failure is the same error.
//
// What must not live here: SQL, HTTP headers, what an application accepts.
package tokens
