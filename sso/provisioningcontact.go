package sso

import "time"

// ProvisioningContact is a request that reached the SCIM address of a connection.
type ProvisioningContact struct {
	At      time.Time
	Remote  string // address of the client
	Client  string // as [ClientName] returns it
	Request string // method and path below the address: "GET /Users"
	Status  int    // of the response
}

// ProvisioningContacts are the first and the last of some requests, with their
// senders.
type ProvisioningContacts struct {
	First, Last ProvisioningContact // the zero value if there was none
}

// Any reports whether there was a request.
func (c ProvisioningContacts) Any() bool { return !c.First.At.IsZero() }

// Add returns c with one more request.
func (c ProvisioningContacts) Add(one ProvisioningContact) ProvisioningContacts {
	if !c.Any() || one.At.Before(c.First.At) {
		c.First = one
	}
	if !one.At.Before(c.Last.At) {
		c.Last = one
	}
	return c
}

// ProvisioningReach says which requests have ever reached the SCIM address of a
// connection.
type ProvisioningReach struct {
	Known   ProvisioningContacts // with a token of the connection, also one that ended
	Unknown ProvisioningContacts // without
}

// ContactKey tells apart the requests of which the first and last are kept.
type ContactKey struct {
	Connection ConnectionID
	Known      bool
}
