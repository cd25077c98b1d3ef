// Package sessions answers who a session speaks for without asking the store
// each time, and never later than the store would.
//
// The store is the truth. A [Cache] remembers what it said for half a minute,
// decides idle and absolute lifetimes by the clock each time, and reads the
// store's list of revocations twice a second, at once after one on this node
// ([Cache.Revoked]) and as soon as another node says so over a [Bus]. If the
// list cannot be read for two seconds, what is remembered is not used: then the
// store is asked about every request, and if it cannot answer that is
// Unavailable, never "signed out".
//
// Nothing is searched for and removed on a revocation. What was revoked is
// noted with a number that grows (revoked.go), and whatever was read from the
// store before that number is asked for again. So what was being read while a
// revocation was committed cannot outlive it, whichever comes first.
//
// What must not live here: cookies, SQL, who may end a session.
package sessions
