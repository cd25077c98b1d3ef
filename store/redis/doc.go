// Package redis lets the nodes of one installation help each other over Redis:
// a [Client] is a sessions.Bus, by which a revocation on one node is seen by the
// others at once, and a route.Limiter that counts for all of them.
//
// Redis is not trusted with anything. A message says only "look", a counter
// only slows people down, and no session is kept there (docs/decisions says
// why). So a Redis that is down, hangs, was flushed, or says what is not true
// ends no session and revives none; other nodes then see a revocation when
// they next poll, and each node limits by its own count. Nothing waits for it
// longer than a fifth of a second, and after that not at all for a while.
//
// The address is one of
//
//	redis://user:password@host:6379/0                                    a server
//	redis://host:26379/0?master_name=main&addr=host2:26379               Sentinel
//	redis://host:6379?addr=host2:6379&addr=host3:6379                    Cluster
//
// or the same with rediss:// for TLS. Each addr adds a seed; a Cluster with a
// single one names it twice. The other parameters are those of go-redis, in
// snake case, except timeouts and retries, which are fixed.
//
// What must not live here: anything whose loss or forgery would admit a user.
package redis
