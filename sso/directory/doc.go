// Package directory owns the rules about users, groups, organizations,
// applications and enterprises: who may be reactivated, when a change needs a
// confirmation, what a group may be called, which edit is too late. Console and
// API call it, and so does whatever else changes one of these.
//
// What is about connections and domains lives in sso/connections, what is about
// admins and setup links in sso/access. Reading stays with the store: an edge
// that shows something asks there. No HTTP, no SQL and no text of a page
// belongs here.
package directory
