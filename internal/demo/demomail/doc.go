// Package demomail is the mail server of the demonstration: it takes every
// letter and delivers none, so that the codes which Gatehouse sends can be read
// on a page, and mailboxes need not exist.
//
// What lives here: a real SMTP server on a port of this machine, and reading
// letters as a mail program would show them, as plain text.
//
// What must not: pages, and any use outside of the demonstration and tests.
package demomail
