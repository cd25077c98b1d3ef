// Package demomail is the mail server of the demo: it accepts every letter and
// delivers none, so that the codes Gatehouse sends can be read on a page, and
// mailboxes need not exist.
//
// What lives here: a real SMTP server on the loopback interface, and parsing letters
// into plain text, as a mail program shows them.
//
// What must not live here: pages. Only the demo and tests may use this package.
package demomail
