// Package console is the frame of every page of the console: it identifies the
// visitor, authorizes the page, finds the enterprise and connection of the path,
// and renders navigation and trail.
//
// A page is registered by [Console.Add] with its need, so no page is without
// authorization. What belongs to another enterprise is not found, like what does
// not exist.
//
// What must not live here: pages themselves, and how a user becomes an admin.
package console
