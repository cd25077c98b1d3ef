// Package keycloak tests sign-in and sign-out through a real Keycloak, in a real
// browser, over SAML and OpenID Connect.
//
// It runs if TEST_KEYCLOAK_HOME names an unpacked distribution of Keycloak
// (Java is needed) and TEST_CHROMIUM a browser. TEST_KEYCLOAK_URL may name a server
// that already runs; its administrator must be admin with the password admin.
//
// What lives here: the server, realms made through its admin API
// and the suite.
//
// What must not live here: tests that the development identity provider serves
// just as well.
package keycloak
