// Package nodetest tests what the nodes of an installation share, a bus and a
// limiter, in process ([LocalBus], package memory) or in Redis (package redis).
// [RunBus] and [RunLimiter] are the suites, [Redis] returns the address of a
// server, and a [Proxy] makes it refuse connections and hang.
//
// What must not live here: anything a program imports; only tests do.
package nodetest
