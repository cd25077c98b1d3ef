// Package signin has the pages and endpoints of signing in and out: the sign-in
// page and link, the endpoints that identity providers call, and sign-out.
//
// A handler decodes a request, calls package login once and renders the result.
// A form of ours never redirects to an identity provider, because in some browsers
// Content-Security-Policy stops such a redirect: it leads to a page that continues
// by script, or by its button.
//
// What must not live here: verification of responses, the choice of connections,
// the content of sessions.
package signin
