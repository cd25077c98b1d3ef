// Package okta reads the members of a group from Okta's API, for a comparison with
// those who were provisioned. It is given a token for one list, and keeps none.
//
// It returns a complete list or an error: people who are missing from a list would
// seem to be extra members.
//
// What must not live here: what is done with the list; keeping tokens; which
// addresses may be called, which the HTTP client decides.
package okta
