// Package ops serves the endpoints for operators and monitoring: /healthz, /readyz,
// /version and /metrics.
//
// What must not live here: sessions, data of an enterprise. Any client that reaches
// these addresses gets a response, so they tell nothing worth
// hiding; metrics, which tell how busy an installation is, are for this machine
// or a listener of their own.
package ops
