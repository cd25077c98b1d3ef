// Package scim is the protocol of SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865) as a
// service provider speaks it: it reads and checks what a client sends, applies
// PATCH operations, and renders resources, lists, errors and the discovery
// documents.
//
// A user is a small document. Reading one gives its canonical form: attributes
// under the names of the schema, values of their types, everything that says
// nothing (null, empty strings, empty lists) left out. Unknown attributes of the
// core schemas are dropped; unknown extensions are kept as they came. A group is
// a small document too, but its members are not part of it: a request about
// members becomes a [MemberChange], whose size is that of the request and not
// that of the group.
//
// Clients differ from the RFC in known ways. Each is accepted from every client
// and is described once, in quirks.go.
//
// What must not live here: HTTP handlers and tokens, SQL, matching users to
// accounts, the effects of a change, and texts that name pages of the console.
package scim
