// Package e2e tests the program from the outside: the real binary, started as a
// process and set up through its REST API, real databases, a real browser, and
// identity providers that speak real SAML and real OpenID Connect.
//
// What lives here: one test file per promise that only the whole can keep. The
// parts of the tests that are no test are in e2e/harness; the suite against a
// real Keycloak is in e2e/keycloak.
//
// What must not: anything a package's own tests can check, and anything that
// reaches around the program, but for reading a database after the program that
// wrote it is gone.
package e2e
