// Package assistant is the pages of the setup assistants for single sign-on and for
// SCIM: each step has an address, and what was entered is kept in the connection's
// draft.
//
// What must not live here: what is right and wrong about an entry.
package assistant
