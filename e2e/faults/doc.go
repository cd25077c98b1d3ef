// Package faults breaks things under the real program: it kills it, takes its
// database, its disk and its Redis away, lets its identity providers misbehave
// and lets everybody come at once. After each fault the auditor looks at what is
// left.
//
// What lives here: one test, TestFaults, with a subtest for each fault, and the
// table it prints. GATEHOUSE_FAULTS=full makes it do everything as often as
// docs/reliability.md says; otherwise it is as long as a test may be.
//
// What must not: what is broken by a request alone (e2e) or within one package.
package faults
