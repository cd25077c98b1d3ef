package sso

import (
	"strings"
	"time"
)

// ProvisioningContact is a request that reached the SCIM address of a connection.
type ProvisioningContact struct {
	At     time.Time
	Remote string // address of the client
	Client string // as [ClientName] returns it
	// Request is the method and the path below the address, "GET /Users"; of a request
	// to a wrong address, as [MisaddressedRequest] returns it.
	Request string
	Status  int // of the response
}

// Misaddressed reports whether the request was sent to an address that is not that of
// the connection, and recognized by its token or by the connection's ID in it.
func (c ProvisioningContact) Misaddressed() bool { return strings.Contains(c.Request, "://") }

// Bounds of a request to a wrong address, in bytes.
const (
	maxMethod  = 16
	maxAddress = 300
)

// MisaddressedRequest returns the method and the address of a request to a wrong
// address as they are kept and shown: without what is not printable, and shortened. A
// stranger may have chosen both.
func MisaddressedRequest(method, address string) string {
	return shown(method, maxMethod) + " " + shown(address, maxAddress)
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

// ReachState says in a word which requests have reached a connection.
type ReachState string

// The states.
const (
	ReachNothing   ReachState = "nothing"       // no request has come
	ReachUnknown   ReachState = "without-token" // the latest had no token of the connection
	ReachElsewhere ReachState = "wrong-address" // the latest was sent to a wrong address
	ReachWell      ReachState = "reached"
)

// State returns the state, and the contact that tells: the latest one.
func (r ProvisioningReach) State() (ReachState, ProvisioningContact) {
	last, state := r.Known.Last, ReachWell
	if r.Unknown.Last.At.After(last.At) {
		last, state = r.Unknown.Last, ReachUnknown
	}
	switch {
	case last.At.IsZero():
		return ReachNothing, last
	case last.Misaddressed():
		return ReachElsewhere, last
	}
	return state, last
}

// ContactKey tells apart the requests of which the first and last are kept.
type ContactKey struct {
	Connection ConnectionID
	Known      bool
}
