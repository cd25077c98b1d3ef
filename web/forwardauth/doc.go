// Package forwardauth answers reverse proxies that ask, for each request to an
// application, whether the browser may go on and who it is.
//
// There is one endpoint per contract, and none falls back on another's headers:
//
//	/auth/nginx/{application}     X-Original-URL              200, 401, 403
//	/auth/forward/{application}   X-Forwarded-{Method,Proto,Host,Uri}
//	                              200, 302 to sign in, 401, 403
//	/auth/envoy/{application}/…   Host, X-Forwarded-Proto, the rest of the path
//
// The application is in the path, which the proxy's configuration says and no
// browser can; what a browser can say (address, query, headers) never decides who
// it is. The path decides only whether a sign-in is needed, by the application's
// public paths, and method and headers whether it is a preflight. All identity headers are in every
// 200, empty if there is nothing to say, so that a proxy which copies them overwrites whatever the
// browser sent.
//
// What must not live here: cookies, sign-in, SQL, how keys are kept.
package forwardauth
