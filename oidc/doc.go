// Package oidc is the OpenID Connect relying party, built on go-oidc and
// x/oauth2: discovery, the authorization request with PKCE, nonce and state,
// the code exchange, the ID token, userinfo, and logout in both directions. It
// returns an [gatehouse/sso.Assertion] and the list of checks made; on failure
// the list ends with the check that failed.
//
// go-oidc verifies tokens. This package also checks everything that go-oidc
// leaves to its caller, on the bytes whose signature was verified, so that an
// admin can see what each check expected and what it got. go-oidc's verdict
// always counts: a token is accepted only if both accept it.
//
// The discovery document and the keys of an identity provider are cached per
// revision of a connection. Tokens are never stored and never sent to the
// browser.
//
// What must not live here: HTTP handlers and cookies, the database, what a
// claim means (that is mapping), and HTTP clients (New is given a guarded one).
package oidc
