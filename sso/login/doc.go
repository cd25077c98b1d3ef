// Package login carries sign-ins from the first request to the session:
//
//	Begin     connection → pending login → the protocol's request
//	Complete  response → pending login → evaluate → one transaction → session
//	Verify    code → evaluate → one transaction → session
//	Logout    ends sessions here and at the identity provider
//
// What a response comes to is decided by package evaluate; login writes it, in
// one transaction in which the store calls the decision. Responses to test
// connections are passed on to package trial. A failure is recorded as an [sso.Attempt] whose ID the user is shown
// as the reference.
//
// What must not live here: how a message is verified, who is let in, trials that write nothing, SQL, HTTP,
// HTML.
package login
