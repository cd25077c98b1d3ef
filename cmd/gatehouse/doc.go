// Command gatehouse is the gateway: `gatehouse serve` runs it, `gatehouse demo`
// shows it, and the other commands look after it.
//
// What lives here: one file per command, and wire.go, the only place that knows
// every part and puts them together.
//
// What must not: decisions of any kind. A command reads its settings, calls
// once, and prints.
package main
