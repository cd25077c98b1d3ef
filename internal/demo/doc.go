// Package demo is everything `gatehouse demo` has and `gatehouse serve` has not:
// three companies to begin with, their identity providers, and the /demo pages.
//
// What lives here: seeding through the store and the protocol packages as an
// administrator would, one development identity provider per company (package
// demoidp), a checklist that ticks itself from what the store recorded, and a
// signed-in page that shows what a sign-in did.
//
// What must not: anything the product needs. Only the demo verb may import this
// package; it marks the database it fills ([MetaKey]), and serve refuses a
// database with that mark.
package demo
