// Package saml is the SAML 2.0 service provider: authentication requests, the
// verification of responses, our metadata, reading an identity provider's
// metadata, and single logout. It returns an [gatehouse/sso.Assertion] and the
// list of checks made; on failure the list ends with the check that failed.
//
// A message is processed in one direction. A strict scan over the bytes refuses
// everything that two parsers could read differently (scan.go). It is parsed
// once. The shape of the tree is checked: one assertion, signatures in their
// two places and of one form (shape.go, signature.go). goxmldsig verifies each
// signature with the keys pinned for the connection. From then on only the tree
// it returns, parsed from the octets whose digest was signed, is read
// (verify.go). An encrypted assertion is decrypted in between, and an encrypted
// NameID at the end, with the first of our keys that opens it (decrypt.go). The
// rules of the profile come last (rules.go, subject.go). No code here computes
// a digest or a canonical form.
//
// Logout messages are processed the same way (logout.go, logoutrules.go); those
// of the redirect binding are verified over the octets of their query
// (receive.go). All outgoing messages are sent by one function for both
// bindings (send.go). Metadata of an identity provider is scanned too
// (idpmetadata.go); its signature is not checked, so it is trusted because of
// where it was fetched.
//
// Outgoing messages use the types of crewjam/saml. Its verification, metadata,
// logout and decryption are not used: docs/decisions gives the reasons.
//
// What must not live here: HTTP handlers and cookies, the database, what an
// attribute means (that is mapping), replay marks (the store's), and types of
// crewjam/saml, goxmldsig or etree in an exported declaration.
package saml
