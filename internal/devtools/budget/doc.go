// Package budget measures the source of this module, file by file, against
// what it is allowed: tokens and branches per function, columns per line,
// statements per line, targets per assignment, duplicate logic; the form and
// the words of comments; and what has no place in it at all, such as init
// functions, package variables that change, and paths of one machine.
//
// Tokens are counted instead of lines because packing several things into one
// line does not save any.
//
// What must not live here: what needs types or the imports of a package (that
// is internal/devtools/structure), what may import what
// (cmd/gatehouse/arrows_test.go), and what staticcheck or vet find already.
package budget
