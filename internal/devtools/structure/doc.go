// Package structure checks rules that need several packages and their types: the
// size of method sets, exports that no other package uses, packages under web
// that change the store, and steps of a sign-in with several callers.
//
// The module is loaded once: its packages are type-checked from source, their
// imports come from the export data that the go command caches.
//
// What must not live here: rules about one file (internal/devtools/budget), and
// the import arrows (cmd/gatehouse/arrows_test.go).
package structure
