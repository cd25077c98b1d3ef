// Package drift compares who should be in the groups that an identity provider
// provisions with who is: [Service.Report] for a connection, [Service.Group] for one
// group with its people, and [Service.Reconcile] to repeat what was pushed. Console,
// API, command line, metrics and alarms ask here, so that all tell the same.
//
// SCIM has no way to ask an identity provider for its members. So what is expected
// is evidence: pushed members, lists of all members, groups that sign-ins assert,
// what an admin said with [Service.Expect], and what the company's directory lists
// if an admin has it read, with [Service.ExpectListed].
//
// Why a person differs is decided by package groupsync, and worded in words.go.
//
// What must not live here: SQL, HTTP, pages.
package drift
