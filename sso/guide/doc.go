// Package guide is how each identity provider is connected, in that identity
// provider's own words and order: the steps of the setup assistant, as data.
//
// What must not live here: pages, and what becomes of what an admin enters.
package guide
