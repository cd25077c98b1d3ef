// Package harness is the fixture of the end-to-end tests: the program built and
// started as a process ([Start]), a client of its REST API ([API]), a real
// browser ([Browser]) and a scripted one ([Visitor]), an identity provider in this
// process ([NewIdP]), and a network connection that can be cut ([Relay]).
//
// Helpers that need a service take a testing.TB and skip the test without the
// service, or fail it if GATEHOUSE_TEST_REQUIRE lists it: browser, postgres,
// redis, keycloak, race.
//
// What must not live here: expectations about the product; they are in the tests.
package harness
