// Package demoproxy is the reverse proxy of the demo. It does what the documented
// configuration makes nginx, Caddy and Traefik do: it asks Gatehouse about every
// request, forwards only allowed ones, and passes the user's identity to the
// application in headers that clients cannot set.
//
// What lives here: the forward-auth request, the headers, and an in-process
// connection to the application.
//
// What must not live here: knowledge of sessions or users; it asks Gatehouse over
// HTTP like any other proxy. Only the demo uses it.
package demoproxy
