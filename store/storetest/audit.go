package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// testTampering changes the audit trail behind the store's back, in every way
// that must be found.
func testTampering(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	other := addWorld(t, w.db, w.clock, "other")
	own, length := w.chainHolds(), other.chainHolds()
	ent, foreign := string(w.ent.ID), string(other.ent.ID)
	all := editedEvents(ent)
	maps.Copy(all, deletedEvents(ent))
	maps.Copy(all, addedEvents(ent, foreign, own, length))
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			db := Raw(t, w.dsn)
			undo := remember(t, db)
			for _, text := range c.texts {
				args := c.args
				if len(args) == 2 && !uses(text, "$2") {
					args = args[:1]
				}
				if _, err := db.Exec(text, args...); err != nil {
					t.Fatal(err)
				}
			}
			_, err := w.db.VerifyAudit(t.Context(), w.ent.ID)
			broken, ok := errors.AsType[*store.BrokenChainError](err)
			if !ok {
				t.Fatalf("got %v; want a broken chain", err)
			}
			if broken.Position != c.position || broken.Enterprise != w.ent.ID {
				t.Errorf("got %v; want event %d", broken, c.position)
			}
			undo()
			if _, err := w.db.VerifyAudit(t.Context(), w.ent.ID); err != nil {
				t.Fatalf("the test did not put back what it changed: %v", err)
			}
		})
	}
}

// testForkedChain puts an event of a history that was rolled back among those
// that were written since: each of them is genuine, but not its predecessor's.
func testForkedChain(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	db := Raw(t, w.dsn)
	length := w.chainHolds()
	undo := remember(t, db)
	w.enter("ada")
	if _, err := db.Exec(
		"create table past as select * from audit_events where enterprise_id = $1 and position = "+fmt.Sprint(length+1),
		string(w.ent.ID),
	); err != nil {
		t.Fatal(err)
	}
	undo()
	w.enter("bob")
	if n := w.chainHolds(); n != length+2 {
		t.Fatalf("%d events; want %d", n, length+2)
	}
	for _, text := range []string{
		"delete from audit_events where exists (select 1 from past where past.enterprise_id = audit_events.enterprise_id and past.sequence = audit_events.sequence)",
		"insert into audit_events select * from past",
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.db.VerifyAudit(t.Context(), w.ent.ID)
	if broken, ok := errors.AsType[*store.BrokenChainError](err); !ok || broken.Position != int64(length+2) {
		t.Errorf("got %v; want event %d", err, length+2)
	}
}

func uses(text, param string) bool {
	for i := 0; i+len(param) <= len(text); i++ {
		if text[i:i+len(param)] == param {
			return true
		}
	}
	return false
}

// remember keeps the audit tables aside and returns what puts them back.
func remember(t *testing.T, db *sql.DB) func() {
	t.Helper()
	exec := func(texts ...string) {
		t.Helper()
		for _, text := range texts {
			if _, err := db.Exec(text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	exec(
		"create table kept_events as select * from audit_events",
		"create table kept_heads as select * from audit_heads",
	)
	return func() {
		t.Helper()
		exec("delete from audit_events", "delete from audit_heads",
			"insert into audit_heads select * from kept_heads", "insert into audit_events select * from kept_events",
			"drop table kept_events", "drop table kept_heads")
	}
}

func testAuditEvents(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.enter("ada")
	w.clock.Move(time.Hour)
	since := w.clock.Now()
	_, err := w.db.CreateDomain(ctx, "tok-1", sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
	})
	w.ok(err)
	for name, c := range map[string]struct {
		filter sso.AuditFilter
		want   int
	}{
		"all":    {sso.AuditFilter{}, w.chainHolds()},
		"actor":  {sso.AuditFilter{Actor: "tok-1"}, 1},
		"action": {sso.AuditFilter{Action: "group.created"}, 5},
		"since":  {sso.AuditFilter{Since: since}, 1},
		"none":   {sso.AuditFilter{Action: "group.created", Since: since}, 0},
	} {
		events, _, err := w.db.AuditEvents(
			ctx, w.ent.ID, c.filter, sso.Page{Limit: 200},
		)
		w.ok(err)
		if len(events) != c.want {
			t.Errorf("%s: %d events; want %d", name, len(events), c.want)
		}
		for i, e := range events {
			if e.Enterprise != w.ent.ID ||
				e.ID == "" ||
				e.At.IsZero() ||
				i > 0 && e.Sequence >= events[i-1].Sequence {
				t.Errorf("%s: event %d is %+v", name, i, e)
			}
		}
	}
}

func testInstanceChain(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	_, err := w.db.CreateToken(t.Context(), by, sso.Token{
		Name: "ci",
		Hash: sso.Secret("x").Hash(),
	})
	w.ok(err)
	if n, err := w.db.VerifyAudit(t.Context(), ""); err != nil || n != 1 {
		t.Errorf("the instance's chain has %d events (%v); want 1", n, err)
	}
	_, err = w.db.VerifyAudit(t.Context(), "ent-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
}

func testAuditSurvives(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	s := w.signIn("ada", "dev")
	w.record(s)
	before := w.chainHolds()
	w.ok(w.db.DeleteEnterprise(t.Context(), by, w.ent.ID))
	if n := w.chainHolds(); n != before+1 {
		t.Errorf("%d events; want %d", n, before+1)
	}
	for table, left := range w.dump() {
		if len(left) > 0 && table != "audit_trails" && table != "audit_heads" && table != "audit_events" {
			t.Errorf("%s still has %d rows", table, len(left))
		}
	}
	_, err := w.db.Principal(t.Context(), s.Session.Token)
	w.fails(err, sso.Unauthenticated, "session_ended")
	revoked, err := w.db.Revocations(t.Context(), 0)
	w.ok(err)
	w.same([]sso.Revocation{{Sequence: 1, Enterprise: w.ent.ID}}, revoked)
	_, err = w.db.CreateDomain(t.Context(), by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
	})
	w.fails(err, sso.NotFoundKind, "not_found")
}

// tampering changes rows of the audit trail.
type tampering struct {
	position int64 // of the event that is reported
	texts    []string
	args     []any
}

func editedEvents(ent string) map[string]tampering {
	return map[string]tampering{
		"edited action": {
			3,
			[]string{"update audit_events set action = 'x' where enterprise_id = $1 and position = 3"},
			[]any{ent},
		},
		"edited detail": {
			3,
			[]string{"update audit_events set detail = '{\"name\":\"x\"}' where enterprise_id = $1 and position = 3"},
			[]any{ent},
		},
		"edited time": {
			3,
			[]string{"update audit_events set at = at + 1 where enterprise_id = $1 and position = 3"},
			[]any{ent},
		},
		"edited actor": {
			1,
			[]string{"update audit_events set actor = 'user-x' where enterprise_id = $1 and position = 1"},
			[]any{ent},
		},
		"edited target": {
			3,
			[]string{"update audit_events set target = 'x' where enterprise_id = $1 and position = 3"},
			[]any{ent},
		},
		"edited hash": {
			3,
			[]string{
				"update audit_events set hash = '" + fmt.Sprintf("%064d", 0) +
					"' where enterprise_id = $1 and position = 3",
			},
			[]any{ent},
		},
	}
}

func deletedEvents(ent string) map[string]tampering {
	return map[string]tampering{
		"deleted": {
			3,
			[]string{"delete from audit_events where enterprise_id = $1 and position = 3"},
			[]any{ent},
		},
		"first deleted": {
			1,
			[]string{"delete from audit_events where enterprise_id = $1 and position = 1"},
			[]any{ent},
		},
		"closed up": {
			3,
			[]string{
				"delete from audit_events where enterprise_id = $1 and position = 3",
				"update audit_events set position = 3 where enterprise_id = $1 and position = 4",
			},
			[]any{ent},
		},
		"swapped": {
			3,
			[]string{
				"update audit_events set position = -1 where enterprise_id = $1 and position = 3",
				"update audit_events set position = 3 where enterprise_id = $1 and position = 4",
				"update audit_events set position = 4 where enterprise_id = $1 and position = -1",
			},
			[]any{ent},
		},
		"moved behind the others": {
			3,
			[]string{"update audit_events set sequence = sequence + 1000 where enterprise_id = $1 and position = 3"},
			[]any{ent},
		},
		"moved to another strand": {
			3,
			[]string{"update audit_events set strand = 1 where enterprise_id = $1 and position = 3"},
			[]any{ent},
		},
		"cut off": {
			5,
			[]string{"delete from audit_events where enterprise_id = $1 and position > 4"},
			[]any{ent},
		},
		"emptied": {1, []string{"delete from audit_events where enterprise_id = $1"}, []any{ent}},
		"cut off with the head": {
			4,
			[]string{
				"delete from audit_events where enterprise_id = $1 and position > 4",
				`update audit_heads set position = 4, sequence = e.sequence, hash = e.hash from audit_events e
				where audit_heads.enterprise_id = $1 and e.enterprise_id = $1 and e.position = 4`,
			},
			[]any{ent},
		},
		"emptied with the head": {
			0,
			[]string{
				"delete from audit_events where enterprise_id = $1",
				"update audit_heads set position = 0, sequence = 0, hash = '' where enterprise_id = $1",
			},
			[]any{ent},
		},
	}
}

// What adds a copy of an event, with another number and position in between.
const (
	planted = "insert into audit_events (enterprise_id, sequence, position, id, actor, action, target, detail, at, hash) " +
		"select enterprise_id, "
	copied = ", 'evt-x', actor, action, target, detail, at, hash from audit_events where enterprise_id = $1 and "
)

// addedEvents adds events to a chain of own events, and puts in what belongs to
// a foreign chain of length events.
func addedEvents(ent, foreign string, own, length int) map[string]tampering {
	return map[string]tampering{
		"added behind the end": {
			int64(own) + 1,
			[]string{
				planted + "sequence + 1, position + 1" + copied + "position = " +
					fmt.Sprint(own),
			},
			[]any{ent},
		},
		"added far behind the end": {
			int64(own) + 100,
			[]string{
				planted + "sequence + 100, position + 100" + copied + "position = " +
					fmt.Sprint(own),
			},
			[]any{ent},
		},
		"added before the first": {
			0,
			[]string{planted + "-5, -5" + copied + "position = 1"},
			[]any{ent},
		},
		"added without a position": {
			int64(own) + 1000,
			[]string{
				planted + fmt.Sprint(own+1000) + ", 0" + copied + "position = 1",
			},
			[]any{ent},
		},
		"head of another": {
			int64(length),
			[]string{`update audit_heads set position = o.position, sequence = o.sequence, hash = o.hash, mac = o.mac
				from audit_heads o where audit_heads.enterprise_id = $1 and o.enterprise_id = $2`},
			[]any{ent, foreign},
		},
		"event of another": {
			2,
			[]string{
				"delete from audit_events where enterprise_id = $1 and position = 2",
				"update audit_events set enterprise_id = $1 where enterprise_id = $2 and position = 2",
			},
			[]any{ent, foreign},
		},
	}
}
