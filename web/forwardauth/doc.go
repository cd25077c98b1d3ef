// Package forwardauth answers reverse proxies that ask, for each request to an
// application, whether to admit it and which user sent it.
//
// There is one endpoint per contract, and none falls back on another's headers:
//
//	/auth/nginx/{application}     X-Original-URL              200, 401, 403
//	/auth/forward/{application}   X-Forwarded-{Method,Proto,Host,Uri}
//	                              200, 302 to sign in, 401, 403
//	/auth/envoy/{application}/…   Host, X-Forwarded-Proto, the rest of the path
//
// The application is in the path, which the proxy's configuration sets and a
// browser cannot change. Nothing that a browser sends besides its session cookie
// (address, query, headers) decides who the user is. The original path decides
// only whether a sign-in is needed (public paths), and method and headers whether
// the request is a preflight. Every 200 has all identity headers, empty without a
// user, so that a proxy which copies them overwrites what the browser sent.
//
// What must not live here: cookies, sign-in, SQL, storage of keys.
package forwardauth
