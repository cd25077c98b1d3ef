// Package account is what somebody is told about themselves, and the sessions
// they can end.
//
// What must not live here: anybody else's data; changing a profile or groups,
// which come from the company's sign-in.
package account
