// Package scim is the HTTP edge of SCIM 2.0: it decodes a request, has
// sso/provisioning carry it out, and renders what came of it. What the protocol
// demands of documents, filters and PATCH is package gatehouse/scim's.
//
// Every answer of this surface is SCIM, also those of the router: a refusal is
// the error message of RFC 7644, section 3.12, with the ID of the request at the
// end of its text. There are no redirects. A client is known by its bearer token
// alone: cookies and API tokens open nothing here.
//
// What must not live here: the order of a request, scopes, texts of refusals,
// what follows from a change.
package scim
