package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/store/storetest"
)

const (
	farAway      = 5 * time.Millisecond // one-way delay to PostgreSQL
	neighbourIns = 8                    // sign-ins of the other company in the small size
	asksEach     = 20                   // forward-auth requests for each of them
)

// rush has the browsers of a busy company sign in repeatedly, with PostgreSQL
// some milliseconds away, while users of another company sign in and use an
// application. No request is refused, and the other company does not queue
// behind the busy one: the test compares their latencies and asserts no
// absolute time. Only many browsers make the busy company queue; with few, the
// companies share the processors evenly. A round is a browser.
func rush(r *result) {
	wire, dsn := harness.NewRelay(r, storetest.Postgres(r))
	g := harness.Start(r, harness.Options{
		Database: strings.Replace(dsn, "pool_max_conns=8", "pool_max_conns=16", 1),
	})
	api := g.API()
	api.Do(http.MethodPost, "/applications", harness.Object{
		"key":     "wiki",
		"name":    "Wiki",
		"kind":    "forward-auth",
		"origins": []string{"http://localhost:8081"},
	}, nil)
	people := harness.People(r.rounds)
	idp := harness.NewIdP(r, people...)
	for _, key := range []string{"acme", "globex"} {
		harness.NewCompany(g, api, key, nil).ConnectSAML(idp)
	}
	if !harness.Soon(30*time.Second, func() bool {
		return forwarded(g.Visitor()).Status == http.StatusUnauthorized
	}) {
		r.Fatal("the application is not known")
	}
	wire.Delay(farAway)
	busy, quiet := &timings{}, &timings{}
	asks := &timings{}
	var over atomic.Bool
	var crowd sync.WaitGroup
	for i := range people {
		crowd.Go(func() {
			for !over.Load() {
				busy.take(func() harness.Answer {
					return g.Visitor().SignIn(idp, "acme", people[i].ID)
				}, signedIn)
			}
		})
	}
	// There is no queue to compare with until each browser has signed in once.
	if !harness.Soon(time.Minute, func() bool {
		return busy.count() >= r.rounds
	}) {
		r.Errorf(
			"only %d sign-ins of %d browsers in a minute", busy.count(), r.rounds,
		)
	}
	times := neighbourIns
	if full() {
		times *= 10
	}
	for range times {
		v := g.Visitor()
		quiet.take(func() harness.Answer {
			return v.SignIn(idp, "globex", "p-0")
		}, signedIn)
		for range asksEach {
			asks.take(func() harness.Answer {
				return forwarded(v)
			}, func(a harness.Answer) bool {
				return a.Status == http.StatusOK
			})
		}
	}
	over.Store(true)
	crowd.Wait()
	wire.Delay(0)
	for name, all := range map[string]*timings{
		"the busy company":                busy,
		"the neighbour":                   quiet,
		"the neighbour at an application": asks,
	} {
		if len(all.wrong) > 0 {
			r.errors += len(all.wrong)
			r.Errorf("%s was refused: %v", name, all.wrong)
		}
	}
	mine, theirs := quiet.part(0.5), busy.part(0.5)
	limit := theirs * 3 / 2
	if full() {
		limit = theirs / 2
	}
	if mine > limit {
		r.other++
		r.Errorf("median sign-in: %s of the neighbour, %s of the busy company", mine, theirs)
	}
	r.done = r.rounds
	r.took(quiet.part(1))
	r.audit(auditor.NewJournal(), g)
	r.note = fmt.Sprintf("busy: %s; neighbour: %s; forward-auth: %s; slowest is of the neighbour", busy, quiet, asks)
}

// forwarded sends what a reverse proxy asks about a request for an application.
func forwarded(v *harness.Visitor) harness.Answer {
	return v.GetWith("/auth/nginx/wiki", http.Header{
		"X-Original-Url": {"http://localhost:8081/page"},
	})
}

// timings is the durations of requests, and how many got a wrong response.
type timings struct {
	mu    sync.Mutex
	took  []time.Duration
	wrong map[string]int
}

func (t *timings) take(do func() harness.Answer, right func(harness.Answer) bool) {
	begun := time.Now()
	a := do()
	took := time.Since(begun)
	t.mu.Lock()
	defer t.mu.Unlock()
	if right(a) {
		t.took = append(t.took, took)
		return
	}
	if t.wrong == nil {
		t.wrong = map[string]int{}
	}
	t.wrong[a.String()]++
}

func (t *timings) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.took)
}

// part returns a quantile of the durations: 0.5 is the median.
func (t *timings) part(share float64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t.took))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

func (t *timings) String() string {
	round := func(share float64) time.Duration {
		return t.part(share).Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("%d in median %s, p99 %s", t.count(), round(0.5), round(0.99))
}
