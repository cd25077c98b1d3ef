// Package connections creates and changes connections and domains: it checks the
// configuration, says why a value is refused, and decides when a change takes
// effect for sign-ins.
//
// An edit leaves the live configuration alone. [Service.Edit] makes or changes
// the draft, [Service.Enable] makes it live, [Service.Rollback] returns to the
// previous version. Sign-ins see no other change, except for the identity
// provider's own metadata: it is fetched again in the background, or when a
// response is signed with an unknown key, and then replaces keys and addresses in
// every version that reads them from there.
//
// Bad input is refused with all its problems, each named as in the REST API
// ("saml.metadata_url"). A value that works and should still be changed is a
// [Warning].
//
// What must not live here: how a message is verified (saml, oidc), HTTP handlers,
// SQL, and the evaluation of an identity (mapping, policy, groupsync).
package connections
