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

// forgedMAC is what a head carries from the moment it was found not to be what
// was written. No later change makes it look genuine again.
const forgedMAC = "forged"

// isPlanted reports an audit event that could not be written because another row
// has its place in the chain.
func isPlanted(err error) bool { return engine.IsUniqueIn(err, "audit_events") }

// setAside moves what lies behind the end of an enterprise's chain out of the
// way, and keeps it. Rows planted there must not keep the enterprise's people
// from signing in. The chain says what was found.
func (db *DB) setAside(ctx context.Context, ent sso.EnterpriseID) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		t.lockHead(ent)
		if err := t.needHead(ctx); err != nil {
			return err
		}
		const columns = "enterprise_id, sequence, id, actor, action, target, detail, at, hash"
		moved, err := t.Exec(ctx, "insert into audit_set_aside ("+columns+", found_at) select "+columns+
			", $3 from audit_events where enterprise_id = $1 and sequence > $2", string(ent), t.head.sequence, engine.Micros(t.now))
		if err != nil || moved == 0 {
			return err
		}
		t.Queue("delete from audit_events where enterprise_id = $1 and sequence > $2", string(ent), t.head.sequence)
		if err := t.audit(ctx, sso.ActorSystem, "audit.rows_set_aside", string(ent), "rows", strconv.FormatInt(moved, 10)); err != nil {
			return err
		}
		return t.saveHead(ctx)
	})
}

// AuditHeadsToLog returns the ends of chains that grew since they were returned
// last, at most limit of them, and marks them as logged: of several nodes, one
// gets each.
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
			where enterprise_id in (select enterprise_id from audit_heads where sequence > logged order by enterprise_id limit $1`+t.db.sql.Dialect.SkipLocked+`)
			returning enterprise_id, sequence, hash, mac`, limit)
	})
	return heads, err
}

// signHead is an HMAC over a logged head with the key of the audit chains.
func (db *DB) signHead(h sso.AuditHead) sso.Hash {
	mac := hmac.New(sha256.New, db.auditKey)
	fmt.Fprintf(mac, "logged head|%s|%d|%s|%d", h.Enterprise, h.Sequence, h.Hash, engine.Micros(h.At))
	return sso.Hash(mac.Sum(nil))
}

// VerifyLoggedHead compares a head that was logged with the chain as it is. The
// error is a *BrokenChainError if the chain no longer has that event, which
// means that it was set back, or if this database did not sign the head.
func (db *DB) VerifyLoggedHead(ctx context.Context, h sso.AuditHead) (err error) {
	defer func() { doing(&err, "verify a logged audit head") }()
	if signature := db.signHead(h); !hmac.Equal(h.Signature[:], signature[:]) {
		return &BrokenChainError{h.Enterprise, h.Sequence, "the line was not signed with the key of this database"}
	}
	var hash sso.Hash
	_, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (struct{}, error) { return struct{}{}, r.Scan(hexHash(&hash)) },
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

// behind returns the sequence number of the first row behind the end of a chain,
// 0 if there is none. It reads the rows before the end, so that an event that is
// being written is never behind it.
func (db *DB) behind(ctx context.Context, ent sso.EnterpriseID) (int64, error) {
	last, _, err := engine.One(ctx, db.sql, engine.ScanNumber, "select coalesce(max(sequence), 0) from audit_events where enterprise_id = $1", string(ent))
	if err != nil {
		return 0, err
	}
	end, _, err := db.readHead(ctx, ent)
	if err != nil || last <= end.sequence {
		return 0, err
	}
	first, _, err := engine.One(ctx, db.sql, engine.ScanNumber, "select coalesce(min(sequence), 0) from audit_events where enterprise_id = $1 and sequence > $2",
		string(ent), end.sequence)
	return first, err
}

// before returns how many rows of a chain have a number before the first.
func (db *DB) before(ctx context.Context, ent sso.EnterpriseID) (int64, error) {
	n, _, err := engine.One(ctx, db.sql, engine.ScanNumber, "select count(*) from audit_events where enterprise_id = $1 and sequence < 1", string(ent))
	return n, err
}
