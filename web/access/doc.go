// Package access is the console's own pages about who is in it: signing in,
// becoming an admin, the accounts, who administers an enterprise, setup links.
//
// What must not live here: deciding who may do what.
package access
