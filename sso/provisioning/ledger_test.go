package provisioning_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// ledger returns a ledger over the fixture's database, and what it observed.
func (f *fixture) ledger(s *flakyStore) (l *provisioning.Ledger, observed *[]string) {
	observed = new([]string)
	return provisioning.NewLedger(provisioning.LedgerOptions{
		Store: s,
		Observe: func(method, resource string, _ int) {
			*observed = append(*observed, method+" "+resource)
		},
		Log: slog.New(slog.DiscardHandler),
	}), observed
}

// flakyStore fails while it is full, and counts.
type flakyStore struct {
	*store.DB
	full    atomic.Bool
	writes  atomic.Int64
	lookups atomic.Int64
}

func (s *flakyStore) ProvisioningTokenByHash(ctx context.Context, h sso.Hash) (sso.ProvisioningToken, error) {
	s.lookups.Add(1)
	return s.DB.ProvisioningTokenByHash(ctx, h)
}

func (s *flakyStore) RecordProvisioning(ctx context.Context, all []sso.ProvisioningEvent) error {
	s.writes.Add(1)
	if s.full.Load() {
		return errors.New("no space left on device")
	}
	return s.DB.RecordProvisioning(ctx, all)
}

func (s *flakyStore) RecordProvisioningReads(ctx context.Context, sums []sso.ProvisioningEvent) error {
	s.writes.Add(1)
	if s.full.Load() {
		return errors.New("no space left on device")
	}
	return s.DB.RecordProvisioningReads(ctx, sums)
}

func (f *fixture) outcome(k sso.ProvisioningToken, method string, needs sso.ProvisioningScope, key string) (
	o provisioning.Outcome,
) {
	f.clock.Move(time.Millisecond)
	return provisioning.Outcome{
		Push: sso.Push{
			Enterprise: k.Enterprise,
			Connection: k.Connection,
			Token:      k.ID,
			Event:      sso.NewID[sso.ProvisioningEventID](f.clock.Now()),
		},
		Token:   k,
		Request: "req-1",
		Client:  "Azure\n AD",
		Method:  method,
		At:      f.clock.Now(),
		Took:    time.Millisecond,
		Type:    "Group",
		Key:     key,
		Needs:   needs,
	}
}

func refusedBy(o provisioning.Outcome, kind sso.Kind, code string) provisioning.Outcome {
	o.Err = &sso.Error{
		Kind:   kind,
		Code:   code,
		Public: "Refused: " + code + ".",
	}
	return o
}

// refusals returns the open refusals of the fixture's connection.
func (f *fixture) refusals() []sso.ProvisioningRefusal {
	f.Helper()
	all, _, err := f.db.ProvisioningRefusals(
		f.Context(), f.ent.ID, sso.RefusalFilter{Connection: f.conn.ID, Open: true}, sso.Page{},
	)
	f.ok(err)
	return all
}

func (f *fixture) events() []sso.ProvisioningEvent {
	f.Helper()
	all, _, err := f.db.ProvisioningEvents(f.Context(), f.ent.ID, sso.ProvisioningEventFilter{}, sso.Page{})
	f.ok(err)
	return all
}

func TestLedger(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		k, _ := f.create(f.conn, "entra")
		l, observed := f.ledger(&flakyStore{DB: f.db})
		done := f.outcome(k, "PATCH", sso.ScopeGroupsWrite, "dev")
		done.Changed, done.Effect.Added = true, 2
		done.Effect.Unknown = make([]sso.ResourceID, 30)
		refused := refusedBy(f.outcome(k, "POST", sso.ScopeGroupsWrite, "ops"), sso.Conflict, "resource_exists")
		internal := f.outcome(k, "POST", sso.ScopeGroupsWrite, "ops")
		internal.Err = errors.New("secret detail of ours")
		for _, o := range []provisioning.Outcome{
			done, refused, internal,
			f.outcome(k, "GET", sso.ScopeGroupsRead, "dev"),
			refusedBy(f.outcome(k, "GET", sso.ScopeGroupsRead, "x"), sso.TooMany, "scim_too_fast"),
			refusedBy(f.outcome(sso.ProvisioningToken{}, "GET", "", ""), sso.Unauthenticated, "scim_token_invalid"),
		} {
			l.Record(f.Context(), o)
		}
		f.ok(l.Flush(f.Context()))
		all := f.events()
		if len(all) != 5 || len(*observed) != 6 {
			f.Fatalf("%d events of %d requests", len(all), len(*observed))
		}
		reads := slices.IndexFunc(all, func(e sso.ProvisioningEvent) bool { return e.Effects.Reads != nil })
		all = slices.Delete(all, reads, reads+1)
		for i, want := range []struct {
			status int
			scim   string
			code   string
			detail string
		}{
			{429, "", "scim_too_fast", "Refused: scim_too_fast."},
			{500, "", "internal", "Something went wrong here; the log has the cause under the request ID."},
			{409, "uniqueness", "resource_exists", "Refused: resource_exists."},
			{200, "", "", ""},
		} {
			got := all[i]
			if got.Status != want.status || got.SCIMType != want.scim || got.Code != want.code ||
				got.Detail != want.detail || got.Client != "Azure AD" || got.Token != k.ID {
				f.Errorf("got %+v", got)
			}
		}
		if e := all[3].Effects; e.Added != 2 || len(e.Waiting) != 20 || e.WaitingCount != 30 {
			f.Errorf("got %+v", e)
		}
	})
}

// TestLedgerHealsAtOnce: a success heals a refusal that was not written when its
// token was read. What an identity provider makes and removes to test a connection
// leaves no open refusal.
func TestLedgerHealsAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		k, _ := f.create(f.conn, "jumpcloud")
		l, _ := f.ledger(&flakyStore{DB: f.db})
		made := f.outcome(k, "POST", sso.ScopeGroupsWrite, "test group")
		made.Changed = true
		twice := refusedBy(f.outcome(k, "POST", sso.ScopeGroupsWrite, "test group"), sso.Conflict, "resource_exists")
		removed := f.outcome(k, "DELETE", sso.ScopeGroupsWrite, "test group")
		removed.Changed = true
		gone := refusedBy(f.outcome(k, "GET", sso.ScopeGroupsRead, ""), sso.NotFoundKind, "scim_not_found")
		probe := f.outcome(k, "GET", sso.ScopeGroupsRead, "5e6c2a62-0b0e-4e0f-9a3c-8b0f6f7f2b11")
		for _, o := range []provisioning.Outcome{made, twice, removed, gone, probe} {
			l.Record(f.Context(), o)
		}
		f.ok(l.Flush(f.Context()))
		if left := f.refusals(); len(left) != 0 {
			f.Errorf("open are %+v", left)
		}
		if all := f.events(); len(all) != 5 || all[0].Result() != sso.ResultRead {
			f.Errorf("got %+v", all)
		}
	})
}

// TestLedgerFull: while the database cannot write, requests are not held up; what
// came meanwhile is written when it can.
func TestLedgerFull(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite(t))
	k, _ := f.create(f.conn, "entra")
	flaky := &flakyStore{DB: f.db}
	flaky.full.Store(true)
	l, _ := f.ledger(flaky)
	for range 10_050 {
		l.Record(t.Context(), refusedBy(f.outcome(k, "POST", sso.ScopeGroupsWrite, "dev"), sso.Forbidden, "x"))
	}
	if err := l.Flush(t.Context()); err == nil {
		t.Error("the failure is not reported")
	}
	if n := flaky.writes.Load(); n > 5 {
		t.Errorf("tried %d times at once", n)
	}
	flaky.full.Store(false)
	f.ok(l.Flush(t.Context()))
	if left := f.refusals(); len(left) != 1 || left[0].Count != 10_000 {
		t.Errorf("got %+v", left)
	}
}
