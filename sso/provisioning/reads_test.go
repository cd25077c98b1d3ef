package provisioning_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// lookup returns the outcome of a request that looks for a user by userName.
func (f *fixture) lookup(k sso.ProvisioningToken, name string, found bool) provisioning.Outcome {
	o := f.outcome(k, "GET", sso.ScopeUsersRead, name)
	o.Read, o.By, o.Found = sso.ReadLookup, "userName", found
	if found {
		o.Returned = 1
	}
	return o
}

// TestReadsAreSummedUp: any number of reads of a minute is one event, which is not
// written while the request waits, and grows.
func TestReadsAreSummedUp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		k, _ := f.create(f.conn, "entra")
		flaky := &flakyStore{DB: f.db}
		l, _ := f.ledger(flaky)
		first := f.clock.Now().Add(time.Millisecond)
		for i := range 1214 {
			l.Record(f.Context(), f.lookup(k, "user"+strconv.Itoa(i), i < 21))
		}
		if n := flaky.writes.Load(); n != 0 {
			f.Errorf("wrote %d times at once", n)
		}
		f.ok(l.Flush(f.Context()))
		sum := f.onlyEvent()
		if r := sum.Effects.Reads; sum.Requests() != 1214 || r.Found != 21 || r.Returned != 21 || r.By != "userName" ||
			r.Sort != sso.ReadLookup || !sum.At.Equal(first) || !r.Last.Equal(f.clock.Now()) || sum.Name != "user1213" ||
			sum.Result() != sso.ResultRead {
			f.Errorf("got %+v: %+v", sum, sum.Effects.Reads)
		}
		l.Record(f.Context(), f.lookup(k, "one more", true))
		f.ok(l.Flush(f.Context()))
		if grown := f.onlyEvent(); grown.ID != sum.ID || grown.Requests() != 1215 || grown.Effects.Reads.Found != 22 {
			f.Errorf("grown is %+v", grown)
		}
		f.clock.Move(time.Minute)
		l.Record(f.Context(), f.lookup(k, "later", false))
		l.Record(f.Context(), f.outcome(k, "GET", "", "")) // discovery
		f.ok(l.Flush(f.Context()))
		all := f.events()
		if len(all) != 3 || all[0].Effects.Reads.Sort != sso.ReadDiscovery || all[1].Name != "later" ||
			all[1].Requests() != 1 || all[2].Requests() != 1215 {
			f.Errorf("got %+v", all)
		}
	})
}

func (f *fixture) onlyEvent() sso.ProvisioningEvent {
	f.Helper()
	all := f.events()
	if len(all) != 1 || all[0].Effects.Reads == nil {
		f.Fatalf("got %+v", all)
	}
	return all[0]
}

// TestReadsAreBounded: a client that calls itself something else each time, or invents
// attributes, makes few rows.
func TestReadsAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	k, _ := f.create(f.conn, "entra")
	l, _ := f.ledger(&flakyStore{DB: f.db})
	for i := range 1000 {
		o := f.lookup(k, "ada", true)
		o.Client, o.By = "client "+strconv.Itoa(i), "attribute"+strconv.Itoa(i%7)
		l.Record(t.Context(), o)
	}
	f.ok(l.Flush(t.Context()))
	all, requests := f.events(), 0
	for _, e := range all {
		requests += e.Requests()
	}
	if len(all) != 17 || requests != 1000 {
		t.Errorf("%d rows of %d requests", len(all), requests)
	}
}

// TestReadsWait: sums that cannot be written wait, once each, and no request is lost.
func TestReadsWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	k, _ := f.create(f.conn, "entra")
	flaky := &flakyStore{DB: f.db}
	flaky.full.Store(true)
	l, _ := f.ledger(flaky)
	for range 3 {
		for range 10 {
			l.Record(t.Context(), f.lookup(k, "ada", true))
		}
		if err := l.Flush(t.Context()); err == nil {
			t.Error("the failure is not reported")
		}
		f.clock.Move(time.Minute)
	}
	flaky.full.Store(false)
	f.ok(l.Flush(t.Context()))
	for _, e := range f.events() {
		if e.Requests() != 10 {
			t.Errorf("got %+v", e)
		}
	}
	if n := len(f.events()); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}

// TestReadsMeanwhile: reads that come while sums are written are counted once.
func TestReadsMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	k, _ := f.create(f.conn, "entra")
	l, _ := f.ledger(&flakyStore{DB: f.db})
	l.Observe = func(string, string, int) {}
	o := f.lookup(k, "ada", true)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for i := range 1000 {
				later := o
				later.At = o.At.Add(time.Duration(i) * 200 * time.Millisecond)
				later.Push.Event = sso.NewID[sso.ProvisioningEventID](later.At)
				l.Record(t.Context(), later)
			}
		})
	}
	for range 20 {
		f.ok(l.Flush(t.Context()))
	}
	readers.Wait()
	f.ok(l.Flush(t.Context()))
	requests := 0
	for _, e := range f.events() {
		requests += e.Requests()
	}
	if requests != 4000 {
		t.Errorf("%d requests, want 4000", requests)
	}
}

// sums keeps what is written of reads, by ID. It calls meanwhile before, if it is set.
type sums struct {
	*store.DB // nil: nothing else is asked
	meanwhile func()
	writes    atomic.Int64
	of        map[sso.ProvisioningEventID]sso.ProvisioningEvent
}

func (s *sums) RecordProvisioningReads(_ context.Context, all []sso.ProvisioningEvent) error {
	s.writes.Add(1)
	if s.meanwhile != nil {
		s.meanwhile()
	}
	for _, e := range all {
		s.of[e.ID] = e
	}
	return nil
}

func (s *sums) RecordProvisioning(context.Context, []sso.ProvisioningEvent) error {
	s.writes.Add(1)
	s.meanwhile()
	return nil
}

// readAt returns the outcome of a read.
func readAt(at time.Time, conn string) provisioning.Outcome {
	return provisioning.Outcome{
		Push: sso.Push{
			Enterprise: "ent-1",
			Connection: sso.ConnectionID(conn),
			Event:      sso.NewID[sso.ProvisioningEventID](at),
		},
		Method: "GET",
		At:     at,
		Needs:  sso.ScopeUsersRead,
		Read:   sso.ReadLookup,
		By:     "userName",
	}
}

func readLedger() (*provisioning.Ledger, *sums) {
	s := &sums{of: map[sso.ProvisioningEventID]sso.ProvisioningEvent{}}
	return provisioning.NewLedger(provisioning.LedgerOptions{
		Store:   s,
		Observe: func(string, string, int) {},
		Log:     slog.New(slog.DiscardHandler),
	}), s
}

// TestReadsWithoutPause: reads that come faster than sums are written cost no more
// transactions, and what else waits is not kept from being written.
func TestReadsWithoutPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, s := readLedger()
		s.meanwhile = func() {
			if s.writes.Load() < 100 {
				l.Record(t.Context(), readAt(time.Now(), "conn-1"))
			}
		}
		l.Record(t.Context(), readAt(time.Now(), "conn-1"))
		if err := l.Flush(t.Context()); err != nil || s.writes.Load() != 1 {
			t.Errorf("wrote %d times at once (%v)", s.writes.Load(), err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := s.writes.Load(); n != 2 {
			t.Errorf("wrote %d times in 5 seconds", n)
		}
	})
}

// TestWritesWithoutPause: changes that come faster than they are written are gathered.
func TestWritesWithoutPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, s := readLedger()
		change := func() {
			o := readAt(time.Now(), "conn-1")
			o.Needs, o.Changed = sso.ScopeUsersWrite, true
			l.Record(t.Context(), o)
		}
		s.meanwhile = func() {
			if s.writes.Load() < 100 {
				change()
			}
		}
		change()
		time.Sleep(250 * time.Millisecond)
		synctest.Wait()
		if n := s.writes.Load(); n != 2 {
			t.Errorf("wrote %d times in a quarter of a second", n)
		}
		s.meanwhile = func() {}
		if err := l.Flush(t.Context()); err != nil || s.writes.Load() != 3 {
			t.Errorf("wrote %d times (%v)", s.writes.Load(), err)
		}
	})
}

// TestRoomForReads: sums of clients that went away make room for those of others.
func TestRoomForReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, s := readLedger()
		for i := range 4000 {
			l.Record(t.Context(), readAt(time.Now(), "conn-"+strconv.Itoa(i)))
		}
		for range 10 {
			time.Sleep(30 * time.Second)
			l.Record(t.Context(), readAt(time.Now(), "another"))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		requests := 0
		for _, e := range s.of {
			if e.Connection == "another" {
				requests += e.Requests()
			}
		}
		if requests < 8 {
			t.Errorf("%d of 10 requests are in the log", requests)
		}
	})
}

// TestReadsAfterClockStepsBack: no sum grows in the future, and none covers less than
// a minute because the clock was ahead.
func TestReadsAfterClockStepsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, s := readLedger()
		l.Record(t.Context(), readAt(time.Now().Add(time.Hour), "conn-1"))
		for range 20 {
			time.Sleep(5 * time.Second)
			l.Record(t.Context(), readAt(time.Now(), "conn-1"))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(s.of) != 3 {
			t.Errorf("%d rows, want 3", len(s.of))
		}
		for _, e := range s.of {
			if e.Effects.Reads.Last.Sub(e.At) >= time.Minute || e.At.After(time.Now()) && e.Requests() != 1 {
				t.Errorf("got %+v", e)
			}
		}
	})
}

// BenchmarkRead is what the log costs a request that only reads.
func BenchmarkRead(b *testing.B) {
	db := storetest.Open(b, storetest.SQLite(b), store.Keyring{Current: store.NewKey()}, nil)
	l := provisioning.NewLedger(provisioning.LedgerOptions{
		Store:   db,
		Observe: func(string, string, int) {},
		Log:     slog.New(slog.DiscardHandler),
	})
	now := time.Now()
	o := provisioning.Outcome{
		Push: sso.Push{
			Enterprise: "ent-1",
			Connection: "conn-1",
			Token:      "scimtok-1",
			Event:      "push-1",
		},
		Client: "Azure AD Provisioning Service",
		Method: "GET",
		At:     now,
		Type:   "User",
		Needs:  sso.ScopeUsersRead,
		Key:    "ada@acme.test",
		Read:   sso.ReadLookup,
		By:     "userName",
	}
	for b.Loop() {
		l.Record(b.Context(), o)
	}
}
