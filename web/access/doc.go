// Package access has the console's pages about admins: sign-in, invitations, local
// accounts, the admins of an enterprise, setup links.
//
// What must not live here: decisions about permissions.
package access
