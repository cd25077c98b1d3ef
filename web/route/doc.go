// Package route does everything between net/http and a handler that is the same
// for every request.
//
// A [Handler] returns an error; a [Router] has one surface per kind of caller
// (page, callback, machine, plain, API, protocol), and each surface has one way of
// turning an error into a status and a response, and logs it once. It refuses
// before any handler runs: foreign hosts, unclean paths, oversized requests, wrong
// methods and content types, text that is not UTF-8, duplicate security
// parameters, posts from other origins.
//
// What must not live here: business terms, templates, cookies, identities.
package route
