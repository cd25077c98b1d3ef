// Package activity is what happened: sign-ins with what was verified and why
// they failed, group syncs with what they changed, the audit log, and the guide
// to everything that can go wrong.
//
// What must not live here: what failures mean, which is in sso/catalog.
package activity
