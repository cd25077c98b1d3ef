// Package mapping reads an [sso.Assertion] through a connection's [sso.Mapping]
// and returns the [sso.Identity]: which claim is the login, which are the
// groups, and which state the groups are in.
//
// It is a separate step, after the protocol and before the policy, so that a
// recorded response can be read again through another mapping.
//
// What must not live here: how a response is verified, I/O, and knowledge of
// one identity provider outside preset.go.
package mapping
