// Package memory limits rates on one node without Redis, with the promises of
// package store/redis and bounded memory. Package nodetest checks both alike.
//
// What must not live here: anything that would be missed after a restart.
package memory
