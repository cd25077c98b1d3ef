package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// forgedMAC is stored as the MAC of a head that was found to be forged. Later
// changes keep it, so the head never verifies again.
const forgedMAC = "forged"

// isPlanted reports an audit event that could not be written because another row
// has its place in the chain.
func isPlanted(err error) bool { return engine.IsUniqueIn(err, "audit_events") }

// setAside moves rows after the end of a chain into another table, so that
// planted rows cannot block sign-ins, and audits that.
func (db *DB) setAside(ctx context.Context, ent sso.EnterpriseID) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		t.lockHead(ent)
		if err := t.needHead(ctx); err != nil {
			return err
		}
		const columns = "enterprise_id, sequence, id, actor, action, target, detail, at, hash"
		moved, err := t.Exec(
			ctx,
			"insert into audit_set_aside ("+columns+", found_at) select "+columns+
				", $3 from audit_events where enterprise_id = $1 and sequence > $2",
			string(ent),
			t.head.sequence, engine.Micros(t.now),
		)
		if err != nil || moved == 0 {
			return err
		}
		t.Queue("delete from audit_events where enterprise_id = $1 and sequence > $2", string(ent), t.head.sequence)
		if err := t.audit(
			ctx, sso.ActorSystem, "audit.rows_set_aside", string(ent), "rows",
			strconv.FormatInt(moved, 10),
		); err != nil {
			return err
		}
		return t.saveHead(ctx)
	})
}

// AuditHeadsToLog returns at most limit heads of chains that grew since they were
// last returned, and marks them as logged. Each is returned to one node only.
func (db *DB) AuditHeadsToLog(ctx context.Context, limit int) (heads []sso.AuditHead, err error) {
	defer func() { doing(&err, "mark the ends of audit chains as logged") }()
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		heads = nil
		return t.Query(ctx, func(r engine.Row) error {
			var h head
			var mac string
			if err := r.Scan(&h.enterprise, &h.sequence, hexHash(&h.hash), &mac); err != nil {
				return err
			}
			logged := sso.AuditHead{
				Enterprise: h.enterprise,
				Sequence:   h.sequence,
				Hash:       h.hash,
				At:         t.now,
				Forged:     !hmac.Equal([]byte(mac), []byte(db.headMAC(h))),
			}
			logged.Signature = db.signHead(logged)
			heads = append(heads, logged)
			return nil
		}, `update audit_heads set logged = sequence
			where enterprise_id in (select enterprise_id from audit_heads where sequence > logged order by enterprise_id limit $1`+
			t.db.sql.Dialect.SkipLocked+`)
			returning enterprise_id, sequence, hash, mac`, limit)
	})
	return heads, err
}

// signHead returns the HMAC of a logged head under the key of the audit chains.
func (db *DB) signHead(h sso.AuditHead) sso.Hash {
	mac := hmac.New(sha256.New, db.auditKey)
	fmt.Fprintf(
		mac, "logged head|%s|%d|%s|%d", h.Enterprise, h.Sequence, h.Hash, engine.Micros(h.At),
	)
	return sso.Hash(mac.Sum(nil))
}

// VerifyLoggedHead compares a logged head with the chain. The error is a
// *BrokenChainError if the chain lacks that event, so was set back, or if this
// database did not sign the head.
func (db *DB) VerifyLoggedHead(ctx context.Context, h sso.AuditHead) (err error) {
	defer func() { doing(&err, "verify a logged audit head") }()
	if signature := db.signHead(h); !hmac.Equal(h.Signature[:], signature[:]) {
		return &BrokenChainError{h.Enterprise, h.Sequence, "the line was not signed with the key of this database"}
	}
	var hash sso.Hash
	_, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (struct{}, error) {
		return struct{}{}, r.Scan(hexHash(&hash))
	},
		"select hash from audit_events where enterprise_id = $1 and sequence = $2", string(h.Enterprise), h.Sequence)
	switch {
	case err != nil:
		return err
	case !ok:
		return &BrokenChainError{h.Enterprise, h.Sequence, "the log has it, the chain does not"}
	case hash != h.Hash:
		return &BrokenChainError{h.Enterprise, h.Sequence, "the log has another event in its place"}
	}
	return nil
}

// firstBehindEnd returns the sequence number of the first row after the end of a chain, 0
// if there is none. It reads the rows before it reads the end, so that an event
// being written is never after it.
func (db *DB) firstBehindEnd(ctx context.Context, ent sso.EnterpriseID) (int64, error) {
	last, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber,
		"select coalesce(max(sequence), 0) from audit_events where enterprise_id = $1",
		string(ent),
	)
	if err != nil {
		return 0, err
	}
	end, _, err := db.readHead(ctx, ent)
	if err != nil || last <= end.sequence {
		return 0, err
	}
	first, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber,
		"select coalesce(min(sequence), 0) from audit_events where enterprise_id = $1 and sequence > $2",
		string(ent), end.sequence,
	)
	return first, err
}

// countBeforeStart returns the number of rows of a chain with a sequence number before the
// first.
func (db *DB) countBeforeStart(ctx context.Context, ent sso.EnterpriseID) (int64, error) {
	n, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber,
		"select count(*) from audit_events where enterprise_id = $1 and sequence < 1",
		string(ent),
	)
	return n, err
}
