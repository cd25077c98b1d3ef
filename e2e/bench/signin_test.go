//go:build linux

package bench

import (
	"fmt"
	"testing"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// answersPerRound is bounded by the rate limit of responses per connection.
const answersPerRound = 100

// BenchmarkACSPost measures the POST of a signed response with 20 groups for an
// existing user: verify, map, plan, write durably, start a session.
func BenchmarkACSPost(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			s := newSetting(b, database(b), 20)
			s.acme.ConnectSAML(s.idp)
			ours, theirs := s.delivered()
			report(
				b, "≤ 2 ms on SQLite, ≤ 3 ms with PostgreSQL's share",
				figure{ours, "cpu-ms/op"}, figure{theirs, "database-cpu-ms/op"},
				figure{ours + theirs, "sum-ms/op"},
			)
		})
	}
}

// BenchmarkOIDCCallback measures the callback of a sign-in over OpenID Connect: redeem
// the code, verify the ID token, write durably, start a session.
func BenchmarkOIDCCallback(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			s := newSetting(b, database(b), 20)
			s.acme.ConnectOIDC(s.idp)
			ours, theirs := s.delivered()
			report(
				b, "with the start ≤ 1.3 ms", figure{ours, "cpu-ms/op"},
				figure{theirs, "database-cpu-ms/op"},
				figure{ours + theirs, "sum-ms/op"},
			)
		})
	}
}

// BenchmarkSignInStart measures the sign-in link: write the pending login, build the
// request and, over SAML, sign it, which costs most.
func BenchmarkSignInStart(b *testing.B) {
	for name, database := range databases(b) {
		for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
			b.Run(name+"/"+string(protocol), func(b *testing.B) {
				s := newSetting(b, database(b), 20)
				if protocol == sso.SAML {
					s.acme.ConnectSAML(s.idp)
				} else {
					s.acme.ConnectOIDC(s.idp)
				}
				c := s.courier()
				c.start()
				var all, database []float64
				for range rounds {
					ours, theirs := s.cost(startsPerRound, func() {
						for range startsPerRound {
							c.start()
						}
					})
					all, database = append(all, ours), append(database, theirs)
				}
				report(
					b, "of SAML 1.6 ms are a signature",
					figure{median(all), "cpu-ms/op"},
					figure{median(database), "database-cpu-ms/op"},
				)
			})
		}
	}
}

// startsPerRound is bounded by the rate limit of sign-ins per address.
const startsPerRound = 10

// start opens the sign-in link.
func (c *courier) start() {
	c.s.Helper()
	if status, _, body := c.send(
		"GET", "/login/sso?enterprise_key=acme", nil,
	); status != 303 && status != 200 {
		c.s.Fatalf("status %d\n%s", status, body)
	}
}

// delivered returns the median cost of a response for an existing user.
func (s *setting) delivered() (ours, theirs float64) {
	s.Helper()
	for _, first := range s.letters(10) {
		if err := first.deliver(); err != nil {
			s.Fatal(err)
		}
	}
	var all, database []float64
	for range rounds {
		answers := s.letters(answersPerRound)
		mine, other := s.cost(len(answers), func() {
			for _, a := range answers {
				if err := a.deliver(); err != nil {
					s.Fatal(err)
				}
			}
		})
		all, database = append(all, mine), append(database, other)
	}
	return median(all), median(database)
}

// BenchmarkGrowth measures the POST of a response with growing numbers of memberships
// in the enterprise, relative to ten thousand.
func BenchmarkGrowth(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			few := 0.0
			for _, memberships := range []int{10_000, 100_000, 1_000_000} {
				b.Run(fmt.Sprintf("memberships=%d", memberships), func(b *testing.B) {
					s := newSetting(b, database(b), 20)
					s.acme.ConnectSAML(s.idp)
					storetest.Fill(
						b, s.g.DSN, sso.EnterpriseID(s.acme.ID),
						firstOrganization(s.g, s.acme), memberships,
					)
					ours, theirs := s.delivered()
					if few == 0 {
						few = ours + theirs
					}
					report(
						b, "≤ 1.3 × of 10,000", figure{ours + theirs, "cpu-ms/op"},
						figure{(ours + theirs) / few, "x-of-fewest"},
					)
				})
			}
		})
	}
}
