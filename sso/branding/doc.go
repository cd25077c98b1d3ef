// Package branding knows what outsiders see in place of our own name and colours: it
// checks pictures and colours before anything is served to them.
//
// What must not live here: HTTP, SQL, templates.
package branding
