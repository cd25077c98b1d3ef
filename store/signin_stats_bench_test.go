package store_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// BenchmarkVitals is what the overview and the list of sign-ins read, with
// 100,000 attempts; with GATEHOUSE_BENCH_LONG set, a million, and 100,000 people.
func BenchmarkVitals(b *testing.B) {
	attempts, people := 100_000, 10_000
	if os.Getenv("GATEHOUSE_BENCH_LONG") != "" {
		attempts, people = 1_000_000, 100_000
	}
	databases := map[string]func(testing.TB) string{"sqlite": storetest.SQLite}
	if os.Getenv("TEST_POSTGRES_URL") != "" {
		databases["postgres"] = storetest.Postgres
	}
	for name, fresh := range databases {
		b.Run(fmt.Sprintf("%s/attempts=%d", name, attempts), func(b *testing.B) {
			benchVitals(b, fresh(b), attempts, people)
		})
	}
}

func benchVitals(b *testing.B, dsn string, attempts, people int) {
	ctx, now := b.Context(), time.Now()
	db := storetest.Open(b, dsn, store.Keyring{Current: store.NewKey()}, nil)
	ent, err := db.CreateEnterprise(ctx, sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	if err != nil {
		b.Fatal(err)
	}
	org, err := db.CreateOrganization(ctx, sso.ActorSystem, sso.Organization{
		Enterprise: ent.ID,
		Key:        "org",
	})
	if err != nil {
		b.Fatal(err)
	}
	conn, err := db.CreateConnection(ctx, sso.ActorSystem, sso.Connection{
		Enterprise: ent.ID,
		Protocol:   sso.SAML,
		State:      sso.ConnectionEnabled,
	})
	if err != nil {
		b.Fatal(err)
	}
	storetest.Fill(b, dsn, ent.ID, org.ID, people*20)
	storetest.FillAttempts(b, dsn, ent.ID, conn.ID, now, attempts)
	filtered := func(f sso.AttemptFilter) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			all, _, err := db.Attempts(ctx, ent.ID, f, sso.Page{})
			return len(all), err
		}
	}
	for name, read := range map[string]func(context.Context) (int, error){
		"vitals": func(ctx context.Context) (int, error) {
			v, err := db.Vitals(ctx, ent.ID, sso.VitalsQuery{
				Days:   now.Add(-14 * 24 * time.Hour),
				Since:  now.Add(-24 * time.Hour),
				Newest: 5,
			})
			return len(v.Days), err
		},
		"summaries": func(ctx context.Context) (int, error) {
			all, _, err := db.EnterpriseSummaries(ctx, "", sso.Page{})
			return len(all), err
		},
		"attempts":        filtered(sso.AttemptFilter{}),
		"attempts/code":   filtered(sso.AttemptFilter{Code: "idp_denied"}),
		"attempts/failed": filtered(sso.AttemptFilter{Outcome: sso.OutcomeFailed}),
		"attempts/login":  filtered(sso.AttemptFilter{Login: "filled-77"}),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if n, err := read(ctx); err != nil || n == 0 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
