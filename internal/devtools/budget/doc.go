// Package budget measures the source of this module against what it is allowed:
// how long files and functions are, how tangled functions, how wide interfaces;
// and looks for what has no place in it at all, such as init functions, package
// variables that change, and paths of somebody's machine.
//
// The figures are soft in one way: a few functions may be longer than the
// budget, as long as they stay few. Everything else fails the test.
//
// What must not live here: what may import what (cmd/gatehouse/arrows_test.go),
// and what staticcheck or vet find already.
package budget
