package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// head is the end of an audit chain as a transaction read it.
type head struct {
	enterprise sso.EnterpriseID
	locked     bool // it was read and is locked until the commit
	forged     bool // its MAC is wrong; see forgedMAC
	sequence   int64
	hash       sso.Hash
	grown      bool
}

// lockHead queues the lock of a chain's head as the first statement of the
// transaction.
func (t *tx) lockHead(ent sso.EnterpriseID) {
	t.head = head{enterprise: ent}
	t.QueueQuery(func(r engine.Row) error {
		var mac string
		if err := r.Scan(&t.head.sequence, hexHash(&t.head.hash), &mac); err != nil {
			return err
		}
		t.head.locked = true
		t.head.forged = !hmac.Equal([]byte(mac), []byte(t.db.headMAC(t.head)))
		return nil
	}, "select sequence, hash, mac from audit_heads where enterprise_id = $1"+t.db.sql.Dialect.ForUpdate, string(ent))
}

// insertHead queues the head of a new chain, which this transaction then owns.
func (t *tx) insertHead(ent sso.EnterpriseID) {
	t.head = head{enterprise: ent, locked: true}
	t.Queue(
		"insert into audit_heads (enterprise_id, sequence, hash, mac) values ($1, 0, '', $2)",
		string(ent), t.db.headMAC(t.head),
	)
}

// needHead makes sure that the head is locked; it returns NotFound if the
// enterprise does not exist.
func (t *tx) needHead(ctx context.Context) error {
	if !t.head.locked {
		if err := t.Flush(ctx); err != nil {
			return err
		}
	}
	if !t.head.locked {
		return errMissing()
	}
	return nil
}

// audit adds an event to the chain. detail is alternating names and values; empty
// values are omitted.
func (t *tx) audit(ctx context.Context, by sso.Actor, action, target string, detail ...string) error {
	if err := t.needHead(ctx); err != nil {
		return err
	}
	e := sso.AuditEvent{
		ID:         sso.NewID[sso.EventID](t.now),
		Enterprise: t.head.enterprise,
		Sequence:   t.head.sequence + 1,
		Actor:      string(by),
		Action:     action,
		Target:     target,
		At:         t.now,
	}
	for i := 0; i+1 < len(detail); i += 2 {
		if detail[i+1] == "" {
			continue
		}
		if e.Detail == nil {
			e.Detail = map[string]string{}
		}
		e.Detail[detail[i]] = engine.Clean(detail[i+1], maxDetail)
	}
	var err error
	if e.Hash, err = t.db.chain(t.head.hash, e); err != nil {
		return err
	}
	text, err := engine.JSONText(e.Detail)
	if err != nil {
		return fmt.Errorf("write the detail of an audit event: %w", err)
	}
	t.Queue(`insert into audit_events (enterprise_id, sequence, id, actor, action, target, detail, at, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(e.Enterprise), e.Sequence, string(e.ID), e.Actor, e.Action, e.Target, text,
		engine.Micros(e.At), e.Hash.String())
	t.head.sequence, t.head.hash, t.head.grown = e.Sequence, e.Hash, true
	return nil
}

// saveHead queues the new end of the chain.
func (t *tx) saveHead(ctx context.Context) error {
	if err := t.needHead(ctx); err != nil {
		return err
	}
	if !t.head.grown {
		return nil
	}
	mac := t.db.headMAC(t.head)
	if t.head.forged {
		// Users can still sign in, but a valid MAC would hide the forgery.
		mac = forgedMAC
	}
	t.Queue("update audit_heads set sequence = $2, hash = $3, mac = $4 where enterprise_id = $1",
		string(t.head.enterprise), t.head.sequence, t.head.hash.String(), mac)
	return nil
}

// chain returns the hash of an event: an HMAC over the previous hash and all
// fields of the event.
func (db *DB) chain(before sso.Hash, e sso.AuditEvent) (sso.Hash, error) {
	canonical, err := json.Marshal(struct { // fields in this order, map keys sorted
		ID         sso.EventID
		Enterprise sso.EnterpriseID
		Sequence   int64
		Actor      string
		Action     string
		Target     string
		Detail     map[string]string
		At         int64
	}{
		e.ID, e.Enterprise, e.Sequence, e.Actor, e.Action, e.Target, e.Detail, engine.Micros(e.At),
	})
	if err != nil {
		return sso.Hash{}, fmt.Errorf("write an audit event down: %w", err)
	}
	mac := hmac.New(sha256.New, db.auditKey)
	mac.Write(before[:])
	mac.Write(canonical)
	return sso.Hash(mac.Sum(nil)), nil
}

// headMAC authenticates the end of a chain: without the key, a chain that was cut
// off cannot get a valid head.
func (db *DB) headMAC(h head) string {
	mac := hmac.New(sha256.New, db.auditKey)
	fmt.Fprintf(mac, "head|%s|%d|%s", h.enterprise, h.sequence, h.hash)
	return sso.Hash(mac.Sum(nil)).String()
}

const eventColumns = "id, enterprise_id, sequence, actor, action, target, detail, at, hash"

func scanEvent(r engine.Row) (e sso.AuditEvent, err error) {
	err = r.Scan(
		&e.ID, &e.Enterprise, &e.Sequence, &e.Actor, &e.Action, &e.Target, engine.JSON(&e.Detail),
		engine.Time(&e.At), hexHash(&e.Hash),
	)
	return e, err
}

// AuditEvents lists the events of an enterprise, newest first; "" is the
// instance.
func (db *DB) AuditEvents(
	ctx context.Context, ent sso.EnterpriseID, f sso.AuditFilter, page sso.Page,
) (_ []sso.AuditEvent, next string, err error) {
	defer func() { doing(&err, "list audit events") }()
	w := &engine.Where{}
	w.And("enterprise_id = ", string(ent))
	w.AndText("actor = ", f.Actor)
	w.AndText("action = ", f.Action)
	w.AndTime("at >= ", f.Since)
	if page.Cursor != "" {
		before, err := strconv.ParseInt(page.Cursor, 10, 64)
		if err != nil {
			return nil, "", errCursor().WithCause(err)
		}
		w.And("sequence < ", before)
	}
	// Rows after the end of the chain are not its events.
	w.Add(" and sequence <= (select sequence from audit_heads where enterprise_id = $1)")
	query := "select " + eventColumns + " from audit_events" +
		w.Page("sequence", "", page.Size(), true)
	events, err := engine.List(ctx, db.sql, scanEvent, query, w.Args()...)
	if err != nil {
		return nil, "", err
	}
	events, next = engine.CutPage(events, page.Size(), func(e sso.AuditEvent) string {
		return strconv.FormatInt(e.Sequence, 10)
	})
	return events, next, nil
}

// BrokenChainError says where an audit chain is not what was written.
type BrokenChainError struct {
	Enterprise sso.EnterpriseID
	Sequence   int64 // of the first event that is wrong or missing
	Reason     string
}

func (e *BrokenChainError) Error() string {
	return fmt.Sprintf(
		"audit chain of %q is broken at event %d: %s", e.Enterprise, e.Sequence, e.Reason,
	)
}

// VerifyAudit reads the whole chain of an enterprise and returns the number of
// its events. The error is a *BrokenChainError if an event was changed, removed,
// moved or cut off.
func (db *DB) VerifyAudit(ctx context.Context, ent sso.EnterpriseID) (events int, err error) {
	defer func() { doing(&err, "verify audit chain") }()
	end, mac, err := db.readHead(ctx, ent)
	if err != nil {
		return 0, err
	}
	broken := func(sequence int64, reason string) error {
		return &BrokenChainError{ent, sequence, reason}
	}
	if !hmac.Equal([]byte(mac), []byte(db.headMAC(end))) {
		return 0, broken(end.sequence, "its end was changed")
	}
	var last sso.AuditEvent
	for more := true; more; {
		more = false // until a row says otherwise
		err = db.sql.Query(ctx, func(r engine.Row) error {
			e, err := scanEvent(r)
			if err != nil {
				return err
			}
			if e.Sequence != last.Sequence+1 {
				return broken(last.Sequence+1, "it is missing")
			}
			hash, err := db.chain(last.Hash, e)
			if err != nil {
				return err
			}
			if hash != e.Hash {
				return broken(e.Sequence, "it is not what was written")
			}
			last, more = e, true
			events++
			return nil
		},
			"select "+eventColumns+
				" from audit_events where enterprise_id = $1 and sequence > $2 and sequence <= $3 order by sequence limit 2000",
			string(ent), last.Sequence, end.sequence)
		if err != nil {
			return events, err
		}
	}
	if last.Sequence != end.sequence || last.Hash != end.hash {
		return events, broken(last.Sequence+1, "events at the end are missing")
	}
	return events, db.verifyOutside(ctx, ent)
}

// verifyOutside looks for rows before the first event of a chain and after its
// end.
func (db *DB) verifyOutside(ctx context.Context, ent sso.EnterpriseID) error {
	n, err := db.countBeforeStart(ctx, ent)
	if err != nil {
		return err
	}
	if n > 0 {
		return &BrokenChainError{ent, 0, "a row was added before the first event"}
	}
	first, err := db.firstBehindEnd(ctx, ent)
	if err != nil {
		return err
	}
	if first > 0 {
		return &BrokenChainError{ent, first, "a row was added behind the last event"}
	}
	return nil
}

func (db *DB) readHead(ctx context.Context, ent sso.EnterpriseID) (head, string, error) {
	h, mac := head{enterprise: ent}, ""
	_, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (struct{}, error) {
		return struct{}{}, r.Scan(&h.sequence, hexHash(&h.hash), &mac)
	}, "select sequence, hash, mac from audit_heads where enterprise_id = $1", string(ent))
	if err == nil && !ok {
		err = errMissing()
	}
	return h, mac, err
}
