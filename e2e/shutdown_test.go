package e2e

import (
	"io"
	"net/http"
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
	const form = "company=nobody"
	slow := beginPost(t, g, "/login", len(form), form[:5])
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
	if _, err := io.WriteString(slow.conn, form[5:]); err != nil {
		t.Fatal(err)
	}
	if a := slow.answer(t); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("the request in progress ended with %v", a)
	}
	if status := g.Ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
