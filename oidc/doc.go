// Package oidc is the OpenID Connect relying party over go-oidc and x/oauth2:
// discovery, the authorization request with PKCE, nonce and state, the code
// exchange, the ID token, userinfo, and logout in both directions. What comes
// out is an [gatehouse/sso.Assertion] and the list of checks made, on failure
// up to and including the one that failed.
//
// go-oidc verifies; on top of it everything is checked here that it leaves to
// its caller, on the very bytes whose signature was verified, so that each
// check can be shown to an admin with what was wanted and what came. Its
// verdict always counts: a token is accepted only if both find nothing.
//
// What is remembered of an identity provider is its discovery document and its
// keys, per revision of a connection. Tokens are never stored, and never given
// to the browser.
//
// What must not live here: HTTP handlers and cookies, the database, what a claim
// means (that is mapping), and HTTP clients (the guarded one is given to New).
package oidc
