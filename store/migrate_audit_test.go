package store_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// beforeStrands is the schema in which a trail was one chain.
const beforeStrands = 35

func downTo(t *testing.T, dsn string, version int64) {
	t.Helper()
	dialect := goose.DialectPostgres
	if strings.HasPrefix(dsn, "sqlite:") {
		dialect = goose.DialectSQLite3
	}
	provider, err := goose.NewProvider(
		dialect, storetest.Raw(t, dsn), os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true),
	)
	if err == nil {
		_, err = provider.DownTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestUpgradedChain: a chain from before there were strands verifies after the
// upgrade, and so do an end that was logged and the events that follow; a change
// of an old event is found.
func TestUpgradedChain(t *testing.T) {
	t.Parallel()
	dsn, keys := storetest.File(t), store.Keyring{Current: store.NewKey()}
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	ent := newEnterprise(t, db, "acme")
	for range 5 {
		if _, err := db.UpdateEnterprise(t.Context(), sso.ActorOperator, ent, rename); err != nil {
			t.Fatal(err)
		}
	}
	heads, err := db.AuditHeadsToLog(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	downTo(t, dsn, beforeStrands)
	db = storetest.Open(t, dsn, keys, nil)
	for range 2 {
		if _, err := db.UpdateEnterprise(t.Context(), sso.ActorOperator, ent, rename); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.VerifyAudit(t.Context(), ent); err != nil || n != 8 {
		t.Errorf("%d events (%v); want 8", n, err)
	}
	for _, h := range heads {
		if err := db.VerifyLoggedHead(t.Context(), h); err != nil {
			t.Error(err)
		}
	}
	events, _, err := db.AuditEvents(t.Context(), ent, sso.AuditFilter{}, sso.Page{})
	if err != nil || len(events) != 8 || events[7].Position != 1 {
		t.Errorf("%d events are listed (%v)", len(events), err)
	}
	if _, err := storetest.Raw(t, dsn).Exec(
		"update audit_events set target = 'x' where enterprise_id = $1 and sequence = 3", string(ent),
	); err != nil {
		t.Fatal(err)
	}
	_, err = db.VerifyAudit(t.Context(), ent)
	if broken, ok := errors.AsType[*store.BrokenChainError](err); !ok || broken.Position != 3 {
		t.Errorf("an old event was changed: %v; want event 3", err)
	}
}

// TestNumbersFollowThoseBefore upgrades a database of PostgreSQL: revocations and
// events get greater numbers than there are.
func TestNumbersFollowThoseBefore(t *testing.T) {
	t.Parallel()
	dsn, keys := storetest.Postgres(t), store.Keyring{Current: store.NewKey()}
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	downTo(t, dsn, beforeStrands-1)
	raw := storetest.Raw(t, dsn)
	for _, text := range []string{
		"update counters set value = 4711 where name = 'revocations'",
		"insert into audit_heads (enterprise_id, sequence, hash, mac, logged) values ('ent-gone', 812, '', '', 0)",
	} {
		if _, err := raw.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Open(t, dsn, keys, nil)
	var revocation, event int64
	const next = "select nextval('revocation_numbers'), nextval('audit_numbers')"
	if err := raw.QueryRow(next).Scan(&revocation, &event); err != nil {
		t.Fatal(err)
	}
	if revocation != 4712 || event != 813 {
		t.Errorf("the next numbers are %d and %d; want 4712 and 813", revocation, event)
	}
}
