// Package structure checks what can only be seen across packages, with types:
// how many methods an interface requires with all that it embeds, which exports
// no other package uses, that no web edge changes the store, and that each step
// of a sign-in has one caller.
//
// The module is loaded once: its packages are type-checked from source, what
// they import is taken from the export data that the go command caches.
//
// What must not live here: what one file shows (internal/devtools/budget), and
// which package may import which (cmd/gatehouse/arrows_test.go).
package structure
