// Package auditor says whether an installation still keeps its promises after
// something was done to it: a kill, a full disk, a database that went away.
//
// What lives here: the journal of what clients were told, and one check for
// each invariant (I1 to I9), which reads the database itself, past the store.
//
// What must not: doing the damage, and knowing which damage was done.
package auditor
