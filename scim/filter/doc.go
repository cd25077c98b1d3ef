// Package filter is the filter language of SCIM 2.0 (RFC 7644, section
// 3.4.2.2): it parses a filter or an attribute path into a small tree, and
// evaluates the tree on a resource.
//
// The grammar is that of the RFC, and one form more: Entra ID matches users by
// emails[type eq "work"].value eq "x", a value path with a sub-attribute and a
// comparison behind it. It is read as emails[type eq "work" and value eq "x"].
//
// What must not live here: SQL, schemas (a caller says of which [Kind] an
// attribute is), and anything about requests.
package filter
