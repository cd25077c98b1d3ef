package oidc_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"gatehouse/internal/outbound"
	"gatehouse/oidc"
)

// BenchmarkComplete is a callback with 20 groups, discovery and keys remembered:
// over loopback with the guarded client, and without a network, where the
// provider's answer is ready and what remains is ours.
func BenchmarkComplete(b *testing.B) {
	run := func(b *testing.B, p *fakeIDP, c *http.Client) {
		b.Helper()
		rp := oidc.New(oidc.Options{
			BaseURL: base,
			Now:     at,
			Client:  c,
		})
		pending := pendingLogin(at())
		cb, err := p.authorize(rp, pending)
		if err != nil {
			b.Fatal(err)
		}
		token := p.makeIDToken(pending.Nonce.Reveal()) // signing is the provider's work
		p.override["/token"] = func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			reply(w, map[string]any{
				"access_token": "the-access-token",
				"token_type":   "Bearer",
				"id_token":     token,
			})
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := rp.Complete(b.Context(), p.conn, p.config, &pending, cb); err != nil {
				b.Fatal(err)
			}
		}
	}
	provider := func(b *testing.B) *fakeIDP {
		b.Helper()
		p := newIDP(b)
		groups := make([]string, 20)
		for i := range groups {
			groups[i] = fmt.Sprintf("engineering-team-%02d", i)
		}
		p.claims = set(map[string]any{"groups": groups})
		return p
	}
	b.Run("loopback", func(b *testing.B) {
		run(b, provider(b), client(b, outbound.Options{}))
	})
	b.Run("verification", func(b *testing.B) {
		p := provider(b)
		run(b, p, &http.Client{Transport: handlerTransport{func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			p.ServeHTTP(w, r)
			return w.Result(), nil
		}}})
	})
}
