// Package saml is the SAML 2.0 service provider: authentication requests, the
// verification of answers, our metadata, reading an identity provider's, and
// single logout. What comes out is an [gatehouse/sso.Assertion] and the list of
// checks made, on failure up to and including the one that failed.
//
// A message goes one way. A strict scan over the bytes refuses whatever two
// readers could read differently (scan.go). One parse makes a tree. Its shape
// is checked: one assertion, signatures in their two places and of one form
// (shape.go, signature.go). goxmldsig verifies each signature with the keys
// pinned for the connection, and from then on only the tree it returns, parsed
// from the octets whose digest was signed, is read (verify.go). An encrypted
// assertion is decrypted in between, and an encrypted NameID at the end, with
// whichever of its keys is for us (decrypt.go). The rules of the profile come
// last (rules.go, subject.go). There is no code here that makes a digest or a
// canonical form.
//
// Logout messages go the same way (logout.go, logoutrules.go); those that come by
// redirect are verified over their query instead, as its octets came
// (receive.go). What we send leaves by one place for both bindings (send.go).
// Metadata of an identity provider passes the scan too (idpmetadata.go): it is
// not signed as far as we look, so it is believed for where it was got from.
//
// Types of messages we send are those of crewjam/saml. Its verification, its
// metadata, its logout and its decryption are not used: docs/decisions tell why.
//
// What must not live here: HTTP handlers and cookies, the database, what an
// attribute means (that is mapping), replay marks (the store's), and types of
// crewjam/saml, goxmldsig or etree in anything exported.
package saml
