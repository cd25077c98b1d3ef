// Command gotest runs `go test` and lets nothing be skipped unnoticed: a test
// that was skipped fails the run, with its reason.
//
//	go run ./internal/devtools/gotest -race ./store/...
//
// It shows what go test shows without -v, and closes with the counts.
//
// What must not live here: which services there are (scripts/with-services) and
// which tests need them (the tests).
package main
