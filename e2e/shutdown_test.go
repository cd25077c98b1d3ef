package e2e

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// TestGracefulShutdown: after SIGTERM the program first says that it is not
// ready, answers on while load balancers notice, finishes what it has begun and
// ends with status 0.
func TestGracefulShutdown(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{Env: []string{"GATEHOUSE_SHUTDOWN_DELAY=2s"}})
	slow := beginPost(t, g)
	g.Terminate()
	if !harness.Soon(2*time.Second, func() bool { return g.Probe("/readyz") == http.StatusServiceUnavailable }) {
		t.Errorf("/readyz says %d after SIGTERM", g.Probe("/readyz"))
	}
	if status := g.Probe("/login"); status != http.StatusOK {
		t.Errorf("a request during the delay: %d", status)
	}
	// Once nobody new is let in, what began before SIGTERM is still there.
	if !harness.Soon(10*time.Second, func() bool { return g.Probe("/healthz") == 0 }) || !g.Running() {
		t.Errorf("still listening, or did not wait for a request in progress; running %v", g.Running())
	}
	if status := slow.finish(t); status != http.StatusUnprocessableEntity {
		t.Errorf("the request in progress ended with %d", status)
	}
	if status := g.Ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// slowPost is a request whose body has not been sent whole.
type slowPost struct {
	conn net.Conn
	rest string
}

func beginPost(t *testing.T, g *harness.Gateway) slowPost {
	t.Helper()
	conn, err := net.Dial("tcp", g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	const body = "company=nobody"
	_, err = fmt.Fprintf(conn, "POST /login HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		strings.TrimPrefix(g.URL, "http://"), len(body), body[:5])
	if err != nil {
		t.Fatal(err)
	}
	return slowPost{conn, body[5:]}
}

func (p slowPost) finish(t *testing.T) (status int) {
	t.Helper()
	if _, err := p.conn.Write([]byte(p.rest)); err != nil {
		t.Fatal(err)
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	resp, err := http.ReadResponse(bufio.NewReader(p.conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
