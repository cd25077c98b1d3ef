// Package entra asks Microsoft Graph which groups a person is in, where Entra ID
// sent a pointer in place of the list. It signs in as an application of the
// company's own (client credentials) and asks for transitive memberships, as
// the token would have listed them.
//
// A list is given back whole or not at all: whatever is missing, unreadable or
// too much is an error, since a list cut short would take people out of groups.
//
// What must not live here: what is done with the list; keeping tokens (an
// overage is rare, and a token kept is a token to lose); which addresses may be
// called, which is the business of the client that is passed in.
package entra
