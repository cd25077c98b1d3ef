// Package golist lists this module's packages with their imports, and the modules it
// requires, by means of the go command.
//
// What must not live here: rules about the result; tests have those.
package golist
