// Package uitest is the checks that the pages of every feature pass.
//
// What must not live here: what one page shows; its golden files are beside it.
package uitest
