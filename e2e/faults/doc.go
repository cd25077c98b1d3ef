// Package faults tests the real program under faults: it kills the process,
// takes the database, the disk and Redis away, has identity providers misbehave,
// and sends many requests at once. After each fault the auditor checks the
// invariants.
//
// What lives here: one test, TestFaults, with a subtest for each fault, and the
// table it prints. GATEHOUSE_FAULTS=full runs each fault as often as
// docs/reliability.md says; otherwise it runs fewer rounds.
//
// What must not live here: tests of hostile requests (e2e), and tests that a
// package can have itself.
package faults
