// Package signin is the way in and the way out: the sign-in page and link, what
// identity providers send browsers to, and signing out.
//
// A handler decodes a request, calls package login once and renders what came
// of it. A form of ours never redirects to an identity provider, because
// Content-Security-Policy stops such a redirect in some browsers: it leads to a
// page that goes on, with a button for whom it does not.
//
// What must not live here: verifying anything an identity provider said, which
// connection may be used, what a session is.
package signin
