// Package smtptest is a real SMTP server for tests that keeps the messages it
// receives, with STARTTLS, implicit TLS, or neither.
//
// What must not live here: composing and sending messages.
package smtptest
