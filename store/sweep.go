package store

import (
	"context"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// Retention is how long attempts, sync records, and provisioning events, refusals and
// receipts are stored; 0 is forever. Audit events are never deleted, and neither is
// the memory of users whom an identity provider deleted: no sign-in makes them again.
type Retention struct {
	Attempts     time.Duration
	SyncRecords  time.Duration
	Provisioning time.Duration
}

// revocationsKept is how long revocations are kept: every node has read them by
// then.
const revocationsKept = 24 * time.Hour

// oldRevocation spares the newest, by which a node notices that others were swept.
const oldRevocation = "at <= $1 and sequence < (select max(sequence) from revocations)"

// endedToken is a token of a user or service that was revoked or has expired.
const endedToken = "(revoked_at > 0 and revoked_at <= $1 or expires_at <= $1)"

// unusedService is a service without a token.
const unusedService = `created_at <= $1 and not exists (select 1 from service_tokens t
	where t.enterprise_id = services.enterprise_id and t.service_id = services.id)`

// shadowsKept is how long differences of a draft are kept; older ones are of no
// use.
const shadowsKept = 30 * 24 * time.Hour

// codesKept is how long sent codes count towards the limits.
const codesKept = 24 * time.Hour

// invitationsKept is how long an expired invitation is still listed.
const invitationsKept = 30 * 24 * time.Hour

// unmatchedKept is how long unsolicited responses are kept; any client can send
// them, and a weekend is enough to read them.
const unmatchedKept = 3 * 24 * time.Hour

const swept = 1000 // rows deleted in one transaction, so that sign-ins can run in between

// expiry names rows of a table that are deleted once they are older than before.
// A zero before keeps them.
type expiry struct {
	table     string
	key       string
	condition string
	before    time.Time
}

// Sweep deletes expired rows: pending logins, waiting sign-ins, replay marks,
// sessions, stored answers, revocations, results of shadow mode, data of the
// brake, revoked provisioning tokens, API tokens and tokens of users and services that
// ended, pictures that no brand names, and attempts, test connections, sync records, provisioning events, refusals and receipts past their retention.
func (db *DB) Sweep(ctx context.Context, keep Retention) (err error) {
	defer func() { doing(&err, "sweep") }()
	for _, e := range expiries(db.now(), keep) {
		if e.before.IsZero() {
			continue
		}
		if err := db.deleteExpired(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func expiries(now time.Time, keep Retention) []expiry {
	return append(tokenExpiries(now.Add(-revokedTokensKept)), []expiry{
		{"pending_logins", "id", "expires_at <= $1", now},
		{"replay_marks", "response", "until <= $1", now},
		{"sessions", "id", "expires_at <= $1", now},
		{"sessions", "id", "last_seen_at + idle_timeout <= $1", now},
		{"provisioning_visits", "at", "at <= $1", now.Add(-visitsKept)},
		{"email_proofs", "id", "expires_at <= $1", now},
		{"email_codes", "id", "at <= $1", now.Add(-codesKept)},
		{"admin_sessions", "token", "expires_at <= $1", now},
		{"passkey_challenges", "token", "expires_at <= $1", now},
		{"setup_sessions", "token", "expires_at <= $1", now},
		{"invitations", "id", "expires_at <= $1", now.Add(-invitationsKept)},
		{"idempotency_keys", "key", "expires_at <= $1", now},
		{"shadow_differences", "person", "at <= $1", now.Add(-shadowsKept)},
		{"revocations", "sequence", oldRevocation, now.Add(-revocationsKept)},
		{"images", "hash", unusedImage, now.Add(-imagesKept)},
		{"brake_signs", "user_id", "at <= $1", now.Add(-signsKept)},
		{"brake_losses", "user_id", "at <= $1", now.Add(-lossesKept)},
		{
			"brake_stops", "connection_id",
			"case when allowed_until = 0 then last_at else allowed_until end <= $1",
			now.Add(-sso.BrakeQuiet),
		},
		{"attempts", "id", "at <= $1", since(now, keep.Attempts)},
		{"attempts", "id", "outcome = 'unmatched' and at <= $1", now.Add(-unmatchedKept)},
		{"test_runs", "id", "created_at <= $1", since(now, keep.Attempts)},
		{"sync_records", "id", "at <= $1", since(now, keep.SyncRecords)},
		{"provisioning_events", "id", "at <= $1", since(now, keep.Provisioning)},
		{"provisioning_refusals", "id", "last_at <= $1", since(now, keep.Provisioning)},
		{"provisioned_receipts", "event_id", "at <= $1", since(now, keep.Provisioning)},
	}...)
}

// tokenExpiries are those of tokens that ended, and of services without one, in this order.
func tokenExpiries(before time.Time) []expiry {
	return []expiry{
		{"provisioning_tokens", "id", "revoked_at > 0 and revoked_at <= $1", before},
		{"tokens", "id", "(revoked_at > 0 and revoked_at <= $1 or expires_at > 0 and expires_at <= $1)", before},
		{"personal_tokens", "id", endedToken, before},
		{"service_tokens", "id", endedToken, before},
		{"services", "id", unusedService, before},
	}
}

// deleteExpired deletes the rows of e in several transactions.
func (db *DB) deleteExpired(ctx context.Context, e expiry) error {
	query := "delete from " + e.table + " where " + e.condition + " and " + e.key +
		" in (select " + e.key + " from " + e.table + " where " + e.condition + " limit " +
		strconv.Itoa(swept) + ")"
	for n := int64(swept); n >= swept; {
		err := db.write(ctx, func(ctx context.Context, t *tx) (err error) {
			n, err = t.Exec(ctx, query, engine.Micros(e.before))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func since(now time.Time, kept time.Duration) time.Time {
	if kept <= 0 {
		return time.Time{}
	}
	return now.Add(-kept)
}
