// Package mail composes messages and sends them by SMTP.
//
// A [Message] has one recipient, whose address every parser reads the same way, and a
// subject of one line: no value can become a header. It is plain text from templates,
// in which names chosen by tenants are inert.
//
// What must not live here: decisions on when, to whom and how often to send; making
// codes. Only this package speaks SMTP.
package mail
