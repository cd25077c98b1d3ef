// Package proxies runs real reverse proxies for tests, with the configuration from our
// documentation.
//
// What lives here: reading that configuration, filling in the addresses of a test,
// starting and stopping the programs. What must not live here: assertions.
package proxies
