// Package access decides who may do what in the console: the local accounts of
// operators, the users and groups that administer an enterprise, and setup
// links.
//
// What must not live here: cookies and pages; what an admin then does.
package access
