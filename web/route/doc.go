// Package route is everything between net/http and a handler that is the same
// for every request.
//
// A [Handler] returns an error; a [Router] has one surface per kind of caller
// (page, callback, machine, plain, API), and each surface has one way of
// turning an error into a status and an answer, and logs it once. What no
// handler should have to think of is refused before it runs: foreign hosts,
// dirty paths, too much of anything, wrong methods and content types, text that
// is not UTF-8, security parameters given twice, posts from other origins.
//
// What must not live here: business words, templates, cookies, who somebody is.
package route
