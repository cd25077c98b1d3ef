// Package outbound makes the HTTP client for all requests to identity providers:
// metadata, discovery documents, keys, tokens, userinfo. Admins of enterprises enter
// the addresses, so no address is trusted.
//
// The client guarantees, whatever the server does: the IP address is checked after
// the name is resolved; the exchange including the body ends within the deadline; no
// more than the cap is read, before and after decompression; at most three redirects
// are followed, each checked like the first address, and none after a POST, which
// would send a code and a secret elsewhere; no proxy is taken from the environment.
//
// What must not live here: knowledge of SAML or OpenID Connect, caching, and
// retries.
package outbound
