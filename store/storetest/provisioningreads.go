package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// readSum returns a sum of reads.
func (w *world) readSum(name string, requests, found int) sso.ProvisioningEvent {
	e := w.pushed("GET", sso.ScopeUsersRead, name)
	e.Effects = sso.ProvisioningEffects{
		Requests: requests,
		Reads: &sso.ProvisioningReads{
			Sort:  sso.ReadLookup,
			By:    "userName",
			Found: found,
			Last:  e.At.Add(time.Second),
		},
	}
	return e
}

func (w *world) recordReads(all ...sso.ProvisioningEvent) {
	w.Helper()
	w.ok(w.db.RecordProvisioningReads(w.Context(), all))
}

// testProvisioningReads: a sum replaces what was recorded of it, and is found by a name
// while it is of one request.
func testProvisioningReads(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	sum, other := w.readSum("Ada", 1, 0), w.readSum("Grace", 1, 1)
	w.recordReads(sum, other)
	w.pushes(sso.ProvisioningEventFilter{Name: "ADA"}, sum)
	sum.Name, sum.RequestID, sum.Took = "bob\x00", "req-2", time.Millisecond
	sum.Effects.Requests = 3
	sum.Effects.Reads.Found = 2
	gone := w.readSum("gone", 1, 0)
	gone.Connection = "conn-deleted"
	w.recordReads(sum, gone)
	sum.Name = "bob\uFFFD"
	w.pushes(sso.ProvisioningEventFilter{Name: "bob\uFFFD"})
	w.pushes(sso.ProvisioningEventFilter{Connection: w.conn.ID}, other, sum)
}

// testProvisioningResults lists requests by what came of them.
func testProvisioningResults(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	change := w.pushed("PATCH", sso.ScopeUsersWrite, "ada")
	change.Changed = true
	same := w.pushed("PUT", sso.ScopeGroupsWrite, "dev")
	healing := w.pushed("GET", sso.ScopeUsersRead, "ada")
	refused := refusedWith(w.pushed("GET", sso.ScopeUsersRead, "x"), 404, "scim_not_found")
	sum := w.readSum("ada", 7, 7)
	discovery := w.readSum("", 1, 1)
	discovery.Kind = ""
	w.recordPushes(change, same, healing, refused)
	w.recordReads(sum, discovery)
	for result, want := range map[sso.ProvisioningResult][]sso.ProvisioningEvent{
		"":                  {discovery, sum, refused, same, change},
		sso.ResultChanged:   {change},
		sso.ResultRefused:   {refused},
		sso.ResultUnchanged: {same},
		sso.ResultRead:      {discovery, sum},
		"another":           nil,
	} {
		w.pushes(sso.ProvisioningEventFilter{Result: result}, want...)
		for _, e := range want {
			if result != "" && e.Result() != result {
				t.Errorf("%+v is %s, want %s", e, e.Result(), result)
			}
		}
	}
	w.clock.Move(time.Hour)
	w.ok(w.db.Sweep(t.Context(), store.Retention{Provisioning: time.Hour}))
	w.pushes(sso.ProvisioningEventFilter{})
}

// testProvisioningLogTrimmed: what changed nothing does not push out what did, and the
// other way around.
func testProvisioningLogTrimmed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	raw := Raw(t, w.dsn)
	fill := func(n int, prefix, changed, code string) {
		t.Helper()
		_, err := raw.Exec(fmt.Sprintf(`insert into provisioning_events (enterprise_id, connection_id, id, at,
				token_id, client, method, kind, name, folded, resource_id, status, scim_type, code, detail, request_id,
				took, changed, effects)
			with recursive s(n) as (select 1 union all select n + 1 from s where n < %d)
			select $1, $2, '%s-' || substr(cast(1000000 + n as text), 2), 1, '', '', '', '', '', '', '', 200, '', '%s',
				'', '', 1, %s, '{}' from s`, n, prefix, code, changed), string(w.ent.ID), string(w.conn.ID))
		w.ok(err)
	}
	fill(3, "a", "1", "")
	fill(2, "b", "0", "x")
	fill(50_004, "c", "0", "")
	w.ok(w.db.TrimProvisioningEvents(t.Context(), w.ent.ID, w.conn.ID))
	left := func(prefix string) (n int, least string) {
		w.ok(raw.QueryRow("select count(*), min(id) from provisioning_events where id like '"+prefix+"-%'").Scan(&n, &least))
		return n, least
	}
	for prefix, want := range map[string]int{"a": 3, "b": 2, "c": 50_000} {
		if n, least := left(prefix); n != want || prefix == "c" && least != "c-000005" {
			t.Errorf("%d of %s are left, from %s on", n, prefix, least)
		}
	}
	fill(99_997, "d", "1", "")
	w.ok(w.db.TrimProvisioningEvents(t.Context(), w.ent.ID, w.conn.ID))
	for prefix, want := range map[string]int{"a": 1, "b": 2, "c": 50_000, "d": 99_997} {
		if n, _ := left(prefix); n != want {
			t.Errorf("%d of %s are left, want %d", n, prefix, want)
		}
	}
}

func (f foreign) provisioningReads() calls {
	return calls{
		"RecordProvisioningReads": func() (int, error) {
			sum := f.w.readSum("ada", 2, 1)
			sum.Enterprise = f.other.ent.ID
			return 0, f.w.db.RecordProvisioningReads(f.w.Context(), []sso.ProvisioningEvent{sum})
		},
	}
}
