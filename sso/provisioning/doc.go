// Package provisioning is what an identity provider does over SCIM, in order:
// which token it has and what that allows, how fast it may go, which version of
// a resource it changes, what the change makes of the resource, and what is
// recorded of it. [Service] has one method for each kind of request.
//
// The protocol is package scim's: it reads what was sent and applies PATCH
// operations. What follows from a change (accounts, memberships, sessions) is
// made by the store in the transaction that writes the resource.
//
// Every text that an identity provider is refused with is in text.go. It is
// shown to an admin in another product, so it says what is missing, what is
// there, and what to press.
//
// What must not live here: HTTP, JSON of requests and responses, SQL.
package provisioning
