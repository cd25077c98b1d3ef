package harness

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Relay is a wire to a server that a test can cut, hold still, or make longer.
type Relay struct {
	Addr string // to connect to in place of the server

	target   string
	listener net.Listener
	mu       sync.Mutex
	moved    *sync.Cond // told when cut or hung changes
	cut      bool
	hung     bool
	delay    time.Duration
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
	r := &Relay{
		Addr:     l.Addr().String(),
		target:   u.Host,
		listener: l,
		open:     map[net.Conn]bool{},
	}
	r.moved = sync.NewCond(&r.mu)
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
	if !r.keep(near) || !r.pass() {
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
		r.copy(far, near)
		_ = far.Close()
	}()
	r.copy(near, far)
}

// inFlight is how many chunks a wire holds in each direction before its sender
// waits.
const inFlight = 1024

// chunk is bytes on their way.
type chunk struct {
	data []byte
	due  time.Time // when they arrive
}

// copy carries bytes for as long as the wire lets them through. With a delay
// each chunk arrives later, in order, while others are already on their way.
func (r *Relay) copy(to, from net.Conn) {
	wire, done := make(chan chunk, inFlight), make(chan struct{})
	go func() {
		defer close(wire)
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				select {
				case wire <- chunk{bytes.Clone(buf[:n]), time.Now().Add(r.length())}:
				case <-done:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	defer close(done)
	for c := range wire {
		time.Sleep(time.Until(c.due))
		if !r.pass() {
			return
		}
		if _, err := to.Write(c.data); err != nil {
			return
		}
	}
}

// length is how long a chunk takes from one end to the other.
func (r *Relay) length() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.delay
}

// pass waits for as long as the wire is held still; false: it was cut.
func (r *Relay) pass() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.hung && !r.cut {
		r.moved.Wait()
	}
	return !r.cut
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
	r.moved.Broadcast()
}

// Hang accepts everything and carries nothing, as a network does that loses
// packets without a word.
func (r *Relay) Hang() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hung = true
}

// Mend lets everything through again, what was held up as well.
func (r *Relay) Mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut, r.hung = false, false
	r.moved.Broadcast()
}

// Delay makes everything arrive later by d, in each direction.
func (r *Relay) Delay(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay = d
}
