// Package memory serves one node without Redis: the same promises as package
// store/redis, kept in process, with bounded memory. Package nodetest checks
// both alike.
//
// What must not live here: anything that would be missed after a restart.
package memory
