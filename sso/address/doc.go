// Package address brings the domain of an e-mail address into its ASCII form
// (IDNA, RFC 5891), in which domains are proven, compared and kept. What an
// identity provider asserts, what people enter to find their company, and where
// mail goes all pass through here, so one mailbox has one spelling.
//
// What must not live here: whose domain it is, and whether an address is
// verified.
package address
