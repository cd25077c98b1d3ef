// Package login is the order of a sign-in, and the only place that knows it:
//
//	Begin     connection → pending login → the protocol's request
//	Complete  connection → which pending login → the protocol verifies →
//	          mapping → groups → one transaction → session
//
// The steps do not know each other: SAML and OIDC give an [sso.Assertion],
// package mapping an [sso.Identity], package groupsync the changes, the store
// writes. Whatever fails is recorded as an [sso.Attempt] whose ID the person is
// shown as the reference.
//
// What must not live here: how a message is verified, SQL, HTTP, HTML.
package login
