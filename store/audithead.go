package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2" // which strand is tried first
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// The audit trail of an enterprise is one hash chain or several, its strands. A
// transaction adds to a strand that no other adds to, from its first statement to
// the commit. The trail begins with one strand. The first transaction that has to
// wait for it adds the others, and begins again, as do those that waited with it:
// they would otherwise follow each other. SQLite, with one writer, stays at one.

// maxStrands is how many transactions of one enterprise run at once without one
// waiting for the audit trail: those of a few nodes with 16 connections.
const maxStrands = 64

// numbersAtOnce is the increment of the sequence audit_numbers.
const numbersAtOnce = 4

// head is the end of a strand.
type head struct {
	enterprise sso.EnterpriseID
	strand     int64
	strands    int64 // how many there are, in strand 0
	position   int64 // of the last event, in the strand
	sequence   int64 // its number
	hash       sso.Hash
	mac        string
}

const headColumns = "enterprise_id, strand, strands, position, sequence, hash, mac"

func scanHead(r engine.Row) (h head, err error) {
	err = r.Scan(&h.enterprise, &h.strand, &h.strands, &h.position, &h.sequence, hexHash(&h.hash), &h.mac)
	return h, err
}

// trail is the audit trail that a transaction adds to, at the end of one strand.
type trail struct {
	head
	known  bool  // the enterprise exists
	locked bool  // the head was read and is locked until the commit
	forged bool  // its MAC is wrong; see forgedMAC
	waited bool  // all strands were locked
	grown  bool  // the transaction added to it
	number int64 // the next of the numbers that were taken
	left   int64 // how many of those are left
}

// openTrail queues what a transaction needs to know first to add to the trail of
// an enterprise.
func (t *tx) openTrail(ent sso.EnterpriseID) {
	t.trail = trail{
		head:  head{enterprise: ent},
		known: ent == "",
	}
	if ent != "" {
		t.QueueQuery(func(engine.Row) error {
			t.trail.known = true
			return nil
		}, "select id from enterprises where id = $1", string(ent))
	}
	t.lockStrand()
}

// lockStrand queues the lock of a strand that no other transaction has, from a
// random one on, so that none is always locked. If all are, it waits for the
// first. That comes before all narrower locks: a transaction that has a strand
// never waits for one.
func (t *tx) lockStrand() {
	for i, query := range t.db.sql.Dialect.LockFree(
		headColumns, "audit_heads", "enterprise_id = $1", "(strand + $2) % "+strconv.Itoa(maxStrands),
		"strand = 0 and $2 >= 0", !t.hasty,
	) {
		t.QueueQuery(func(r engine.Row) error {
			h, err := scanHead(r)
			if err != nil {
				return err
			}
			if i > 0 && t.hasty {
				return errBusyTrail
			}
			t.trail.head, t.trail.locked, t.trail.waited = h, true, i > 0
			t.trail.forged = !t.db.genuine(h)
			return nil
		}, query, string(t.trail.enterprise), rand.Int64N(maxStrands))
	}
}

// errBusyTrail ends a transaction that had to wait for a strand.
var errBusyTrail = errors.New("all strands of the audit trail were locked")

// growTrail adds the strands that the trail of an enterprise lacks.
func (db *DB) growTrail(ctx context.Context, ent sso.EnterpriseID) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		t.openTrail(ent)
		if err := t.needStrand(ctx); err != nil {
			return err
		}
		if t.trail.strand == 0 && t.trail.strands == 1 {
			t.addStrands()
		}
		return t.saveHead(ctx)
	})
}

// takeNumbers queues that the transaction takes numbers for its events. A
// transaction queues it after its locks, so that the numbers are in the order of
// transactions that waited for each other. One that does not takes them with its
// first event, in a round trip of its own.
func (t *tx) takeNumbers() {
	next := t.db.sql.Dialect.NextValue("audit_numbers")
	if next == "" {
		return
	}
	t.QueueQuery(func(r engine.Row) error {
		t.trail.left = numbersAtOnce
		return r.Scan(&t.trail.number)
	}, "select "+next)
}

// nextNumber returns the number of the next event.
func (t *tx) nextNumber(ctx context.Context) (int64, error) {
	if t.db.sql.Dialect.NextValue("audit_numbers") == "" {
		return t.trail.sequence + 1, nil
	}
	if t.trail.left == 0 {
		t.takeNumbers()
		if err := t.Flush(ctx); err != nil {
			return 0, err
		}
	}
	n := t.trail.number
	t.trail.number++
	t.trail.left--
	return n, nil
}

// insertTrail queues a new trail, of one strand, which this transaction then owns.
func (t *tx) insertTrail(ent sso.EnterpriseID) {
	t.trail = trail{
		head: head{
			enterprise: ent,
			strands:    1,
		},
		known:  true,
		locked: true,
	}
	t.Queue("insert into audit_trails (enterprise_id) values ($1)", string(ent))
	t.insertHead(t.trail.head)
}

func (t *tx) insertHead(h head) {
	t.Queue(
		"insert into audit_heads ("+headColumns+") values ($1, $2, $3, 0, 0, '', $4)",
		string(h.enterprise), h.strand, h.strands, t.db.headMAC(h),
	)
}

// needEnterprise sends what is queued, so that the transaction has its turn in the
// enterprise. It returns NotFound if the enterprise does not exist.
func (t *tx) needEnterprise(ctx context.Context) error {
	if !t.trail.known || !t.trail.locked {
		if err := t.Flush(ctx); err != nil {
			return err
		}
	}
	if !t.trail.known {
		return errMissing()
	}
	return nil
}

// needStrand makes sure that a strand is locked.
func (t *tx) needStrand(ctx context.Context) error {
	if err := t.needEnterprise(ctx); err != nil || t.trail.locked {
		return err
	}
	return errMissing()
}

// addStrands queues the strands that a trail with one lacks.
func (t *tx) addStrands() {
	for i := int64(1); i < maxStrands; i++ {
		t.insertHead(head{
			enterprise: t.trail.enterprise,
			strand:     i,
		})
	}
	t.trail.strands, t.trail.grown = maxStrands, true
}

// saveHead queues the new end of the strand.
func (t *tx) saveHead(ctx context.Context) error {
	if err := t.needEnterprise(ctx); err != nil {
		return err
	}
	if t.trail.waited && t.trail.strands == 1 {
		t.addStrands()
	}
	if !t.trail.grown {
		return nil
	}
	mac := t.db.headMAC(t.trail.head)
	if t.trail.forged {
		// Users can still sign in, but a valid MAC would hide the forgery.
		mac = forgedMAC
	}
	h := t.trail.head
	t.Queue(
		`update audit_heads set strands = $3, position = $4, sequence = $5, hash = $6, mac = $7
		where enterprise_id = $1 and strand = $2`,
		string(h.enterprise), h.strand, h.strands, h.position, h.sequence, h.hash.String(), mac,
	)
	return nil
}

// headMAC authenticates the end of a strand: without the key, a strand that was
// cut off cannot get a valid head, and one that was removed is missing in the
// number of strands.
func (db *DB) headMAC(h head) string {
	mac := hmac.New(sha256.New, db.auditKey)
	if h.strand == 0 && h.strands == 1 && h.position == h.sequence {
		// as before there were strands
		fmt.Fprintf(mac, "head|%s|%d|%s", h.enterprise, h.position, h.hash)
	} else {
		fmt.Fprintf(
			mac, "head|%s|%d|%d|%d|%d|%s", h.enterprise, h.strand, h.strands, h.position, h.sequence, h.hash,
		)
	}
	return sso.Hash(mac.Sum(nil)).String()
}

// genuine reports whether Gatehouse wrote a head.
func (db *DB) genuine(h head) bool {
	return hmac.Equal([]byte(h.mac), []byte(db.headMAC(h)))
}

// forgedMAC is stored as the MAC of a head that was found to be forged. Later
// changes keep it, so the head never verifies again.
const forgedMAC = "forged"

// isPlanted reports an audit event that could not be written because another row
// has its number.
func isPlanted(err error) bool { return engine.IsUniqueIn(err, "audit_events") }

// setAside moves rows after the last event of a trail into another table, so that
// planted rows cannot block sign-ins, and audits that.
func (db *DB) setAside(ctx context.Context, ent sso.EnterpriseID) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		t.openTrail(ent)
		// No event is being written while all strands are locked.
		heads, err := engine.List(
			ctx, t, scanHead,
			"select "+headColumns+" from audit_heads where enterprise_id = $1 order by strand"+
				t.db.sql.Dialect.ForUpdate,
			string(ent),
		)
		if err != nil {
			return err
		}
		t.takeNumbers()
		end := int64(0)
		for _, h := range heads {
			end = max(end, h.sequence)
		}
		const columns = "enterprise_id, sequence, strand, position, id, actor, action, target, detail, at, hash, " +
			"erased_by, erased_mac"
		moved, err := t.Exec(
			ctx,
			"insert into audit_set_aside ("+columns+", found_at) select "+columns+
				", $3 from audit_events where enterprise_id = $1 and sequence > $2",
			string(ent), end, engine.Micros(t.now),
		)
		if err != nil || moved == 0 {
			return err
		}
		t.Queue("delete from audit_events where enterprise_id = $1 and sequence > $2", string(ent), end)
		if err := t.audit(
			ctx, sso.ActorSystem, "audit.rows_set_aside", string(ent), "rows",
			strconv.FormatInt(moved, 10),
		); err != nil {
			return err
		}
		return t.saveHead(ctx)
	})
}

// AuditHeadsToLog returns at most limit heads of strands that grew since they were
// last returned, and marks them as logged. Each is returned to one node only; one
// that is held at that moment is returned later.
func (db *DB) AuditHeadsToLog(ctx context.Context, limit int) (heads []sso.AuditHead, err error) {
	defer func() { doing(&err, "mark the ends of audit chains as logged") }()
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		heads = nil
		return t.Query(ctx, func(r engine.Row) error {
			h, err := scanHead(r)
			if err != nil {
				return err
			}
			logged := sso.AuditHead{
				Enterprise: h.enterprise,
				Strand:     h.strand,
				Position:   h.position,
				Sequence:   h.sequence,
				Hash:       h.hash,
				At:         t.now,
				Forged:     !db.genuine(h),
			}
			logged.Signature = db.signHead(logged)
			heads = append(heads, logged)
			return nil
		}, `update audit_heads set logged = position
			where (enterprise_id, strand) in (select enterprise_id, strand from audit_heads where position > logged
				order by enterprise_id, strand limit $1`+t.db.sql.Dialect.SkipLocked+`)
			returning `+headColumns, limit)
	})
	return heads, err
}

// signHead returns the HMAC of a logged head under the key of the audit chains.
func (db *DB) signHead(h sso.AuditHead) sso.Hash {
	mac := hmac.New(sha256.New, db.auditKey)
	if h.Strand == 0 && h.Position == h.Sequence { // as before there were strands
		fmt.Fprintf(mac, "logged head|%s|%d|%s|%d", h.Enterprise, h.Sequence, h.Hash, engine.Micros(h.At))
	} else {
		fmt.Fprintf(
			mac, "logged head|%s|%d|%d|%d|%s|%d", h.Enterprise, h.Strand, h.Position, h.Sequence, h.Hash,
			engine.Micros(h.At),
		)
	}
	return sso.Hash(mac.Sum(nil))
}
