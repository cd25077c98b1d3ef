package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/store"
)

// testPlantedEvent puts rows where the next events of a chain belong. People
// still sign in and admins still change things; the rows are kept as evidence,
// and the chain names them.
func testPlantedEvent(t *testing.T, fresh fresh) {
	for name, ahead := range map[string][]int{
		"next":               {1},
		"next three":         {1, 2, 3},
		"one after the next": {2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fresh)
			w.enter("ada", "dev")
			length := w.chainHolds()
			plant(t, w, length, ahead)
			if _, err := w.db.VerifyAudit(t.Context(), w.ent.ID); !broken(err) {
				t.Errorf("before the next change: %v; want a broken chain", err)
			}
			if events, _, err := w.db.AuditEvents(
				t.Context(), w.ent.ID, sso.AuditFilter{Actor: "planted"}, sso.Page{},
			); err != nil || len(events) > 0 {
				t.Errorf("the list shows %d planted rows, %v", len(events), err)
			}
			w.enter("bob", "dev")
			_, err := w.db.CreateDomain(t.Context(), by, sso.Domain{
				Enterprise: w.ent.ID,
				Name:       "acme.test",
			})
			w.ok(err)
			w.chainHolds()
			events, _, err := w.db.AuditEvents(
				t.Context(), w.ent.ID,
				sso.AuditFilter{Action: "audit.rows_set_aside"}, sso.Page{},
			)
			w.ok(err)
			if len(events) != 1 ||
				events[0].Detail["rows"] != fmt.Sprint(len(ahead)) {
				t.Errorf("the chain says %+v", events)
			}
			var kept int
			w.ok(Raw(t, w.dsn).QueryRow("select count(*) from audit_set_aside where actor = 'planted'").Scan(&kept))
			if kept != len(ahead) {
				t.Errorf("%d rows are kept as evidence; want %d", kept, len(ahead))
			}
		})
	}
}

// plant puts rows in the places of the next events, of which the first is 1.
func plant(t *testing.T, w *world, length int, ahead []int) {
	t.Helper()
	db := Raw(t, w.dsn)
	last, step := int64(length), int64(1)
	if !strings.HasPrefix(w.dsn, "sqlite") {
		w.ok(db.QueryRow(`select last_value, increment_by from pg_sequences
			where schemaname = current_schema() and sequencename = 'audit_numbers'`).Scan(&last, &step))
	}
	for _, n := range ahead {
		query := fmt.Sprintf(
			`insert into audit_events (enterprise_id, sequence, position, id, actor, action, target, detail, at, hash)
			select enterprise_id, %d, %d, 'evt-planted', 'planted', action, target, detail, at, hash
			from audit_events where enterprise_id = '%s' and position = %d`,
			last+int64(n)*step, length+n, w.ent.ID, length,
		)
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
}

// testHeadSetBack: after a head was changed behind the store's back, no change
// that follows makes the chain look whole again.
func testHeadSetBack(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.enter("ada", "dev")
	length := w.chainHolds()
	db := Raw(t, w.dsn)
	ent := string(w.ent.ID)
	for _, text := range []string{
		`update audit_heads set position = %[2]d, sequence = e.sequence, hash = e.hash from audit_events e
			where audit_heads.enterprise_id = '%[1]s' and e.enterprise_id = '%[1]s' and e.position = %[2]d`,
		"delete from audit_events where enterprise_id = '%[1]s' and position > %[2]d",
	} {
		if _, err := db.Exec(fmt.Sprintf(text, ent, length-1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, login := range []string{"bob", "eve"} {
		w.enter(login, "dev")
		if _, err := w.db.VerifyAudit(t.Context(), w.ent.ID); !broken(err) {
			t.Errorf("after %s signed in: %v; want a broken chain", login, err)
		}
	}
	heads, err := w.db.AuditHeadsToLog(t.Context(), 100)
	w.ok(err)
	for _, h := range heads {
		if h.Forged != (h.Enterprise == w.ent.ID) {
			t.Errorf("head of %q: forged is %v", h.Enterprise, h.Forged)
		}
	}
}

// testLoggedHeads sets a whole database back to an earlier copy of chain and
// head, which only a head that was logged meanwhile shows.
func testLoggedHeads(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.enter("ada", "dev")
	undo := remember(t, Raw(t, w.dsn))
	w.enter("bob", "dev")
	heads, err := w.db.AuditHeadsToLog(ctx, 100)
	w.ok(err)
	if again, err := w.db.AuditHeadsToLog(ctx, 100); err != nil || len(again) != 0 {
		t.Errorf("heads that did not grow are logged again: %v %v", again, err)
	}
	var logged sso.AuditHead
	for _, h := range heads {
		w.ok(w.db.VerifyLoggedHead(ctx, h))
		if h.Enterprise == w.ent.ID {
			logged = h
		}
	}
	other := logged
	other.Sequence--
	if err := w.db.VerifyLoggedHead(ctx, other); !broken(err) {
		t.Errorf("a head that was not signed: %v; want a broken chain", err)
	}
	undo()
	w.chainHolds()
	if err := w.db.VerifyLoggedHead(ctx, logged); !broken(err) {
		t.Errorf("a chain that was set back: %v; want a broken chain", err)
	}
	w.enter("eve", "dev")
	w.enter("kim", "dev")
	if err := w.db.VerifyLoggedHead(ctx, logged); !broken(err) {
		t.Errorf("a chain that was set back and grew again: %v; want a broken chain", err)
	}
}

func broken(err error) bool {
	_, ok := errors.AsType[*store.BrokenChainError](err)
	return ok
}
