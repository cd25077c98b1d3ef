// Package testconnection is the pages of test connections: beginning one, and
// what came of it.
//
// What must not live here: verifying anything.
package testconnection
