// Package console is what every page of the console stands on: who is there,
// whether this page is for them, whose enterprise and connection the address
// names, and what surrounds the page.
//
// There is one way to register a page, [Console.Add], and it takes the least
// that the page needs. So there is no page that nobody thought about, and what
// belongs to another enterprise is as unknown as what never was.
//
// What must not live here: pages themselves, and how somebody becomes an admin.
package console
