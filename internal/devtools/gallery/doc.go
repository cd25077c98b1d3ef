// Command gallery serves every page of Gatehouse in every state worth looking
// at, without a login, a database or an identity provider.
//
// What must not live here: examples; they are beside the pages, in package page.
package main
