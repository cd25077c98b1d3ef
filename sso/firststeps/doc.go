// Package firststeps knows what the operator of a new installation does first, and what of
// it is done. Nothing about a step is stored: it is done if the store shows so.
//
// What must not live here: HTTP, SQL, templates, and the words and addresses of a step.
package firststeps
