//go:build linux

package bench

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// requestsPerRound is the number of requests per connection and round.
const requestsPerRound = 2500

// BenchmarkForwardAuth measures a reverse proxy's request about a signed-in user,
// next to a minimal server in Go: an opaque token, a map, the identity headers.
func BenchmarkForwardAuth(b *testing.B) {
	for name, database := range databases(b) {
		for _, groups := range []int{1, 20, 200} {
			b.Run(fmt.Sprintf("%s/groups=%d", name, groups), func(b *testing.B) {
				s := newSetting(b, database(b), groups)
				s.acme.ConnectSAML(s.idp)
				ours := newLoad(b, s.g.Addr, s.request(s.signedIn()))
				address, pid := startBare(b, groups)
				bare := func(token string) *load {
					return newLoad(b, address, "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: session="+token+"\r\n\r\n")
				}
				mine, least, times := compare(
					b, ours, bare(bareToken), s.g.PID(), pid, http.StatusOK,
				)
				_, _, same := compare(
					b, ours, bare(allToken), s.g.PID(), pid, http.StatusOK,
				)
				report(
					b, "≤ 1.3 × bare", figure{mine, "cpu-µs/op"},
					figure{least, "bare-cpu-µs/op"}, figure{times, "x-bare"},
					figure{same, "x-bare-with-our-headers"},
				)
			})
		}
	}
}

// BenchmarkForwardAuthRefused measures requests without a cookie, and with an invalid
// one.
func BenchmarkForwardAuthRefused(b *testing.B) {
	for name, cookie := range map[string]string{
		"none":   "",
		"forged": "gatehouse=" + strings.Repeat("MTc2", 40),
	} {
		b.Run(name, func(b *testing.B) {
			s := newSetting(b, "", 1)
			s.application()
			ours := newLoad(b, s.g.Addr, s.request(cookie))
			address, pid := startBare(b, 1)
			bare := newLoad(b, address, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
			mine, least, times := compare(
				b, ours, bare, s.g.PID(), pid, http.StatusUnauthorized,
			)
			report(
				b, "≤ 1.2 × bare", figure{mine, "cpu-µs/op"},
				figure{least, "bare-cpu-µs/op"}, figure{times, "x-bare"},
			)
		})
	}
}

// compare measures both servers in every round and returns the medians of their costs
// and of the ratio.
func compare(b *testing.B, ours, bare *load, pid, barePID, status int) (mine, least, times float64) {
	b.Helper()
	ours.cost(pid, status) // warms up the session cache
	bare.cost(barePID, status)
	var our, their, ratio []float64
	for range rounds {
		o, t := ours.cost(pid, status), bare.cost(barePID, status)
		our, their, ratio = append(our, o), append(their, t), append(ratio, o/t)
	}
	return median(our), median(their), median(ratio)
}

// application registers the protected application.
func (s *setting) application() {
	s.Helper()
	s.g.API().Do(http.MethodPost, "/applications", harness.Object{
		"key":          "wiki",
		"name":         "Wiki",
		"kind":         "forward-auth",
		"origins":      []string{"http://localhost:8081"},
		"programs":     true,
		"groups_limit": 16384,
	}, nil)
	s.known()
}

// known waits until forward-auth knows the application: it reloads them every few
// seconds.
func (s *setting) known() {
	s.Helper()
	if !harness.Soon(30*time.Second, func() bool {
		r, err := http.NewRequestWithContext(
			s.Context(), http.MethodGet, "http://"+s.g.Addr+"/auth/nginx/wiki", nil,
		)
		if err != nil {
			s.Fatal(err)
		}
		r.Host = strings.TrimPrefix(s.g.URL, "http://")
		r.Header.Set("X-Original-Url", "http://localhost:8081/")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusUnauthorized
	}) {
		s.Fatalf("the application is not known\n%s", s.g.Log())
	}
}

// signedIn signs a user in and returns the Cookie header.
func (s *setting) signedIn() string {
	s.Helper()
	s.application()
	l := s.letters(1)[0]
	if a := l.by.visitor.Deliver(l.Return); a.Status != http.StatusSeeOther {
		s.Fatalf("signing in: %v", a)
	}
	const name = "gatehouse" // the session cookie over http
	if value := l.by.visitor.Cookies()[name]; value != "" {
		return name + "=" + value
	}
	s.Fatal("there is no session cookie")
	return ""
}

// request returns the raw request that nginx sends.
func (s *setting) request(cookie string) string {
	r := "GET /auth/nginx/wiki HTTP/1.1\r\nHost: " +
		strings.TrimPrefix(s.g.URL, "http://") + "\r\n" +
		"X-Original-URL: http://localhost:8081/page?x=1\r\nX-Original-Method: GET\r\n"
	if cookie != "" {
		r += "Cookie: " + cookie + "\r\n"
	}
	return r + "\r\n"
}
