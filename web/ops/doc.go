// Package ops is what operators and their machines read: /healthz, /readyz,
// /version and /metrics.
//
// What must not live here: who is signed in, anything about one enterprise.
// These addresses answer anybody who can reach them, so they tell nothing worth
// hiding; metrics, which tell how busy an installation is, are for this machine
// or a listener of their own.
package ops
