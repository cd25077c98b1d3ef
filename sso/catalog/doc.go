// Package catalog is the catalogue of what goes wrong: for every code what it
// means, whose side must act, and the exact place in that identity provider's
// console; and the words of the failure page. Pages, documents and the test
// connection tell it from here.
//
// What must not live here: finding out that something is wrong.
package catalog
