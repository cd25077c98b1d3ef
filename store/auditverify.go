package store

import (
	"context"
	"crypto/hmac"
	"fmt"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// BrokenChainError says where an audit trail is not what was written.
type BrokenChainError struct {
	Enterprise sso.EnterpriseID
	Strand     int64
	Position   int64 // in the strand, of the first event that is wrong or missing
	After      int64 // the number of the event before it in the strand
	Reason     string
}

func (e *BrokenChainError) Error() string {
	return fmt.Sprintf("audit chain of %q is broken at %s: %s", e.Enterprise, e.Place(), e.Reason)
}

// Place returns where the trail is broken, in words.
func (e *BrokenChainError) Place() string {
	if e.Strand == 0 && e.After == e.Position-1 { // the number of each event is its position
		return fmt.Sprintf("event %d", e.Position)
	}
	return fmt.Sprintf("event %d of strand %d, after number %d", e.Position, e.Strand, e.After)
}

// VerifyAudit reads the whole audit trail of an enterprise and returns the number
// of its events. The error is a *BrokenChainError if an event was changed,
// removed, moved or cut off.
func (db *DB) VerifyAudit(ctx context.Context, ent sso.EnterpriseID) (events int, err error) {
	defer func() { doing(&err, "verify audit chain") }()
	heads, err := db.readHeads(ctx, ent)
	if err != nil {
		return 0, err
	}
	v := &verification{
		db:  db,
		ent: ent,
	}
	if err := v.checkHeads(heads); err != nil {
		return 0, err
	}
	if err := v.readEvents(ctx); err != nil {
		return v.events, err
	}
	if err := v.checkEnds(); err != nil {
		return v.events, err
	}
	return v.events, v.checkLater(ctx)
}

// verification reads the events of a trail in the order of their numbers, which
// is also that of each strand.
type verification struct {
	db      *DB
	ent     sso.EnterpriseID
	strands []strandCheck
	events  int
	later   []sso.AuditEvent // rows after the ends as they were read first
}

type strandCheck struct {
	end  head
	last sso.AuditEvent // that was verified
}

func (v *verification) broken(strand, position int64, reason string) error {
	e := &BrokenChainError{
		Enterprise: v.ent,
		Strand:     strand,
		Position:   position,
		Reason:     reason,
	}
	if strand >= 0 && strand < int64(len(v.strands)) {
		e.After = v.strands[strand].last.Sequence
	}
	return e
}

// checkHeads checks that Gatehouse wrote the ends, and that none is missing.
func (v *verification) checkHeads(heads []head) error {
	for i, h := range heads {
		if h.strand != int64(i) {
			return v.broken(int64(i), 0, "the strand is missing")
		}
		v.strands = append(v.strands, strandCheck{end: h})
		if !v.db.genuine(h) {
			return v.broken(h.strand, h.position, "its end was changed")
		}
	}
	if n := heads[0].strands; int64(len(heads)) != n {
		return v.broken(min(n, int64(len(heads))), 0, fmt.Sprintf("there are %d strands in place of %d", len(heads), n))
	}
	return nil
}

// readEvents verifies the events up to the ends.
func (v *verification) readEvents(ctx context.Context) error {
	if n, err := v.db.countBeforeStart(ctx, v.ent); err != nil || n > 0 {
		if err == nil {
			err = v.broken(0, 0, "a row was added before the first event")
		}
		return err
	}
	newest, _, err := engine.One(
		ctx, v.db.sql, engine.ScanNumber,
		"select coalesce(max(sequence), 0) from audit_events where enterprise_id = $1", string(v.ent),
	)
	if err != nil {
		return err
	}
	read := int64(0)
	for more := true; more; {
		more = false // until a row says otherwise
		err := v.db.sql.Query(ctx, func(r engine.Row) error {
			e, err := scanStoredEvent(r)
			if err != nil {
				return err
			}
			read, more = e.Sequence, true
			return v.check(e)
		},
			"select "+storedEventColumns+` from audit_events
			where enterprise_id = $1 and sequence > $2 and sequence <= $3 order by sequence limit 2000`,
			string(v.ent), read, newest)
		if err != nil {
			return err
		}
	}
	return nil
}

// check verifies one row.
func (v *verification) check(e storedEvent) error {
	if e.Strand < 0 || e.Strand >= int64(len(v.strands)) {
		// Strands may have been added meanwhile, after the ends were read.
		v.later = append(v.later, e.AuditEvent)
		return nil
	}
	s := &v.strands[e.Strand]
	if e.Position > s.end.position {
		v.later = append(v.later, e.AuditEvent)
		return nil
	}
	if e.Position != s.last.Position+1 {
		return v.broken(e.Strand, s.last.Position+1, "it is missing")
	}
	fits, err := v.db.fits(s.last.Hash, e)
	if err != nil {
		return err
	}
	if !fits {
		return v.broken(e.Strand, e.Position, "it is not what was written")
	}
	s.last = e.AuditEvent
	v.events++
	return nil
}

// checkEnds checks that each strand has its last event.
func (v *verification) checkEnds() error {
	for _, s := range v.strands {
		if s.last.Position != s.end.position || s.last.Hash != s.end.hash {
			return v.broken(s.end.strand, s.last.Position+1, "events at the end are missing")
		}
	}
	return nil
}

// checkLater looks for rows after the ends. The rows were read before the ends are
// read again, so an event that was written meanwhile is not after them.
func (v *verification) checkLater(ctx context.Context) error {
	if len(v.later) == 0 {
		return nil
	}
	heads, err := v.db.readHeads(ctx, v.ent)
	if err != nil {
		return err
	}
	for _, e := range v.later {
		if e.Strand < 0 || e.Strand >= int64(len(heads)) || e.Position > heads[e.Strand].position {
			return v.broken(e.Strand, e.Position, "a row was added behind the last event")
		}
	}
	return nil
}

// readHeads returns the ends of all strands, the first first.
func (db *DB) readHeads(ctx context.Context, ent sso.EnterpriseID) ([]head, error) {
	heads, err := engine.List(
		ctx, db.sql, scanHead,
		"select "+headColumns+" from audit_heads where enterprise_id = $1 order by strand", string(ent),
	)
	if err == nil && len(heads) == 0 {
		err = errMissing()
	}
	return heads, err
}

// countBeforeStart returns the number of rows of a trail with a number before the
// first.
func (db *DB) countBeforeStart(ctx context.Context, ent sso.EnterpriseID) (int64, error) {
	n, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber,
		"select count(*) from audit_events where enterprise_id = $1 and sequence < 1",
		string(ent),
	)
	return n, err
}

// VerifyLoggedHead compares a logged head with the trail. The error is a
// *BrokenChainError if the trail lacks that event, so was set back, or if this
// database did not sign the head.
func (db *DB) VerifyLoggedHead(ctx context.Context, h sso.AuditHead) (err error) {
	defer func() { doing(&err, "verify a logged audit head") }()
	broken := func(reason string) error {
		return &BrokenChainError{
			Enterprise: h.Enterprise,
			Strand:     h.Strand,
			Position:   h.Position,
			After:      h.Sequence - 1,
			Reason:     reason,
		}
	}
	if signature := db.signHead(h); !hmac.Equal(h.Signature[:], signature[:]) {
		return broken("the line was not signed with the key of this database")
	}
	e, ok, err := engine.One(
		ctx, db.sql, scanEvent,
		"select "+eventColumns+" from audit_events where enterprise_id = $1 and sequence = $2",
		string(h.Enterprise), h.Sequence,
	)
	switch {
	case err != nil:
		return err
	case !ok:
		return broken("the log has it, the chain does not")
	case e.Hash != h.Hash:
		return broken("the log has another event in its place")
	}
	return nil
}
