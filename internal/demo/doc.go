// Package demo is what `gatehouse demo` adds to `gatehouse serve`: four companies,
// the systems outside of Gatehouse ([Outside]: identity providers, a mail server,
// Microsoft Graph), two applications behind a reverse proxy, and the /demo pages.
//
// What lives here: seeding through the store and the protocol packages as an admin
// would, a checklist ticked from the store's records, pages that show the effect of a
// sign-in and the mail that was sent, and the applications, which know about users
// only what the identity headers contain.
//
// What must not live here: anything the product needs. Only the demo command may
// import this package; it marks the database it fills ([MetaKey]), and serve refuses
// a database with that mark.
package demo
