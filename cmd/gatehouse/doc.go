// Command gatehouse is the gateway: `gatehouse serve` runs it, `gatehouse demo` runs
// a demonstration, and the other commands administer an installation.
//
// What lives here: one file per command, and wire.go and console.go, the only places
// that know all packages and wire them.
//
// What must not live here: decisions. A command reads its settings, makes one call
// and prints the result.
package main
