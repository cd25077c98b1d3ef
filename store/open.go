package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// Options configure a DB.
type Options struct {
	// DSN is the address that engine.Open takes.
	DSN  string
	Keys Keyring
	Now  func() time.Time // nil: time.Now
	// Log gets the failures of work that a caller does not wait for, because it is
	// tried again in the background; nil: they are not logged.
	Log *slog.Logger
	// MaxResources is how many users and groups a connection may have had that were
	// pushed or found; 0: no limit. Of deleted ones the names are kept.
	MaxResources int64
}

// DB is the store. It is safe for concurrent use. Its methods return an
// *sso.Error for conditions that callers handle (NotFound, Conflict, Forbidden,
// Unavailable if the database cannot answer now), and other errors for unexpected
// failures.
type DB struct {
	sql          *engine.Database
	sealer       *sealer
	rehearsal    bool // see Rehearse
	auditKey     []byte
	tokenKey     sso.Secret
	clock        func() time.Time
	log          *slog.Logger
	historySince time.Time                             // when the membership history began
	announced    atomic.Pointer[func(context.Context)] // see OnRevocation
	searches     searches
	grown        growths
	maxResources int64 // 0: no limit
}

// Open opens a database, creates or migrates its schema, and checks that it was
// written with the given keys.
func Open(ctx context.Context, o Options) (_ *DB, err error) {
	db := &DB{
		clock:        o.Now,
		log:          o.Log,
		searches:     make(searches, maxSearches),
		maxResources: o.MaxResources,
	}
	if db.clock == nil {
		db.clock = time.Now
	}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	if db.sealer, err = newSealer(o.Keys); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := db.connect(ctx, o.DSN); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := db.prepareKeys(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), db.Close())
	}
	for _, prepare := range []func(context.Context) error{
		db.foldGroups, db.makeTerms, db.foldLogins, db.foldQuestions, db.beginHistory,
	} {
		if err := prepare(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("open store: %w", err), db.Close())
		}
	}
	return db, nil
}

func (db *DB) connect(ctx context.Context, dsn string) error {
	files, err := migrations()
	if err != nil {
		return err
	}
	db.sql, err = engine.Open(ctx, dsn, files)
	return err
}

// now returns the current time in the precision that is stored.
func (db *DB) now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// Close waits for running writes and closes the database.
func (db *DB) Close() error { return db.sql.Close() }

// Work returns how many statements this process sent to the database, and in how many
// round trips.
func (db *DB) Work() (statements, roundTrips int64) { return db.sql.Work() }

// Ping reports whether the database answers and, as far as is known, can be
// written to.
func (db *DB) Ping(ctx context.Context) (err error) {
	defer func() { doing(&err, "reach the database") }()
	return db.sql.Ping(ctx)
}

// Broken returns a channel that is closed when a disk failed to store a write.
// From then on every write fails: what the disk holds can only be found out by a
// new process.
func (db *DB) Broken() <-chan struct{} { return db.sql.Broken() }

// Meta returns the value that SetMeta stored under a key, "" if none.
func (db *DB) Meta(ctx context.Context, key string) (value string, err error) {
	defer func() { doing(&err, "read "+key) }()
	value, _, err = engine.One(
		ctx, db.sql, engine.ScanText, "select value from meta where key = $1", key,
	)
	return value, err
}

// SetMeta stores a fact about the whole database, such as that it is a
// demonstration.
func (db *DB) SetMeta(ctx context.Context, key, value string) (err error) {
	defer func() { doing(&err, "write "+key) }()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(
			"insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
			key, value,
		)
		return nil
	})
}

// Names of sealed_values.
const (
	canaryName   = "canary"
	auditKeyName = "audit_key"
	tokenKeyName = "token_key"
)

func sealedValue(name string) place {
	return place{
		column: "sealed_values.value",
		row:    name,
	}
}

// prepareKeys opens the sealed canary, the key of the audit chains and that of tokens,
// or creates those that are missing. The keys are random and sealed like other secrets,
// so that chains and tokens survive a key rotation.
func (db *DB) prepareKeys(ctx context.Context) error {
	err := db.write(ctx, func(ctx context.Context, t *tx) error {
		var made int64
		fresh := NewKey()
		const insert = "insert into sealed_values (name, value) values ($1, $2) on conflict (name) do nothing"
		t.Queue(insert, canaryName, db.sealer.seal(sealedValue(canaryName), "gatehouse"))
		t.Queue(insert, tokenKeyName, db.sealer.seal(sealedValue(tokenKeyName), NewKey()))
		t.QueueCount(&made, insert, auditKeyName, db.sealer.seal(sealedValue(auditKeyName), fresh))
		if err := t.Flush(ctx); err != nil || made == 0 {
			return err
		}
		// The instance's chain begins together with the key: a chain that is missing
		// later was removed and must not look new.
		db.auditKey = []byte(fresh.Reveal())
		t.insertTrail("")
		return nil
	})
	if err != nil {
		return fmt.Errorf("prepare the keys: %w", err)
	}
	if _, err := db.openSealed(ctx, canaryName); err != nil {
		return err
	}
	auditKey, err := db.openSealed(ctx, auditKeyName)
	if err != nil {
		return err
	}
	db.auditKey = []byte(auditKey.Reveal())
	db.tokenKey, err = db.openSealed(ctx, tokenKeyName)
	return err
}

// openSealed returns the sealed value with a name.
func (db *DB) openSealed(ctx context.Context, name string) (sso.Secret, error) {
	sealed, _, err := engine.One(
		ctx, db.sql, engine.ScanText, "select value from sealed_values where name = $1", name,
	)
	if err != nil {
		return "", fmt.Errorf("read the keys: %w", err)
	}
	value, err := db.sealer.open(sealedValue(name), sealed)
	if err != nil {
		return "", errors.New(
			"the secret key is not the one this database was written with: restore secret.key in data_dir, or set secret_key",
		)
	}
	return value, nil
}

// TokenKey returns the key that bearer values are made with, see
// [sso.BearerKind.NewKeyed].
func (db *DB) TokenKey() sso.Secret { return db.tokenKey }
