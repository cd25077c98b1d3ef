// Package budget checks each source file of this module against limits: tokens
// and branches per function, columns per line, statements per line, targets per
// assignment, duplicate logic. It also checks the form and the words of comments,
// and finds what is forbidden, such as init functions, package variables that
// change, and paths of one machine.
//
// Functions are measured in tokens, not lines, because packing several statements
// into one line does not reduce them.
//
// What must not live here: rules that need types or several packages
// (internal/devtools/structure), the import arrows (cmd/gatehouse/arrows_test.go),
// and what staticcheck or vet finds.
package budget
