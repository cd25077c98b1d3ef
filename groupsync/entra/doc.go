// Package entra asks Microsoft Graph for a user's groups when Entra ID sent a
// pointer in place of the list. It signs in as an application of the customer's
// own (client credentials) and asks for transitive memberships, as the token
// would have listed them. For the comparison of expected and actual members it
// lists those of a group.
//
// It returns a complete list or an error: a list with missing or unreadable
// parts would remove users from groups.
//
// What must not live here: what is done with the list; keeping tokens (an
// overage is rare, and a stored token can be stolen); which addresses may be
// called, which the HTTP client decides.
package entra
