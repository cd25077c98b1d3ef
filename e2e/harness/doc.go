// Package harness is what the end-to-end tests stand on: the program built and
// started as a process ([Start]), its REST API ([API]), a browser with a screen
// ([Browser]) and without one ([Visitor]), an identity provider in this process
// ([NewIdP]), and a wire that can be cut ([Relay]).
//
// Whatever needs a service takes a testing.TB and skips the test without it, or
// fails it if GATEHOUSE_TEST_REQUIRE lists the service: browser, postgres,
// redis, keycloak, race.
//
// What must not live here: expectations about the product; those are the tests'.
package harness
