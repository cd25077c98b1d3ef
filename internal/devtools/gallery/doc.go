// Command gallery serves examples of every page of Gatehouse, without a login, a
// database or an identity provider. Its tests open them in a browser.
//
// What must not live here: examples; they are in the packages of the pages.
package main
