// Package health notices what will break, or broke without anybody seeing it: a
// certificate that runs out, metadata that cannot be fetched, groups that are not
// sent any more, a group sync that is held. It tells the admins once.
//
// What must not live here: SQL, SMTP, pages.
package health
