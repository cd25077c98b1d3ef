// Package devtools is about the repository itself, not about the product: what
// `make test` and `make check` run beside the programs that everyone has.
//
// What lives here: tests that the documents say what the code does; below it,
// one package per tool: budget (how big and how tangled code may get), gotest
// (a test run in which nothing is skipped unnoticed), vulncheck (known flaws of
// what we build with).
//
// What must not: anything that the product imports.
package devtools
