// Package auditor checks the invariants of an installation after a fault such as a
// kill, a full disk or an unreachable database.
//
// What lives here: the journal of what clients were told, and one check per
// invariant, which reads the database directly and not through the store.
//
// What must not live here: causing the faults, or knowing which fault happened.
package auditor
