package harness

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Relay is a TCP proxy in front of a server. A test can cut it, make it hang,
// or delay it.
type Relay struct {
	Addr string // replaces the server's address

	target   string
	listener net.Listener
	mu       sync.Mutex
	moved    *sync.Cond // signalled when cut or hung changes
	cut      bool
	hung     bool
	delay    time.Duration
	open     map[net.Conn]bool
}

// NewRelay starts a relay to the server of a URL such as
// "redis://localhost:6379/0", and returns the URL by way of the relay.
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

// inFlight is the number of chunks that the relay holds in each direction
// before the sender has to wait.
const inFlight = 1024

// chunk is bytes in transit.
type chunk struct {
	data []byte
	due  time.Time // when they arrive
}

// copy copies bytes until the relay is cut. With a delay each chunk arrives
// later, in order, while others are in transit.
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

// length returns the delay of a chunk.
func (r *Relay) length() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.delay
}

// pass waits while the relay hangs; it returns false once the relay is cut.
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

// Cut closes every connection and refuses new ones, as if the server had died.
func (r *Relay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = true
	for c := range r.open {
		_ = c.Close()
	}
	r.moved.Broadcast()
}

// Hang accepts connections and carries nothing, like a network that drops
// packets.
func (r *Relay) Hang() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hung = true
}

// Mend ends Cut and Hang; held data is delivered.
func (r *Relay) Mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut, r.hung = false, false
	r.moved.Broadcast()
}

// Delay delays everything by d in each direction.
func (r *Relay) Delay(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay = d
}
