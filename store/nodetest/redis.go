package nodetest

import (
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"gatehouse/sso"
)

// Redis returns the address of the server that TEST_REDIS_URL names. Without
// one the test is skipped, or fails if GATEHOUSE_TEST_REQUIRE lists redis.
func Redis(t testing.TB) sso.Secret {
	t.Helper()
	server := os.Getenv("TEST_REDIS_URL")
	if server != "" {
		return sso.Secret(server)
	}
	if slices.Contains(
		strings.Split(os.Getenv("GATEHOUSE_TEST_REQUIRE"), ","), "redis",
	) {
		t.Fatal("TEST_REDIS_URL is not set, and Redis is required")
	}
	t.Skip("TEST_REDIS_URL is not set")
	return ""
}

// Proxy stands before a server and can be told to be down.
type Proxy struct {
	URL    sso.Secret // of the server, through the proxy
	server string
	addr   string

	mu    sync.Mutex
	gate  net.Listener // nil while refusing
	hangs bool
	conns map[net.Conn]struct{}
}

// NewProxy stands before the server of an address until the test ends.
func NewProxy(t testing.TB, address sso.Secret) *Proxy {
	t.Helper()
	u, err := url.Parse(address.Reveal())
	if err != nil {
		t.Fatal("the address of Redis is not a URL")
	}
	p := &Proxy{server: u.Host, conns: map[net.Conn]struct{}{}}
	if u.Port() == "" {
		p.server = net.JoinHostPort(u.Hostname(), "6379")
	}
	p.listen(t, "127.0.0.1:0")
	u.Host = p.addr
	p.URL = sso.Secret(u.String())
	t.Cleanup(p.Refuse)
	return p
}

func (p *Proxy) listen(t testing.TB, addr string) {
	t.Helper()
	gate, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate, p.addr, p.hangs = gate, gate.Addr().String(), false
	go func() {
		for {
			conn, err := gate.Accept()
			if err != nil {
				return
			}
			go p.carry(conn)
		}
	}()
}

// Refuse breaks every connection and takes no new one.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gate != nil {
		_ = p.gate.Close()
		p.gate = nil
	}
	p.drop()
}

// Hang takes connections and bytes, and passes nothing on; connections that were
// there go silent too.
func (p *Proxy) Hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hangs = true
}

// Heal makes the server reachable again.
func (p *Proxy) Heal(t testing.TB) {
	t.Helper()
	p.Refuse() // what hung does not come back to life
	p.listen(t, p.addr)
}

func (p *Proxy) drop() {
	for conn := range p.conns {
		_ = conn.Close()
	}
	clear(p.conns)
}

func (p *Proxy) keep(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[conn] = struct{}{}
}

func (p *Proxy) carry(client net.Conn) {
	p.keep(client)
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		_ = client.Close()
		return
	}
	p.keep(server)
	go p.pass(server, client)
	p.pass(client, server)
}

func (p *Proxy) pass(to, from net.Conn) {
	defer to.Close() //nolint:errcheck // a connection of a test
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		hangs := p.hangs
		p.mu.Unlock()
		if hangs {
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}
