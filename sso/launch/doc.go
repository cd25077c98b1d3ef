// Package launch knows the ways from the gateway to an application: the path of our own
// that leads on to an address of one, which origins get the session cookie, and the
// applications that a person may open.
//
// An address leads on only if a registered application serves its origin. Edges turn an
// address into a path of our own when they receive it ([Service.Path]); everything behind
// them handles paths alone, and the target of such a path is checked again where it is
// used ([Target]).
//
// What must not live here: HTTP, cookies, SQL, pages.
package launch
