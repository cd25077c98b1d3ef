package scim

import (
	"sync/atomic"

	"gatehouse/sso/provisioning"
)

// The load that one node takes on. More is refused before anything is read, so
// that provisioning cannot take the memory that sign-ins need.
const (
	maxRequests = 256
	maxBytes    = 64 << 20 // of bodies
)

// load counts the requests that are being carried out, and their bodies.
type load struct {
	requests atomic.Int64
	bytes    atomic.Int64
}

// enter counts a request with a body of size bytes (-1: unknown) until done is
// called. The error is Unavailable.
func (l *load) enter(size int64) (done func(), err error) {
	if size < 0 {
		size = provisioning.MaxBody
	}
	size = min(size, provisioning.MaxBody)
	done = func() {
		l.requests.Add(-1)
		l.bytes.Add(-size)
	}
	requests, bytes := l.requests.Add(1), l.bytes.Add(size)
	if requests > maxRequests || bytes > maxBytes {
		done()
		return nil, provisioning.Overloaded()
	}
	return done, nil
}
