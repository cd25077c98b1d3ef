// Command gallery serves every page of Gatehouse in every state worth looking
// at, without a login, a database or an identity provider. Its tests look at
// them in a browser.
//
// What must not live here: examples; they are beside the pages.
package main
