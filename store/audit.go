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

// audit adds an event to the chain. detail is alternating names and values; empty
// values are omitted.
func (t *tx) audit(ctx context.Context, by sso.Actor, action, target string, detail ...string) error {
	if err := t.needStrand(ctx); err != nil {
		return err
	}
	number, err := t.nextNumber(ctx)
	if err != nil {
		return err
	}
	e := sso.AuditEvent{
		ID:         sso.NewID[sso.EventID](t.now),
		Enterprise: t.trail.enterprise,
		Sequence:   number,
		Strand:     t.trail.strand,
		Position:   t.trail.position + 1,
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
	if e.Hash, err = t.db.chain(t.trail.hash, e); err != nil {
		return err
	}
	text, err := engine.JSONText(e.Detail)
	if err != nil {
		return fmt.Errorf("write the detail of an audit event: %w", err)
	}
	t.Queue(`insert into audit_events (
			enterprise_id, sequence, strand, position, id, actor, action, target, detail, at, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		string(e.Enterprise), e.Sequence, e.Strand, e.Position, string(e.ID), e.Actor, e.Action, e.Target, text,
		engine.Micros(e.At), e.Hash.String())
	t.trail.sequence, t.trail.position, t.trail.hash = e.Sequence, e.Position, e.Hash
	t.trail.grown = true
	return nil
}

// chain returns the hash of an event: an HMAC over the previous hash and all
// fields of the event.
func (db *DB) chain(before sso.Hash, e sso.AuditEvent) (sso.Hash, error) {
	fields := struct { // in this order, map keys sorted
		ID         sso.EventID
		Enterprise sso.EnterpriseID
		Sequence   int64
		Actor      string
		Action     string
		Target     string
		Detail     map[string]string
		At         int64
		Strand     int64 `json:",omitempty"`
		Position   int64 `json:",omitempty"`
	}{
		e.ID, e.Enterprise, e.Sequence, e.Actor, e.Action, e.Target, e.Detail, engine.Micros(e.At), e.Strand,
		e.Position,
	}
	if e.Strand == 0 && e.Position == e.Sequence {
		fields.Position = 0 // as before there were strands
	}
	canonical, err := json.Marshal(fields)
	if err != nil {
		return sso.Hash{}, fmt.Errorf("write an audit event down: %w", err)
	}
	mac := hmac.New(sha256.New, db.auditKey)
	mac.Write(before[:])
	mac.Write(canonical)
	return sso.Hash(mac.Sum(nil)), nil
}

const (
	eventColumns = "id, enterprise_id, sequence, strand, " + eventPosition +
		", actor, action, target, detail, at, hash, erased_by"
	// eventPosition reads events from before there were strands, too.
	eventPosition = "case when position = 0 then sequence else position end"
)

func eventFields(e *sso.AuditEvent) []any {
	return []any{
		&e.ID, &e.Enterprise, &e.Sequence, &e.Strand, &e.Position,
		&e.Actor, &e.Action, &e.Target, engine.JSON(&e.Detail),
		engine.Time(&e.At), hexHash(&e.Hash), &e.ErasedBy,
	}
}

func scanEvent(r engine.Row) (e sso.AuditEvent, err error) {
	err = r.Scan(eventFields(&e)...)
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
	// Rows after the end of a strand are not its events.
	w.Add(" and " + eventPosition +
		" <= (select h.position from audit_heads h where h.enterprise_id = $1 and h.strand = audit_events.strand)")
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
