// Command vulncheck runs govulncheck over this module and says what it means.
//
// A flaw in a module that our code reaches fails the check: another version of
// the module is the remedy. A flaw in the standard library is printed and does
// not fail it, because it belongs to the Go release that happens to build, not
// to this repository: whoever ships a binary builds it with a release that has
// the fix.
//
// The database is the public one (or what GOVULNDB names). Where that cannot be
// reached, it is the copy of it that comes as a Go module, of the day that
// database.go pins, and the output says so. Without either the check fails,
// since nothing was checked.
package main
