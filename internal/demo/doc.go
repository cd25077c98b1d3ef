// Package demo is everything `gatehouse demo` has and `gatehouse serve` has not:
// three companies to begin with, what they and the internet have ([Outside]:
// identity providers, a mail server, Microsoft Graph), two applications behind a
// reverse proxy, and the /demo pages.
//
// What lives here: seeding through the store and the protocol packages as an
// administrator would, a checklist that ticks itself from what the store
// recorded, pages that show what a sign-in did and what was sent by mail, and
// the applications, which know of people what their headers say.
//
// What must not: anything the product needs. Only the demo verb may import this
// package; it marks the database it fills ([MetaKey]), and serve refuses a
// database with that mark.
package demo
