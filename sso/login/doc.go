// Package login carries sign-ins from the first request to the session:
//
//	Begin     connection → pending login → the protocol's request
//	Complete  response → pending login → evaluate → one transaction → session
//	Verify    code → evaluate → one transaction → session
//	Logout    ends sessions here and at the identity provider
//
// Package evaluate decides about a response; login writes the decision, in one
// transaction in which the store calls it. Package trial takes the responses to
// test connections. A failure is recorded as an [sso.Attempt], and its ID is the
// reference that the user sees.
//
// What must not live here: how a message is verified, who is let in, trials that write nothing, SQL, HTTP,
// HTML.
package login
