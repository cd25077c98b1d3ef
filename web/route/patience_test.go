package route

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestFailurePageWaitsLittle asserts that a page about a store that does not answer
// waits little for what it shows beside: the visitor has waited already.
func TestFailurePageWaitsLittle(t *testing.T) {
	t.Parallel()
	for status, limited := range map[int]bool{
		http.StatusServiceUnavailable: true,
		http.StatusNotFound:           false,
		http.StatusForbidden:          false,
	} {
		f := newFixture(t, func(o *Options) {
			o.RenderFailure = func(_ http.ResponseWriter, r *http.Request, _ Failure) error {
				deadline, has := r.Context().Deadline()
				if has != limited || has && time.Until(deadline) > 100*time.Millisecond {
					t.Errorf("%d: a deadline: %v, in %v", status, has, time.Until(deadline))
				}
				return nil
			}
		})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/page", http.NoBody)
		renderPage(f.Router, httptest.NewRecorder(), r, Failure{Status: status})
	}
}
