//go:build unix

package store_test

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// BenchmarkRecordLogin is the transaction of one sign-in with 20 groups over
// three organizations, durably written. Memberships present are 10 k and 100 k,
// with GATEHOUSE_BENCH_LONG set also 1 M; cpu-µs is of the whole process.
func BenchmarkRecordLogin(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("GATEHOUSE_BENCH_LONG") != "" {
		sizes = append(sizes, 1_000_000)
	}
	databases := map[string]func(testing.TB) string{"sqlite": storetest.SQLite}
	if os.Getenv("TEST_POSTGRES_URL") != "" {
		databases["postgres"] = storetest.Postgres
	}
	for name, fresh := range databases {
		for _, size := range sizes {
			b.Run(fmt.Sprintf("%s/memberships=%d", name, size), func(b *testing.B) {
				f := newFixture(b, fresh, size)
				b.Run("unchanged", func(b *testing.B) { f.run(b, false, 1) })
				b.Run("changed", func(b *testing.B) { f.run(b, true, 1) })
				b.Run("unchanged/callers=32", func(b *testing.B) {
					f.run(b, false, 32)
				})
				f.beside = 60
				b.Run("unchanged/unmatched=60", func(b *testing.B) {
					f.run(b, false, 1)
				})
			})
		}
	}
}

type fixture struct {
	db   *store.DB
	ent  sso.Enterprise
	conn sso.Connection
	orgs []sso.Organization
	// names are 40 group names; every organization has about a third of the
	// groups of each half.
	names  []string
	beside int // names that no group has, asserted beside those
}

func newFixture(b *testing.B, fresh func(testing.TB) string, memberships int) *fixture {
	b.Helper()
	ctx := b.Context()
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	dsn := fresh(b)
	f := &fixture{
		db: storetest.Open(b, dsn, store.Keyring{Current: store.NewKey()}, nil),
	}
	var err error
	f.ent, err = f.db.CreateEnterprise(ctx, sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	check(err)
	f.conn, err = f.db.CreateConnection(ctx, sso.ActorSystem, sso.Connection{
		Enterprise: f.ent.ID,
		Protocol:   sso.SAML,
		State:      sso.ConnectionEnabled,
	})
	check(err)
	for i := range 3 {
		o, err := f.db.CreateOrganization(ctx, sso.ActorSystem, sso.Organization{
			Enterprise: f.ent.ID,
			Key:        fmt.Sprintf("org-%d", i),
		})
		check(err)
		f.orgs = append(f.orgs, o)
	}
	for i := range 40 {
		f.names = append(f.names, fmt.Sprintf("group-%d", i))
		_, err := f.db.CreateGroup(ctx, sso.ActorSystem, f.ent.ID, sso.Group{
			Organization: f.orgs[i%3].ID,
			Name:         f.names[i],
		})
		check(err)
	}
	storetest.Fill(b, dsn, f.ent.ID, f.orgs[0].ID, memberships)
	return f
}

func (f *fixture) run(b *testing.B, changed bool, callers int) {
	ctx := b.Context()
	one := func(person, i int) {
		half := 0
		if changed {
			half = i % 2
		}
		now := time.Now()
		names := slices.Clone(f.names[half*20 : half*20+20])
		for i := range f.beside {
			names = append(names, fmt.Sprintf("Company-wide %d", i))
		}
		attempt := sso.NewID[sso.AttemptID](now)
		s := sso.SignIn{
			Identity: sso.Identity{
				Connection: f.conn.ID,
				Subject:    fmt.Sprint("bench-", person),
				Login:      "bench",
				Email:      "bench@acme.test",
				Name:       "Bench",
				Groups: sso.AssertedGroups{
					State: sso.GroupsValues,
					Names: names,
				},
			},
			Replay: sso.ReplayMark{
				Connection: f.conn.ID,
				ResponseID: string(attempt),
				Until:      now.Add(time.Hour),
			},
			Attempt: sso.Attempt{
				ID:         attempt,
				Enterprise: f.ent.ID,
				Connection: f.conn.ID,
				Outcome:    sso.OutcomeSucceeded,
				At:         now,
			},
			Session: sso.Session{
				ID:          sso.NewID[sso.SessionID](now),
				Token:       sso.NewSecret().Hash(),
				Enterprise:  f.ent.ID,
				Connection:  f.conn.ID,
				Attempt:     attempt,
				CreatedAt:   now,
				LastSeenAt:  now,
				IdleTimeout: time.Hour,
				ExpiresAt:   now.Add(time.Hour),
			},
		}
		if _, _, err := f.db.RecordLogin(ctx, s, storetest.Reset(s.Identity.Groups)); err != nil {
			b.Error(err)
		}
	}
	for person := range callers {
		one(person, 1)
	}
	before := cpu()
	b.ResetTimer()
	if callers == 1 {
		for i := range b.N {
			one(0, i)
		}
	} else {
		queue := make(chan int)
		done := make(chan struct{})
		for person := range callers {
			go func() {
				for i := range queue {
					one(person, i)
				}
				done <- struct{}{}
			}()
		}
		for i := range b.N {
			queue <- i
		}
		close(queue)
		for range callers {
			<-done
		}
	}
	b.StopTimer()
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPrincipal reads one session by its token.
func BenchmarkPrincipal(b *testing.B) {
	f := newFixture(b, storetest.SQLite, 10_000)
	now := time.Now()
	attempt := sso.NewID[sso.AttemptID](now)
	s := sso.SignIn{
		Identity: sso.Identity{
			Connection: f.conn.ID,
			Subject:    "bench",
			Login:      "bench",
		},
		Replay: sso.ReplayMark{
			Connection: f.conn.ID,
			ResponseID: "x",
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  f.ent.ID,
			Connection:  f.conn.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
	if _, _, err := f.db.RecordLogin(b.Context(), s, storetest.Reset(s.Identity.Groups)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.db.Principal(b.Context(), s.Session.Token); err != nil {
			b.Fatal(err)
		}
	}
}
