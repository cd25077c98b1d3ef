// Package golist asks the go command what this module consists of: packages and
// what they import, and the modules it requires.
//
// What must not live here: opinions about the answer; those are the tests'.
package golist
