// Package fold finds names that a reader could confuse. The store keeps [Name]
// of each group's name in an index to find near misses; it never decides a
// membership.
//
// What must not live here: what follows from two names being near, reading or
// writing the store.
package fold
