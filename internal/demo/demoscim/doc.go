// Package demoscim provisions over SCIM as an identity provider does: it keeps a
// directory of its own, pushes what changed in cycles, remembers which request
// succeeded, and tries the others again. Each [Dialect] sends what one real
// product sends.
//
// It is a separate program to the gateway: tests and the demonstration push with
// it over HTTP.
//
// What must not live here: anything of the gateway, and expectations about it.
package demoscim
