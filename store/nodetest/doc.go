// Package nodetest checks what the nodes of an installation use together, a bus
// and a limiter, whether it is in process (package memory) or in Redis (package
// redis): [RunBus] and [RunLimiter] are the promises of both, [Redis] gives the
// address of a server, and a [Proxy] makes it refuse and hang.
//
// What must not live here: anything a program imports; only tests do.
package nodetest
