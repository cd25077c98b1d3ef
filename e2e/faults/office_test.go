package faults

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/sso/health"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

const (
	officeAddress = "198.51.100.1"
	garbageEvery  = 5 * time.Millisecond // 200 a second
	atTheDoor     = 48                   // users who sign in at the same time
)

// office is a company whose users share one client address, and the
// installation they sign in to.
type office struct {
	r       *result
	nodes   []*harness.Gateway
	idp     *demoidp.IdP
	people  []demoidp.Person
	company *harness.Company
	saml    harness.Connection
	garbage []thrown
	journal *auditor.Journal
}

// thrown is the garbage for one kind of endpoint.
type thrown struct {
	at string
	harness.Garbage
}

// officeAtNine signs a whole company in from one address while garbage arrives
// at its four endpoints, from that address and others. No user is refused, and
// the garbage leaves few records. A round is a user. SQLite serves one node
// only.
func officeAtNine(r *result) {
	var notes []string
	at := func(name string, start func(r *result) []*harness.Gateway) {
		r.at(name, func(r *result) {
			o := newOffice(r, start(r))
			notes = append(notes, name+": "+o.signAllIn())
		})
	}
	at("PostgreSQL", func(r *result) []*harness.Gateway {
		return threeNodes(r, storetest.Postgres(r), harness.NewRedis(r))
	})
	at("SQLite", func(r *result) []*harness.Gateway {
		return []*harness.Gateway{harness.Start(r, harness.Options{})}
	})
	r.note = strings.Join(notes, "; ")
}

func newOffice(r *result, nodes []*harness.Gateway) *office {
	r.Helper()
	o := &office{
		r:       r,
		nodes:   nodes,
		people:  harness.People(r.rounds),
		journal: auditor.NewJournal(),
	}
	o.idp = harness.NewIdP(r, o.people...)
	o.company = harness.NewCompany(
		nodes[0], nodes[0].API(), "acme",
		map[string][]string{"Platform": {"developers"}},
	)
	o.saml = o.company.ConnectSAML(o.idp)
	oidc := o.company.ConnectOIDC(o.idp)
	captured, err := nodes[0].Visitor().VisitFrom(o.link(), o.idp, o.people[0].ID)
	if err != nil {
		r.Fatal(err)
	}
	kinds := harness.GarbageFor(o.saml, oidc, captured.Form)
	for i := range 12 { // all kinds and variants in turn
		for _, name := range slices.Sorted(maps.Keys(kinds)) {
			o.garbage = append(o.garbage, thrown{
				name, kinds[name][i%len(kinds[name])],
			})
		}
	}
	return o
}

func (o *office) link() string {
	return "/login/sso?enterprise_key=acme&connection=" + url.QueryEscape(o.saml.ID)
}

// signAllIn signs all users in, audits, and returns the figures.
func (o *office) signAllIn() string {
	r := o.r
	flood := o.throwGarbage()
	if !harness.Soon(time.Minute, func() bool {
		return flood.count(http.StatusTooManyRequests) >= 10
	}) {
		r.Errorf("no garbage is refused: %v", flood.answers)
	}
	begun := time.Now()
	visitors := o.enter()
	took := time.Since(begun)
	r.took(took)
	rate := flood.end()
	for i := 0; i < len(visitors); i += 1 + len(visitors)/200 {
		if !visitors[i].Twin(o.nodes[(i+1)%len(o.nodes)]).SignedIn() {
			r.lost++
			r.Errorf("person %d is not signed in at another node", i)
		}
	}
	if got := len(o.company.Users("")); got != len(o.people) {
		r.Errorf("%d people became %d users", len(o.people), got)
	}
	rows, counted := o.traces(flood)
	o.wantHealthy()
	r.audit(o.journal, o.nodes...)
	r.Logf("answers to garbage: %v", flood.answers)
	return fmt.Sprintf(
		"%d people in %s, %.0f garbage/s, %d responses counted in %d attempts",
		len(o.people), took.Round(100*time.Millisecond), rate, counted, rows,
	)
}

// enter signs all users in, some concurrently.
func (o *office) enter() []*harness.Visitor {
	visitors := make([]*harness.Visitor, len(o.people))
	var next atomic.Int64
	var mu sync.Mutex
	refused := map[string]int{}
	harness.AtOnce(min(atTheDoor, len(o.people)), func(int) struct{} {
		for i := int(next.Add(1) - 1); i < len(o.people); i = int(next.Add(1) - 1) {
			visitors[i] = o.nodes[i%len(o.nodes)].Visitor().From(officeAddress)
			if a := o.signIn(visitors[i], o.people[i]); !signedIn(a) {
				mu.Lock()
				refused[a.String()]++
				mu.Unlock()
			}
		}
		return struct{}{}
	})
	o.r.done += len(o.people)
	if len(refused) > 0 {
		o.r.errors += len(refused)
		o.r.Errorf("not all got in: %v", refused)
	}
	return visitors
}

func (o *office) signIn(v *harness.Visitor, p demoidp.Person) harness.Answer {
	who := auditor.Person{Enterprise: o.company.ID, Login: p.Login}
	o.journal.Asserts(who, nil)
	back, err := v.VisitFrom(o.link(), o.idp, p.ID)
	if err != nil {
		return harness.Answer{Err: err}
	}
	a := v.Deliver(back)
	if signedIn(a) {
		o.journal.SignedIn(who, back.ID())
	}
	return a
}

// flood is garbage that is being sent.
type flood struct {
	begun time.Time
	over  chan struct{} // closed to end the flood
	all   sync.WaitGroup

	mu      sync.Mutex
	answers map[string]map[int]int // responses by kind of endpoint and status
}

// throwGarbage sends garbage until the flood ends, half of it from the office's
// address.
func (o *office) throwGarbage() *flood {
	addresses := []string{
		officeAddress, "203.0.113.1", officeAddress, "203.0.113.2", officeAddress,
		"203.0.113.3",
	}
	f := &flood{
		begun:   time.Now(),
		over:    make(chan struct{}),
		answers: map[string]map[int]int{},
	}
	f.all.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-f.over:
				return
			case <-time.After(time.Until(f.begun.Add(
				time.Duration(n) * garbageEvery,
			))):
			}
			f.all.Go(func() {
				v := o.nodes[n%len(o.nodes)].Visitor().From(
					addresses[n/len(o.garbage)%len(addresses)],
				)
				one := o.garbage[n%len(o.garbage)]
				a := one.Send(v)
				if a.Err != nil ||
					a.Status >= 500 ||
					slices.Contains(a.SetNames, "gatehouse") {
					o.r.Errorf("garbage at the %s endpoint: %v", one.at, a)
				}
				f.add(one.at, a.Status)
			})
		}
	})
	return f
}

func (f *flood) add(at string, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answers[at] == nil {
		f.answers[at] = map[int]int{}
	}
	f.answers[at][status]++
}

// count returns the number of responses with this status.
func (f *flood) count(status int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, said := range f.answers {
		n += said[status]
	}
	return n
}

// end waits for the last responses and returns their rate per second.
func (f *flood) end() (rate float64) {
	close(f.over)
	f.all.Wait()
	n := 0
	for _, said := range f.answers {
		for _, times := range said {
			n += times
		}
	}
	return float64(n) / time.Since(f.begun).Seconds()
}

// traces counts the attempts recorded for garbage, and the responses that they
// stand for. Nodes write these counts every few seconds.
func (o *office) traces(f *flood) (rows, counted int) {
	r := o.r
	r.Helper()
	db := storetest.Raw(r, o.nodes[0].DSN)
	defer func() { _ = db.Close() }()
	byOutcome := func(outcome sso.Outcome) (n, more int) {
		err := db.QueryRow("select count(*), coalesce(sum(more), 0) from attempts where outcome = '"+
			string(outcome)+"'").Scan(&n, &more)
		if err != nil {
			r.Fatal(err)
		}
		return n, more
	}
	least := f.answers["ACS"][http.StatusBadRequest] +
		f.answers["ACS"][http.StatusForbidden]
	if !harness.Soon(30*time.Second, func() bool {
		n, more := byOutcome(sso.OutcomeUnmatched)
		rows, counted = n, n+more
		return counted >= least
	}) {
		r.Errorf("%d responses were counted, %d at the ACS alone", counted, least)
	}
	// At most one for each connection, code and minute. There are no more codes
	// than variants of garbage that are responses: four at the ACS, three at the
	// callback.
	if most := 7 * (int(time.Since(f.begun).Minutes()) + 2); rows == 0 || rows > most {
		r.Errorf("garbage left %d attempts, not between 1 and %d", rows, most)
	}
	if failed, _ := byOutcome(sso.OutcomeFailed); failed != 0 {
		r.Errorf("%d attempts failed", failed)
	}
	if succeeded, _ := byOutcome(sso.OutcomeSucceeded); succeeded != len(o.people) {
		r.Errorf("%d attempts succeeded, of %d people", succeeded, len(o.people))
	}
	return rows, counted
}

// wantHealthy asserts that the garbage causes no health finding.
func (o *office) wantHealthy() {
	r := o.r
	r.Helper()
	one := o.nodes[0]
	db := storetest.Open(r, one.DSN, store.Keyring{Current: one.Key}, nil)
	defer func() { _ = db.Close() }()
	doctor := health.New(health.Options{
		Facts:  db,
		Rules:  db,
		Ledger: db,
		Drift: drift.New(drift.Options{
			Facts:  db,
			Writer: db,
			Now:    time.Now,
		}),
		Now: time.Now,
	})
	_, found, err := doctor.Examine(r.Context(), sso.EnterpriseID(o.company.ID))
	if err != nil {
		r.Fatal(err)
	}
	for _, f := range found {
		if f.Kind == sso.HealthErrors || f.Urgent {
			r.other++
			r.Errorf("admins are alarmed: %s: %s", f.Kind, f.Text)
		}
	}
}
