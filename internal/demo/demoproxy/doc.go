// Package demoproxy is the reverse proxy of the demonstration. It does what the
// shipped configuration makes nginx, Caddy and Traefik do: it asks Gatehouse
// about every request, lets nobody in whom Gatehouse does not, and tells the
// application who is there in headers that nobody else can set.
//
// What lives here: the question, the headers, and a way to the application that
// only this process has.
//
// What must not: any knowledge of sessions or people; it takes Gatehouse's word,
// over HTTP like any other proxy. Nothing but the demonstration uses it.
package demoproxy
