// Package mail composes messages and sends them by SMTP.
//
// A [Message] has one recipient, whose address means the same to every reader,
// and a subject of one line: nothing in it can become a header. It is plain text,
// and what it says is in templates: names that tenants chose are inert there.
//
// What must not live here: when to send, to whom, and how often; codes are made
// elsewhere. Only here is SMTP.
package mail
