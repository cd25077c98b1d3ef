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

// requestsPerRound is on each of the connections.
const requestsPerRound = 2500

// BenchmarkForwardAuth is what a reverse proxy waits for with every request of
// somebody who is signed in, beside a server that does the least one can do in
// Go: an opaque token, a map, the identity headers.
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
				mine, least, times := compare(b, ours, bare(bareToken), s.g.PID(), pid, http.StatusOK)
				_, _, same := compare(b, ours, bare(allToken), s.g.PID(), pid, http.StatusOK)
				report(b, "≤ 1.3 × bare", figure{mine, "cpu-µs/op"}, figure{least, "bare-cpu-µs/op"}, figure{times, "x-bare"}, figure{same, "x-bare-with-our-headers"})
			})
		}
	}
}

// BenchmarkForwardAuthRefused is the same for those who have no cookie, and for
// those who made one up.
func BenchmarkForwardAuthRefused(b *testing.B) {
	for name, cookie := range map[string]string{"none": "", "forged": "gatehouse=" + strings.Repeat("MTc2", 40)} {
		b.Run(name, func(b *testing.B) {
			s := newSetting(b, "", 1)
			s.application()
			ours := newLoad(b, s.g.Addr, s.request(cookie))
			address, pid := startBare(b, 1)
			bare := newLoad(b, address, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
			mine, least, times := compare(b, ours, bare, s.g.PID(), pid, http.StatusUnauthorized)
			report(b, "≤ 1.2 × bare", figure{mine, "cpu-µs/op"}, figure{least, "bare-cpu-µs/op"}, figure{times, "x-bare"})
		})
	}
}

// compare measures both in every round. The ratio is the median of the rounds'.
func compare(b *testing.B, ours, bare *load, pid, barePID, status int) (mine, least, times float64) {
	b.Helper()
	one := func(l *load, pid int) float64 {
		before := processorOf(b, pid)
		l.run(requestsPerRound, status)
		return float64((processorOf(b, pid) - before).Nanoseconds()) / 1000 / (requestsPerRound * connections)
	}
	one(ours, pid) // the first asks the database, and the processor's caches
	one(bare, barePID)
	var our, their, ratio []float64
	for range rounds {
		o, t := one(ours, pid), one(bare, barePID)
		our, their, ratio = append(our, o), append(their, t), append(ratio, o/t)
	}
	return median(our), median(their), median(ratio)
}

// application is what is protected.
func (s *setting) application() {
	s.Helper()
	s.g.API().Do(http.MethodPost, "/applications", harness.Object{
		"key": "wiki", "name": "Wiki", "kind": "forward-auth", "origins": []string{"http://localhost:8081"}, "groups_limit": 16384}, nil)
	s.known()
}

// known waits until the application is known: the list of them is read every
// few seconds.
func (s *setting) known() {
	s.Helper()
	if !harness.Soon(30*time.Second, func() bool {
		r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, "http://"+s.g.Addr+"/auth/nginx/wiki", nil)
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

// signedIn is the Cookie header of somebody who is.
func (s *setting) signedIn() string {
	s.Helper()
	s.application()
	l := s.letters(1)[0]
	if a := l.by.visitor.Deliver(l.Return); a.Status != http.StatusSeeOther {
		s.Fatalf("signing in: %v", a)
	}
	const name = "gatehouse" // over http; others remember other things
	if value := l.by.visitor.Cookies()[name]; value != "" {
		return name + "=" + value
	}
	s.Fatal("there is no session cookie")
	return ""
}

// request is what nginx asks.
func (s *setting) request(cookie string) string {
	r := "GET /auth/nginx/wiki HTTP/1.1\r\nHost: " + strings.TrimPrefix(s.g.URL, "http://") + "\r\n" +
		"X-Original-URL: http://localhost:8081/page?x=1\r\nX-Original-Method: GET\r\n"
	if cookie != "" {
		r += "Cookie: " + cookie + "\r\n"
	}
	return r + "\r\n"
}
