// Package guide describes how to connect each identity provider, in the words
// and order of its own console: the steps of the setup assistant, as data.
//
// In a text, *stars* surround labels of the identity provider's console, and
// `accents` surround what is entered there literally; [Spans] splits them.
//
// What must not live here: pages, and what happens with the admin's input.
package guide
