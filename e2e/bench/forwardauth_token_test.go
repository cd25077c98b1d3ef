//go:build linux

package bench

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// BenchmarkForwardAuthToken measures a reverse proxy's request of a program with a
// personal token, next to one of a browser with a session of the same user.
func BenchmarkForwardAuthToken(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			s := newSetting(b, database(b), 20)
			s.acme.ConnectSAML(s.idp)
			session := newLoad(b, s.g.Addr, s.request(s.signedIn()))
			token := newLoad(b, s.g.Addr, s.bearing(s.token().Token))
			mine, least, times := compare(b, token, session, s.g.PID(), s.g.PID(), http.StatusOK)
			report(
				b, "≤ 1.3 × session", figure{mine, "cpu-µs/op"},
				figure{least, "session-cpu-µs/op"}, figure{times, "x-session"},
			)
		})
	}
}

// BenchmarkForwardAuthWrongToken measures requests with a token that was revoked, from
// an address that has used up its failures, next to requests without one.
func BenchmarkForwardAuthWrongToken(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			s := newSetting(b, database(b), 1)
			s.acme.ConnectSAML(s.idp)
			s.signedIn()
			made := s.token()
			s.g.API().Do(http.MethodDelete, s.tokens()+"/"+made.ID, nil, nil)
			wrong := newLoad(b, s.g.Addr, s.bearing(made.Token))
			none := newLoad(b, s.g.Addr, s.request(""))
			wrong.cost(s.g.PID(), http.StatusTooManyRequests, http.StatusUnauthorized) // uses the failures up
			var more []float64
			for range rounds {
				// The limit lets some through each second.
				mine := wrong.cost(s.g.PID(), http.StatusTooManyRequests, http.StatusUnauthorized)
				least := none.cost(s.g.PID(), http.StatusUnauthorized)
				more = append(more, mine-least)
			}
			extra := median(more)
			const perSecond = 100_000.0 / 60
			report(
				b, "≤ 5 % of a core at 100,000 a minute", figure{extra, "more-cpu-µs/op"},
				figure{extra * perSecond / 1e6 * 100, "%-of-a-core"},
			)
		})
	}
}

// cost returns the processor time of one request in microseconds.
func (l *load) cost(pid int, statuses ...int) float64 {
	l.b.Helper()
	before := processorOf(l.b, pid)
	l.run(requestsPerRound, statuses...)
	return float64((processorOf(l.b, pid) - before).Nanoseconds()) / 1000 / (requestsPerRound * connections)
}

type madeToken struct{ ID, Token string }

// tokens is the path of the personal tokens of the user.
func (s *setting) tokens() string {
	s.Helper()
	return "/enterprises/" + s.acme.ID + "/users/" + s.acme.Users("p-1@acme.example")[0].ID + "/tokens"
}

// token makes a personal token for the protected application.
func (s *setting) token() (made madeToken) {
	s.Helper()
	api := s.g.API()
	applications := harness.List[struct{ ID string }](api, "/applications")
	s.g.API().Do(http.MethodPost, s.tokens(), harness.Object{
		"name":         "Report",
		"applications": []string{applications[0].ID},
		"expires_at":   time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339),
	}, &made)
	return made
}

// bearing returns the raw request that nginx sends about a program with a token.
func (s *setting) bearing(token string) string {
	r := s.request("")
	return r[:len(r)-2] + "Authorization: Bearer " + token + "\r\n\r\n"
}
