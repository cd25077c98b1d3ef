// Package keycloak signs people in through a real Keycloak, in a real browser,
// over SAML and OpenID Connect, and out again in every way.
//
// It runs if TEST_KEYCLOAK_HOME names an unpacked distribution of Keycloak
// (Java is needed) and TEST_CHROMIUM a browser. Whoever works on it may name a
// server that runs already in TEST_KEYCLOAK_URL; its administrator must be
// admin with the password admin.
//
// What lives here: the server ([Server]), realms made through its admin API
// (realm), and the suite.
//
// What must not: anything that could be tested with the development identity
// provider just as well.
package keycloak
