// Command vulncheck runs govulncheck over this module and judges the result.
//
// A vulnerability in a module that our code reaches fails the check: the remedy is
// another version of the module. A vulnerability in the standard library is printed
// and does not fail the check, because it belongs to the Go release of the build and
// not to this repository: release builds use a Go release with the fix.
//
// The database is the public one, or the one that GOVULNDB names. If it cannot be
// reached, vulncheck uses a copy published as a Go module, of the day pinned in
// database.go, and says so in the output. Without either the check fails.
package main
