package scim

import (
	"sync"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
)

// The load that one node takes on. More is refused before anything is read, so
// that provisioning cannot take the memory that sign-ins need. A connection has half
// of it at most, so that one that sends slowly or too much leaves the rest to others.
const (
	maxRequests = 256
	maxBytes    = 64 << 20 // of bodies
)

// usage is a number of requests that are being carried out, and of bytes of their
// bodies.
type usage struct {
	requests int
	bytes    int64
}

func (u usage) plus(requests int, bytes int64) usage {
	return usage{
		requests: u.requests + requests,
		bytes:    u.bytes + bytes,
	}
}

// load counts the requests that are being carried out, and their bodies.
type load struct {
	mu          sync.Mutex
	all         usage
	connections map[sso.ConnectionID]usage
}

// enter counts a request with a body of size bytes (-1: unknown) until done is
// called. The error is Unavailable.
func (l *load) enter(size int64) (done func(), err error) {
	size = charged(size)
	l.mu.Lock()
	defer l.mu.Unlock()
	after := l.all.plus(1, size)
	if after.requests > maxRequests || after.bytes > maxBytes {
		return nil, provisioning.Overloaded()
	}
	l.all = after
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.all = l.all.plus(-1, -size)
	}, nil
}

// enterFor is enter for the share of a connection, once it is known whose the request
// is.
func (l *load) enterFor(c sso.ConnectionID, size int64) (done func(), err error) {
	size = charged(size)
	l.mu.Lock()
	defer l.mu.Unlock()
	after := l.connections[c].plus(1, size)
	if after.requests > maxRequests/2 || after.bytes > maxBytes/2 {
		return nil, provisioning.Overloaded()
	}
	if l.connections == nil {
		l.connections = map[sso.ConnectionID]usage{}
	}
	l.connections[c] = after
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.connections[c] = l.connections[c].plus(-1, -size)
		if l.connections[c].requests == 0 {
			delete(l.connections, c)
		}
	}, nil
}

// charged returns as how many bytes a body counts.
func charged(size int64) int64 {
	if size < 0 {
		return provisioning.MaxBody
	}
	return min(size, provisioning.MaxBody)
}
