// Command gotest runs `go test` and fails if a test was skipped, with the reason.
//
//	go run ./internal/devtools/gotest -race ./store/...
//
// It prints the output of go test without -v, followed by the counts.
//
// What must not live here: the services for tests (scripts/with-services), and which
// tests need them (the tests).
package main
