// Package activity has the pages about past events: sign-ins with their checks,
// group syncs with their changes, the audit log, and the troubleshooting guide.
//
// What must not live here: the meaning of failures, which is in sso/catalog.
package activity
