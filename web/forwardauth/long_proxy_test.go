package forwardauth_test

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestLongLinksThroughProxies opens long links behind real proxies, signed out, and
// follows the way to the sign-in and back: they come back byte for byte.
func TestLongLinksThroughProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		ada := s.enter("ada", "web/dev")
		_, port, _ := net.SplitHostPort(s.proxy)
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
		follow := func(address string, p person) string {
			r, err := http.NewRequestWithContext(
				t.Context(), http.MethodGet, address, http.NoBody,
			)
			s.ok(err)
			if p.cookie != "" {
				r.Header.Set("Cookie", p.cookie)
			}
			resp, err := client.Do(r)
			s.ok(err)
			s.ok(resp.Body.Close())
			return resp.Header.Get("Location")
		}
		for name, uri := range map[string]string{
			"1,500 bytes": "/s?q=" + url.QueryEscape(strings.Repeat("日本語の検索", 27)),
			"3,800 bytes": "/s?q=" + url.QueryEscape(strings.Repeat("日本語の検索", 70)),
			"parameters": "/app/discover?" +
				strings.Repeat("_g=(time:(from:now-15m,to:now))&_a=(index:'logs-*',q:a+b%2Bc)&", 120),
			"8 KiB": "/s?q=" + strings.Repeat("logs%20of%20", 680)[:8100],
		} {
			got := s.raw("GET", uri, person{}, asLine()...)
			if got.status != http.StatusFound || got.app != nil {
				t.Errorf("%s: %d", name, got.status)
				continue
			}
			signIn, err := url.Parse(follow(got.location, person{}))
			s.ok(err)
			back := follow(s.gateway.URL+signIn.Query().Get("return_to"), ada)
			if want := "http://localhost:" + port + uri; back != want {
				t.Errorf(
					"%s: %d bytes came back as %d: %.200q", name, len(want),
					len(back), back,
				)
			}
			if again := s.raw(
				"GET", strings.TrimPrefix(back, "http://localhost:"+port), ada,
				asLine()...,
			); again.app == nil || s.target != uri {
				t.Errorf("%s: the application is asked for %.100q", name, s.target)
			}
		}
	})
}
