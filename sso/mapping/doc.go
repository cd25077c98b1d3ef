// Package mapping reads an [sso.Assertion] through a connection's [sso.Mapping]
// and gives the [sso.Identity]: which claim is the login, which are the groups,
// and in which state they are.
//
// It is a step of its own, after the protocol and before the policy, so that a
// recorded answer can be read again through another mapping.
//
// What must not live here: anything about how an answer is verified, I/O, and
// knowledge of one identity provider outside preset.go.
package mapping
