// Package devtools has the tools of `make test` and `make check`, which are about
// the repository and not the product.
//
// What lives here: tests that the documents agree with the code; below it, one
// package per tool: budget (limits for each file and function), structure
// (rules across packages), findings (what these two report, and the lists of
// exceptions), figures (the measurements as a table), gotest (go test that
// fails on skipped tests), vulncheck (known vulnerabilities of our
// dependencies), gallery (every page in a browser), golist (what the go command
// knows about the module), words (texts without translation, and translations without
// text).
//
// What must not live here: packages that the product imports.
package devtools
