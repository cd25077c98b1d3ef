// Package trial evaluates sign-ins without signing a user in:
//
//	BeginTest, OpenTest, CompleteTest   a test connection at the identity provider
//	Captured                        a pasted response
//	Replay                          the claims of a recorded attempt, by the draft
//	Compare                         shadow mode: a sign-in, by the draft
//	PreviewSync                     the memberships that group names would lead to
//	TraceGroups                     what a mapping makes of group names
//
// All of them have package evaluate decide, as sign-ins do, and write a report and
// no user, session or membership. A passed test connection may approve the change
// of trust that it tested; see [sso.Trust].
//
// Responses arrive at package login, which passes on those that belong to a test
// connection.
//
// What must not live here: sign-ins, sessions, how a message is verified, SQL,
// HTTP, HTML.
package trial
