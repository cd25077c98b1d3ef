package forwardauth_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// turnedAway are the statuses of a request that reached no application.
func turnedAway(status int) bool {
	return slices.Contains([]int{
		http.StatusFound,
		http.StatusBadRequest,
		http.StatusUnauthorized,
		http.StatusForbidden,
		http.StatusNotFound,
	}, status)
}

// TestPathsBehindProxies sends every spelling of a path through real proxies: one
// that the proxy, the gateway or the application reads differently lets no
// user in who is not signed in, or is in no group that may use the application.
func TestPathsBehindProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		ada, bob := s.enter("ada", "web/dev"), s.enter("bob", "web/ops")
		reached := 0
		for _, path := range pathSpellings() {
			for name, p := range map[string]person{
				"signed out":       {},
				"in another group": bob,
			} {
				if got := s.raw("GET", path, p, asLine()...); got.app != nil || !turnedAway(got.status) {
					t.Errorf(
						"%q, %s: %d, the application asked: %v", path, name,
						got.status, got.app != nil,
					)
				}
			}
			if got := s.raw("GET", path, ada, asLine()...); got.app != nil {
				reached++
				s.honest(fmt.Sprintf("%q", path), got, told(ada, "ada", "web/dev"))
			}
		}
		if reached < 100 {
			t.Errorf("only %d spellings reached the application", reached)
		}
	})
}

// TestForeignHeadersBehindProxies sends the headers of every other proxy through
// real ones. They let no visitor in, and do not change the return address.
func TestForeignHeadersBehindProxies(t *testing.T) {
	t.Parallel()
	eachProxy(t, func(t *testing.T, start starter) {
		s := newSite(t, start)
		ada := s.enter("ada", "web/dev")
		want := s.raw("GET", "/a", person{}, asLine()...)
		if want.status != http.StatusFound || want.app != nil {
			t.Fatalf("signed out: %d", want.status)
		}
		for _, header := range locationHeaders() {
			for _, value := range []string{
				"https://evil.test/", "evil.test", "127.0.0.1",
			} {
				line := header + ": " + value
				got := s.raw("GET", "/a", person{}, append(asLine(), line)...)
				if got.app != nil ||
					!turnedAway(got.status) ||
					got.status == http.StatusFound && got.location != want.location {
					t.Errorf(
						"%s: %d to %s; want %s", line, got.status, got.location,
						want.location,
					)
				}
				if got := s.raw("GET", "/a", ada, append(asLine(), line)...); got.app != nil {
					s.honest(line, got, told(ada, "ada", "web/dev"))
				}
			}
		}
	})
}

// asLine makes a request one for a page.
func asLine() []string { return []string{"Accept: text/html", "Sec-Fetch-Mode: navigate"} }
