// Package address converts host names to their ASCII form (IDNA, RFC 5891), in
// which they are looked up, proven, compared and stored: the domains of e-mail
// addresses, and the hosts of the addresses that admins enter and that
// documents of identity providers contain. One mailbox and one server have one
// spelling.
//
// An identifier that only looks like an address, such as an issuer or an entity
// ID in an assertion, is compared byte by byte and not converted.
//
// What must not live here: whose domain it is, whether an address is verified,
// and which addresses may be called.
package address
