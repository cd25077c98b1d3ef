//go:build linux

package bench

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// BenchmarkStart measures the time from the start of the process until it is ready,
// and its memory when idle.
func BenchmarkStart(b *testing.B) {
	for _, users := range []int{0, 100_000} {
		for name, database := range databases(b) {
			b.Run(fmt.Sprintf("%s/users=%d", name, users), func(b *testing.B) {
				start(b, database(b), users)
			})
		}
	}
}

func start(b *testing.B, dsn string, users int) {
	g := harness.Start(b, harness.Options{Database: dsn})
	if users > 0 {
		acme := harness.NewCompany(g, g.API(), "acme", twoOrganizations())
		storetest.Fill(
			b, g.DSN, sso.EnterpriseID(acme.ID), firstOrganization(g, acme), users,
		)
	}
	var ready []float64
	var resident []float64
	for range rounds {
		g.Terminate()
		g.Ended()
		began := time.Now()
		g.Begin("serve")
		for g.Probe("/readyz") != http.StatusOK {
			if time.Since(began) > time.Minute {
				b.Fatalf("not ready\n%s", g.Log())
			}
			time.Sleep(500 * time.Microsecond)
		}
		ready = append(ready, float64(time.Since(began).Microseconds())/1000)
		time.Sleep(2 * time.Second) // lets the garbage of start-up be collected
		resident = append(resident, float64(g.Resident())/(1<<20))
	}
	aim := "ready ≤ 100 ms, ≤ 40 MiB"
	if users > 0 {
		aim = "ready ≤ 300 ms"
	}
	report(
		b, aim, figure{median(ready), "ms-ready"},
		figure{median(resident), "MiB-idle"},
	)
}
