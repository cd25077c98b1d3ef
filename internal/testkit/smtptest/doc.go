// Package smtptest is a real SMTP server that keeps what it is sent, with
// STARTTLS, TLS from the start, or neither; for tests.
//
// What must not live here: what a message says, and how one is sent.
package smtptest
