// Package outbound makes the one HTTP client with which anything is fetched
// from an identity provider: metadata, discovery documents, keys, tokens,
// userinfo. Addresses of identity providers are typed in by admins of
// enterprises, so every fetch is to a place somebody else chose.
//
// What the client guarantees, whatever the other side does: the connection goes
// to an address that was checked after the name was resolved; everything
// including the body ends within the deadline; no more than the cap is read,
// before and after decompression; at most three redirects, each checked like
// the first address and none after a POST, which would send a code and a secret
// somewhere else; no proxy from the environment.
//
// What must not live here: knowledge of SAML or OpenID Connect, caching, and
// retries.
package outbound
