// Package connections is what an admin does to connections and domains: what may be
// configured, what is refused and why, and when a change reaches the people who
// sign in.
//
// A connection is edited beside what it serves with. [Service.Edit] makes or
// changes the draft, [Service.Enable] swaps it in, [Service.Rollback] returns to
// the version before. Nothing in between reaches anybody. The identity
// provider's own metadata is the exception: it is fetched again in the
// background, or when an answer is signed with a key we do not know, and then
// replaces keys and addresses in every version that takes them from there.
//
// Bad input is refused with every problem at once, each named as in the REST API
// ("saml.metadata_url"). What will work but should not stay as it is comes back
// as a [Warning].
//
// What must not live here: how a message is verified (saml, oidc), HTTP
// handlers, SQL, and what is made of an identity (mapping, policy, groupsync).
package connections
