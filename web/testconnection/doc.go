// Package testconnection has the pages that start test connections and show their
// results.
//
// What must not live here: verification.
package testconnection
