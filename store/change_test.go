package store_test

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestBusyEnterpriseLeavesConnections stops an enterprise's changes at the lock
// they all need and makes many more of them than the pool has connections. A
// neighbour's changes and reads, the poll of revocations and readiness are
// answered meanwhile, and every change of the busy enterprise goes through once
// the lock is free.
func TestBusyEnterpriseLeavesConnections(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	busy := newEnterprise(t, db, "busy")
	neighbour := newEnterprise(t, db, "neighbour")
	release := lockEnterprise(t, dsn, busy)

	const changes = 40
	patient, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var done sync.WaitGroup
	failed := make(chan error, changes)
	for range changes {
		done.Go(func() {
			_, err := db.UpdateEnterprise(patient, sso.ActorOperator, busy, rename)
			failed <- err
		})
	}
	waitForLocks(t, dsn)

	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if _, err := db.UpdateEnterprise(ctx, sso.ActorOperator, neighbour, rename); err != nil {
		t.Errorf("a change of the neighbour: %v", err)
	}
	if _, err := db.Enterprise(ctx, neighbour); err != nil {
		t.Errorf("a read of the neighbour: %v", err)
	}
	if _, err := db.LastRevocation(ctx); err != nil {
		t.Errorf("the poll of revocations: %v", err)
	}
	if err := db.Ping(ctx); err != nil {
		t.Errorf("readiness: %v", err)
	}
	if len(failed) > 0 {
		t.Fatalf("a change of the busy enterprise ended while its lock was held: %v", <-failed)
	}
	release()
	done.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestRevocationsAreReadBesideAFullPool takes every connection of the pool, as
// many busy enterprises do together.
func TestRevocationsAreReadBesideAFullPool(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	const enterprises = 8 // two connections each, twice what the pool of a test has
	var done sync.WaitGroup
	var releases []func()
	patient, giveUp := context.WithTimeout(t.Context(), time.Minute)
	defer giveUp()
	var busy []sso.EnterpriseID
	for i := range enterprises {
		busy = append(busy, newEnterprise(t, db, "busy-"+string(rune('a'+i))))
	}
	for _, ent := range busy {
		releases = append(releases, lockEnterprise(t, dsn, ent))
	}
	for _, ent := range slices.Concat(busy, busy) {
		done.Go(func() {
			_, _ = db.UpdateEnterprise(patient, sso.ActorOperator, ent, rename)
		})
	}
	defer func() {
		for _, release := range releases {
			release()
		}
		done.Wait()
	}()
	waitForLocks(t, dsn)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := db.LastRevocation(ctx); err != nil {
		t.Errorf("the poll of revocations: %v", err)
	}
	if _, err := db.Revocations(ctx, 0); err != nil {
		t.Errorf("the list of revocations: %v", err)
	}
	if err := db.Ping(ctx); err != nil {
		t.Errorf("readiness: %v", err)
	}
}

// TestLaneIsLeftByACancelledChange: a change that gives up waiting neither keeps
// its turn nor takes one from the next.
func TestLaneIsLeftByACancelledChange(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	ent := newEnterprise(t, db, "busy")
	release := lockEnterprise(t, dsn, ent)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	var done sync.WaitGroup
	for range 10 {
		done.Go(func() {
			if _, err := db.UpdateEnterprise(ctx, sso.ActorOperator, ent, rename); err == nil {
				t.Error("a cancelled change went through")
			}
		})
	}
	waitForLocks(t, dsn)
	cancel()
	done.Wait()
	release()
	for range 5 {
		if _, err := db.UpdateEnterprise(t.Context(), sso.ActorOperator, ent, rename); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStalledLane: a database that does not answer makes no change wait behind those
// it did not answer.
func TestStalledLane(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	ent := newEnterprise(t, db, "busy")
	release := lockEnterprise(t, dsn, ent)
	const changes = 20 // one pair after the other, they would wait for half a minute
	var done sync.WaitGroup
	begun := time.Now()
	for range changes {
		done.Go(func() {
			if _, err := db.UpdateEnterprise(
				t.Context(), sso.ActorOperator, ent, rename,
			); sso.KindOf(err) != sso.Unavailable {
				t.Errorf("a change that is not answered: %v", err)
			}
		})
	}
	done.Wait()
	if took := time.Since(begun); took > 12*time.Second {
		t.Errorf("all were told after %s", took)
	}
	release()
	if _, err := db.UpdateEnterprise(t.Context(), sso.ActorOperator, ent, rename); err != nil {
		t.Errorf("once the database answers: %v", err)
	}
}

func newEnterprise(t *testing.T, db *store.DB, key string) sso.EnterpriseID {
	t.Helper()
	ent, err := db.CreateEnterprise(t.Context(), sso.ActorOperator, sso.Enterprise{
		Key:  key,
		Name: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	return ent.ID
}

func rename(e sso.Enterprise) (sso.Enterprise, error) {
	e.Name += "."
	return e, nil
}

// lockEnterprise holds what every change of an enterprise waits for.
func lockEnterprise(t *testing.T, dsn string, ent sso.EnterpriseID) (release func()) {
	t.Helper()
	db := storetest.Raw(t, dsn)
	tx, err := db.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(
		"select pg_advisory_xact_lock(hashtextextended(current_schema() || ' enterprise ' || $1, 0))", string(ent),
	); err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { _ = tx.Rollback() })
	// Before the schema is dropped, which would wait for the lock.
	t.Cleanup(release)
	return release
}

// waitForLocks returns once connections wait for locks in the schema of the
// test.
func waitForLocks(t *testing.T, dsn string) {
	t.Helper()
	db := storetest.Raw(t, dsn)
	for range 1000 {
		if waiting(t, db) >= 2 {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("nothing waits for the lock")
}

func waiting(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	const query = `select count(*) from pg_locks l join enterprises e
		on (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(current_schema() || ' enterprise ' || e.id, 0)
		where l.locktype = 'advisory' and not l.granted`
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
