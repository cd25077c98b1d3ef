// Package activity is what happened: sign-in attempts, sync records, provisioning
// events, the audit log; and what the codes in them mean.
//
// What must not live here: changing anything.
package activity
