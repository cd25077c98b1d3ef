// Package overview is the enterprises: the list of them, and of each whether
// sign-in is healthy right now and what needs doing, each line with where it is
// done.
//
// What must not live here: what is unwell, which sso/health finds.
package overview
