// Package findings has the type of a finding that the checks of this repository
// return, and the lists of findings that are excused for now.
//
// A list is a text file in this directory. Each line is an entry: a weight (the
// tokens of a function, the methods of an interface, 1 where nothing is
// measured) and a key. Entries name no file and no package, so code that moves
// keeps its excuse. The lists only shrink: a finding without an entry fails the
// test, and so does an entry without a finding. After a change that makes
// entries superfluous, run
//
//	go run ./internal/devtools/figures -shrink
//
// It drops them and lowers weights; it never adds an entry.
//
// What must not live here: the checks themselves.
package findings
