// Package overview has the list of enterprises and the overview of each: the state
// of its sign-in and the to-do list, each entry with a link.
//
// What must not live here: finding problems, which sso/health does.
package overview
