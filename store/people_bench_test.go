//go:build unix

package store_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// peopleBench is a company of 10,000 users with 20 memberships each and two connections,
// one of which knows them all.
type peopleBench struct {
	*testing.B
	db       *store.DB
	ent      sso.EnterpriseID
	from, to sso.ConnectionID
}

const benchPeople = 10_000

func newPeopleBench(b *testing.B, fresh func(testing.TB) string) *peopleBench {
	b.Helper()
	dsn := fresh(b)
	p := &peopleBench{
		B:  b,
		db: storetest.Open(b, dsn, store.Keyring{Current: store.NewKey()}, nil),
	}
	ent, err := p.db.CreateEnterprise(b.Context(), sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	p.check(err)
	p.ent = ent.ID
	org, err := p.db.CreateOrganization(b.Context(), sso.ActorSystem, sso.Organization{
		Enterprise: ent.ID,
		Key:        "web",
		Name:       "Web",
	})
	p.check(err)
	p.from, p.to = p.connection("Okta"), p.connection("Entra")
	storetest.Fill(b, dsn, ent.ID, org.ID, benchPeople*20)
	storetest.Bind(b, dsn, ent.ID, p.from)
	return p
}

func (p *peopleBench) check(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *peopleBench) connection(name string) sso.ConnectionID {
	p.Helper()
	c, err := p.db.CreateConnection(p.Context(), sso.ActorSystem, sso.Connection{
		Enterprise: p.ent,
		Name:       name,
		Protocol:   sso.SAML,
	})
	p.check(err)
	return c.ID
}

func filled(n int) sso.UserID { return sso.UserID(fmt.Sprintf("user-filled-%d", n)) }

// BenchmarkMove looks at a move of 10,000 users, carries it out until it is ready, and
// undoes it.
func BenchmarkMove(b *testing.B) {
	for name, fresh := range benchDatabases() {
		b.Run(name, func(b *testing.B) {
			p := newPeopleBench(b, fresh)
			var looked, moved, undone time.Duration
			b.ResetTimer()
			for range b.N {
				looked += took(p.preview)
				var m sso.Move
				moved += took(func() { m = p.move() })
				undone += took(func() {
					_, err := p.db.UndoMove(b.Context(), sso.ActorSystem, p.ent, m.ID)
					p.check(err)
				})
			}
			for unit, d := range map[string]time.Duration{
				"preview-ms": looked,
				"move-ms":    moved,
				"undo-ms":    undone,
			} {
				b.ReportMetric(float64(d.Milliseconds())/float64(b.N), unit)
			}
		})
	}
}

func took(fn func()) time.Duration {
	began := time.Now()
	fn()
	return time.Since(began)
}

func (p *peopleBench) asked() sso.Move {
	return sso.Move{
		Enterprise: p.ent,
		From:       p.from,
		To:         p.to,
		By:         sso.MoveByLogin,
	}
}

func (p *peopleBench) preview() {
	p.Helper()
	seen, err := p.db.PreviewMove(p.Context(), p.asked())
	p.check(err)
	if seen.Counts.Waiting != benchPeople {
		p.Fatalf("the preview has %+v", seen.Counts)
	}
}

func (p *peopleBench) move() sso.Move {
	p.Helper()
	m, err := p.db.StartMove(p.Context(), sso.ActorSystem, p.asked())
	p.check(err)
	for m.State != sso.MoveReady {
		p.check(p.db.ApplyMoves(p.Context()))
		m, err = p.db.Move(p.Context(), p.ent, m.ID)
		p.check(err)
	}
	if m.Counts.Waiting != benchPeople {
		p.Fatalf("the move has %+v", m.Counts)
	}
	return m
}

// BenchmarkMerge merges two users with 20 memberships each, and undoes that.
func BenchmarkMerge(b *testing.B) {
	for name, fresh := range benchDatabases() {
		b.Run(name, func(b *testing.B) {
			p := newPeopleBench(b, fresh)
			var merged, undone time.Duration
			b.ResetTimer()
			for i := range b.N {
				n := i * 2 % benchPeople
				var m sso.Merge
				merged += took(func() {
					var err error
					m, err = p.db.MergeUsers(b.Context(), sso.ActorSystem, p.ent, filled(n), filled(n+1))
					p.check(err)
				})
				undone += took(func() {
					_, err := p.db.UndoMerge(b.Context(), sso.ActorSystem, p.ent, m.ID)
					p.check(err)
				})
			}
			b.ReportMetric(float64(merged.Microseconds())/1000/float64(b.N), "merge-ms")
			b.ReportMetric(float64(undone.Microseconds())/1000/float64(b.N), "undo-ms")
		})
	}
}
