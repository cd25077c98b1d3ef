// Package provisioning tests provisioning over SCIM from outside: the program as
// a process, identity providers that keep a truth of their own and whose requests
// get lost, and what is left in the end.
//
// What must not live here: single requests and their responses, which web/scim
// tests with recorded conversations.
package provisioning
