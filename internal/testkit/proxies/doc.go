// Package proxies runs real reverse proxies for tests, with the configuration
// that our documents give to people.
//
// What lives here: reading that configuration, putting the addresses of a test
// into it, starting and ending the programs. What must not: what is tested.
package proxies
