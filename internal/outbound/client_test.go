package outbound

import "testing"

// A test through the environment could not fail: net/http reads it once, and
// never uses a proxy for the loopback address a test has.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	for _, private := range []bool{false, true} {
		g, ok := NewClient(Options{AllowPrivate: private}).Transport.(*guard)
		if !ok || g.transport.Proxy != nil {
			t.Errorf("a proxy may be used (private %v)", private)
		}
	}
}
