// Package identity decides whose an asserted identity is: which user it belongs
// to, whether a user is new, waits for an admin or is refused, when an e-mail
// address counts as verified, and who becomes active again.
//
// Every function is pure. The store finds the candidates in the transaction of
// a sign-in, calls [Match] and [Resolve], asks for the verdict about the sign-in,
// calls [Resolution.Settle], and writes the result. Users whom an identity
// provider pushes have a ladder of their own, provisioningLadder, and [Provision].
//
// What must not live here: reading or writing the store, the clock, whether a
// sign-in is allowed (sso/evaluate), memberships (groupsync).
package identity
