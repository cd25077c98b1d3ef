// Package sessions answers who a session belongs to without asking the store
// each time, and never later than the store would.
//
// The store is the source of truth. A [Cache] keeps its answers for half a
// minute, applies idle and absolute lifetimes by the clock each time, and reads
// the store's list of revocations twice a second, at once after one on this
// node ([Cache.Revoked]) and as soon as another node announces one over a
// [Bus]. If the list cannot be read for two seconds, the cache is not used:
// then the store is asked about every request, and if it cannot answer the
// error is Unavailable, never "signed out".
//
// The list is not in the order of commits: a number that is missing is asked for
// again until no transaction can have it (gap.go).
//
// A revocation does not search for entries to remove. It is recorded with a
// number that grows (revoked.go), and every entry read from the store before
// that number is read again. So a read that overlaps the commit of a revocation
// cannot outlive it, whichever comes first.
//
// A node confirms that it has forgotten a user whom an identity provider took away
// (departed.go): the receipt of the deprovisioning says how long each node took.
//
// Tokens of users are cached beside sessions, in maps of their own, and forgotten by
// the same revocations ([Cache.TokenPrincipal]).
//
// What must not live here: cookies, SQL, who may end a session.
package sessions
