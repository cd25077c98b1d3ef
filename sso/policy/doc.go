// Package policy decides about a user at a sign-in: whether they may sign in
// ([SignIn]), and whether they must prove their address the first time
// ([Verification]). It is pure: everything a decision needs is in its [Input].
//
// Expressions are CEL. They are compiled and type-checked when they are saved,
// and their run time is limited: length, nesting, estimated cost and the cost
// of the run itself are bounded. An expression that fails at run time never
// grants anything.
//
// What must not live here: I/O, the clock, sending codes, HTTP. No other
// package uses CEL.
package policy
