package outbound

import "testing"

// TestNoProxy looks at the transport. A test through the environment could not fail:
// net/http reads it once, and never uses a proxy for loopback addresses.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	for _, private := range []bool{false, true} {
		g, ok := NewClient(Options{AllowPrivate: private}).Transport.(*guard)
		if !ok || g.transport.Proxy != nil {
			t.Errorf("a proxy may be used (private %v)", private)
		}
	}
}
