// Package directory is the console's pages of who and what there is: people,
// organizations, groups and who is in them, domains, and the applications behind
// the gateway.
//
// A form that cannot be accepted shows its page again, with what was typed. What
// one button does and cannot do shows the page it was on, with the reason. Every
// change goes through the same methods of the store as the API's, so that both
// leave the same trail.
//
// What must not live here: what a group sync would do (groupsync), what proves a
// domain (sso/connections), SQL.
package directory
