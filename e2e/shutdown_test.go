package e2e

import (
	"io"
	"net/http"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// TestGracefulShutdown tests that after SIGTERM the program first reports not ready,
// keeps serving while load balancers notice, finishes requests in progress and exits
// with status 0.
func TestGracefulShutdown(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{
		Env: []string{"GATEHOUSE_SHUTDOWN_DELAY=2s"},
	})
	const form = "company=nobody"
	slow := beginPost(t, g, "/login", len(form), form[:5])
	g.Terminate()
	if !harness.Soon(2*time.Second, func() bool {
		return g.Probe("/readyz") == http.StatusServiceUnavailable
	}) {
		t.Errorf("/readyz says %d after SIGTERM", g.Probe("/readyz"))
	}
	if status := g.Probe("/login"); status != http.StatusOK {
		t.Errorf("a request during the delay: %d", status)
	}
	// When new requests are refused, those from before SIGTERM still run.
	if !harness.Soon(10*time.Second, func() bool {
		return g.Probe("/healthz") == 0
	}) || !g.Running() {
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
