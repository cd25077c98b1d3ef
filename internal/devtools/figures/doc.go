// Command figures prints measurements of the source of a module: tokens per
// line, large functions, wide lines, method sets, exports of the kit of the
// pages, unused exports, changes of the store from web, pronouns in comments,
// duplicate logic. Run it in the module, or name another checkout of it:
//
//	go run ./internal/devtools/figures [DIR]
//
// With -shrink it removes superfluous entries from the lists of exceptions in
// internal/devtools/findings instead.
//
// What must not live here: the checks (internal/devtools/budget and
// internal/devtools/structure).
package main
