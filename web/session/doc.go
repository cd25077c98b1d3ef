// Package session ties browsers to sessions: a [Manager] turns the session
// cookie into a token and the other way round, and keeps the cookie that binds a
// sign-in to the browser that began it.
//
// A cookie is a random value under a keyed tag, made by gorilla/securecookie, so
// that a forged value is refused without a look-up. The state of a session is on
// the server; the cookie has nothing that could become stale, and the server
// decides its lifetime. From gorilla/sessions come the cookie and
// its options; not its Session and Registry, which would put a map in gob into
// the cookie and look it up in each request's context.
//
//	session  __Host-NAME          HttpOnly, Secure, SameSite=Lax
//	admin    __Host-NAME-admin    HttpOnly, Secure, SameSite=Lax
//	setup    __Host-NAME-setup    HttpOnly, Secure, SameSite=Lax
//	device   __Host-NAME-device   HttpOnly, Secure, SameSite=Lax, 180 days
//	browser  __Host-NAME-browser  HttpOnly, Secure, SameSite=None: identity
//	                              providers post responses from their own site
//
// With a domain the session cookie is __Secure-NAME, which other hosts of that
// domain can set as well; the other cookies are for our own host alone. Over plain http, which only
// localhost may use, there is no prefix and all are Lax: ports do not make a site another one. But
// for device, none has a Max-Age: they end with the browser, if the session does not before.
//
// What must not live here: a session's owner, its end, and permissions.
package session
