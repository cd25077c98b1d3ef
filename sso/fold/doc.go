// Package fold finds names that a reader could take for each other. The store
// keeps what [Name] gives beside the name of each group, so that near misses are
// found by index; what belongs together by their names is never decided by it.
//
// What must not live here: what follows from two names being near, reading or
// writing the store.
package fold
