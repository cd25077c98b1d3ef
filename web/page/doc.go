// Package page is how Gatehouse looks: one exported struct per page, one
// template of the same name, the components they share, the style sheet and the
// three small scripts.
//
// [Pages] parses everything once; a template without a struct, a struct without
// a template or a component nobody uses is an error then and not on somebody's
// screen. [Gallery] lists every page in every state worth looking at, and is at
// once what `make gallery` serves and what the tests check.
//
// What must not live here: queries, handlers, cookies, decisions about who may
// see what.
package page
