// Package guide is how each identity provider is connected, in that identity
// provider's own words and order: the steps of the setup assistant, as data.
//
// In a text, *stars* are around what stands in the identity provider's console
// and `accents` around what is entered there letter by letter; [Spans] takes
// them apart.
//
// What must not live here: pages, and what becomes of what an admin enters.
package guide
