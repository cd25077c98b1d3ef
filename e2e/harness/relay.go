package harness

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Relay is a wire to a server that a test can cut.
type Relay struct {
	Addr string // to connect to in place of the server

	target   string
	listener net.Listener
	mu       sync.Mutex
	cut      bool
	open     map[net.Conn]bool
}

// NewRelay lays a wire to the server of an address such as
// "redis://localhost:6379/0", and gives the address with the wire in between.
func NewRelay(t testing.TB, address string) (*Relay, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Port() == "" {
		t.Fatalf("an address with a host and a port is needed, not %q", u.Redacted())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Relay{Addr: l.Addr().String(), target: u.Host, listener: l, open: map[net.Conn]bool{}}
	t.Cleanup(func() {
		r.Cut()
		_ = l.Close()
	})
	go r.accept()
	u.Host = r.Addr
	return r, u.String()
}

func (r *Relay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		go r.carry(near)
	}
}

func (r *Relay) carry(near net.Conn) {
	defer r.forget(near)
	if !r.keep(near) {
		return
	}
	far, err := net.Dial("tcp", r.target)
	if err != nil {
		return
	}
	defer r.forget(far)
	if !r.keep(far) {
		return
	}
	go func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
}

func (r *Relay) keep(c net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.cut {
		r.open[c] = true
	}
	return !r.cut
}

func (r *Relay) forget(c net.Conn) {
	_ = c.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, c)
}

// Cut ends every connection and refuses new ones, as if the server had died.
func (r *Relay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = true
	for c := range r.open {
		_ = c.Close()
	}
}

// Mend lets connections through again.
func (r *Relay) Mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = false
}
