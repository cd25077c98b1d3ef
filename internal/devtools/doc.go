// Package devtools is about the repository, not about the product: the tools of
// `make test` and `make check`.
//
// What lives here: tests that the documents agree with the code; below it, one
// package per tool: budget (limits on size and complexity), gotest (go test that fails
// on skipped tests), vulncheck (known vulnerabilities of our dependencies).
//
// What must not live here: packages that the product imports.
package devtools
