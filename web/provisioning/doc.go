// Package provisioning is the pages about what the identity provider of a
// connection pushes over SCIM: its address and tokens, what was refused, who is
// expected in groups, the pilot, and the switch from sign-ins and back.
// All are below /admin/…/connections/{connection}/provisioning, and [places] is
// the navigation between them.
//
// What must not live here: SCIM itself, which web/scim serves; the settings of a
// connection; what becomes of a push.
package provisioning
