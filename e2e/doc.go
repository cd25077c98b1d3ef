// Package e2e tests the program from the outside: the real binary, started as a
// process and set up through its REST API, real databases, a real browser, and
// identity providers that speak real SAML and real OpenID Connect.
//
// What lives here: one test file per property of the whole program. Helpers are in
// e2e/harness; the suite against a real Keycloak is in e2e/keycloak.
//
// What must not live here: tests that a package can have itself, and access past the
// program's interfaces, except reading its database after it ended.
package e2e
