// Package policy decides about a person at a sign-in: may they come in
// ([SignIn]), and must they prove their address the first time
// ([Verification]). It is pure: everything a decision needs is in its [Input].
//
// Expressions are CEL. They are compiled and type-checked when they are saved,
// and whatever one says it ends soon: length, nesting, estimated cost and the
// cost of the run itself are limited. An expression that fails while it runs
// never grants anything.
//
// What must not live here: I/O, the clock, sending codes, HTTP. Only here is CEL.
package policy
