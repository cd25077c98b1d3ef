package provisioning_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store/storetest"
)

// tooMany returns the outcome of a request that was refused because there are too
// many, after the token was read.
func (f *fixture) tooMany(k sso.ProvisioningToken, name string) provisioning.Outcome {
	return refusedBy(f.outcome(k, "PATCH", sso.ScopeGroupsWrite, name), sso.TooMany, "scim_too_fast")
}

// overload returns the outcome of a request that was refused before it was read.
func (f *fixture) overload(c sso.Connection, bearer string) provisioning.Outcome {
	o := refusedBy(f.outcome(sso.ProvisioningToken{}, "PATCH", "", ""), sso.Unavailable, "scim_overloaded")
	o.Push.Event = ""
	o.Addressed, o.Bearer = c.ID, bearer
	return o
}

// TestLedgerSumsUp: any number of requests that are too many is one event and one
// refusal, which the next success heals.
func TestLedgerSumsUp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		k, _ := f.create(f.conn, "entra")
		flaky := &flakyStore{DB: f.db}
		l, _ := f.ledger(flaky)
		for range 1000 {
			l.Record(f.Context(), f.tooMany(k, "one"))
			l.Record(f.Context(), f.tooMany(k, "another"))
		}
		if n := flaky.writes.Load(); n != 0 {
			f.Errorf("wrote %d times at once", n)
		}
		f.ok(l.Flush(f.Context()))
		events, open := f.events(), f.refusals()
		if len(events) != 1 || events[0].Requests() != 2000 || events[0].Status != 429 || events[0].Token != k.ID {
			f.Errorf("the events are %+v", events)
		}
		if len(open) != 1 || open[0].Count != 2000 || open[0].Code != "scim_too_fast" || open[0].Name != "" {
			f.Errorf("refused are %+v", open)
		}
		l.Record(f.Context(), f.tooMany(k, "one"))
		f.ok(l.Flush(f.Context()))
		if open = f.refusals(); len(open) != 1 || open[0].Count != 2001 {
			f.Errorf("refused again are %+v", open)
		}
		l.Record(f.Context(), f.outcome(k, "GET", sso.ScopeUsersRead, "ada"))
		f.ok(l.Flush(f.Context()))
		if left := f.refusals(); len(left) != 0 {
			f.Errorf("open are %+v", left)
		}
	})
}

// TestLedgerSumHealed: a success before the sum is written heals it as well, and one
// before the last refusal does not.
func TestLedgerSumHealed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	k, _ := f.create(f.conn, "entra")
	l, _ := f.ledger(&flakyStore{DB: f.db})
	success := func() { l.Record(t.Context(), f.outcome(k, "GET", sso.ScopeUsersRead, "ada")) }
	l.Record(t.Context(), f.tooMany(k, "one"))
	success()
	f.ok(l.Flush(t.Context()))
	if left := f.refusals(); len(left) != 0 {
		t.Errorf("open are %+v", left)
	}
	success()
	l.Record(t.Context(), f.tooMany(k, "one"))
	f.ok(l.Flush(t.Context()))
	if left := f.refusals(); len(left) != 1 || left[0].Count != 1 {
		t.Errorf("open are %+v", left)
	}
}

// TestLedgerOverload: a request that was refused before it was read is recorded if its
// token is valid for the connection it was sent to, and costs a bounded number of
// queries however many tokens are made up.
func TestLedgerOverload(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		k, secret := f.create(f.conn, "entra")
		old, revoked := f.create(f.conn, "old")
		f.ok(f.Revoke(f.Context(), admin, f.ent.ID, f.conn.ID, old.ID))
		flaky := &flakyStore{DB: f.db}
		l, _ := f.ledger(flaky)
		for range 100 {
			l.Record(f.Context(), f.overload(f.conn, secret))
		}
		for _, o := range []provisioning.Outcome{
			f.overload(f.other, secret), f.overload(f.stranger, secret),
			f.overload(f.conn, revoked), f.overload(f.conn, "gw_scim_x"), f.overload(f.conn, ""),
		} {
			l.Record(f.Context(), o)
		}
		for range 5000 {
			l.Record(f.Context(), f.overload(f.conn, sso.SCIMToken.New().Reveal()))
		}
		f.ok(l.Flush(f.Context()))
		all := f.events()
		if len(all) != 1 || all[0].Requests() != 100 || all[0].Status != 503 || all[0].Token != k.ID || all[0].ID == "" {
			f.Errorf("got %+v", all)
		}
		if n := flaky.lookups.Load(); n > 50 {
			f.Errorf("%d tokens were looked up", n)
		}
	})
}

// TestLedgerSumIsWritten: a sum is written after some seconds by itself.
func TestLedgerSumIsWritten(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	k, _ := f.create(f.conn, "entra")
	l, _ := f.ledger(&flakyStore{DB: f.db})
	l.Record(t.Context(), f.tooMany(k, "one"))
	for begun := time.Now(); len(f.events()) == 0; time.Sleep(100 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			t.Fatal("the sum was not written")
		}
	}
}
