// Package sso is the vocabulary of Gatehouse: the types that all other packages
// share, without their behaviour.
//
// Read it first. An [Enterprise] has [Organization]s, which own [Group]s, and
// [Connection]s to its identity providers. A user's browser begins a
// [PendingLogin]; the identity provider answers with an [Assertion]; the
// connection's [Mapping] makes it an [Identity]; recording it creates or
// updates a [User] with [Membership]s and a [Session]. Every attempt is kept as
// an [Attempt] with its [Check]s, and every change as an [AuditEvent].
//
// What lives here: types, typed identifiers, the one [Error] type, [Secret],
// and the validation of single values.
//
// What must not: anything but the standard library; I/O; reading the clock
// (functions that need the time take it); decisions that need more than one
// value (those are in policy, groupsync and login).
package sso
