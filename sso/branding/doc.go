// Package branding knows what people outside the operator's staff see in place of our own
// name and colours. It checks pictures and colours before anything is served, and it is
// the only place that merges the brand of a company, of the configuration and of the
// installation ([Service.Of]).
//
// What must not live here: HTTP, SQL, templates.
package branding
