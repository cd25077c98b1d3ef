// Package idempotency carries out an API request once, however often its client
// repeats it, and returns the first answer to each repetition.
//
// What must not live here: HTTP, and what a request does.
package idempotency
