// Package gallery is what the examples of pages are made of: what all of them
// share, the examples of the kit's own pages, and the handler that shows all.
//
// The examples of a page are in the package of its feature, which returns them
// from a function Gallery. An example is a page in a state worth looking at;
// `make gallery` shows them, and each is compared with its golden file, see
// package uitest.
//
// What must not live here: examples of a feature's pages; anything that the
// gateway itself runs.
package gallery
