package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// storedEvent is an audit event with the proof of what is left of it, if personal
// values were erased.
type storedEvent struct {
	sso.AuditEvent
	mac string
}

const storedEventColumns = eventColumns + ", erased_mac"

func scanStoredEvent(r engine.Row) (e storedEvent, err error) {
	err = r.Scan(append(eventFields(&e.AuditEvent), &e.mac)...)
	return e, err
}

// fits reports whether an event is what was written after the event with a hash, or
// what a deletion of a user left of it.
func (db *DB) fits(before sso.Hash, e storedEvent) (bool, error) {
	if e.ErasedBy != "" {
		mac, err := db.erasedMAC(before, e.AuditEvent)
		return err == nil && hmac.Equal([]byte(e.mac), []byte(mac)), err
	}
	hash, err := db.chain(before, e.AuditEvent)
	return err == nil && hmac.Equal(hash[:], e.Hash[:]), err
}

// erasedMAC authenticates what is left of an event. Its hash stays, so that the next
// event still fits and logged heads stay valid; only Gatehouse can make another text
// stand for the hash.
func (db *DB) erasedMAC(before sso.Hash, e sso.AuditEvent) (string, error) {
	canonical, err := json.Marshal(struct {
		Event  sso.AuditEvent // map keys sorted
		Before sso.Hash
		At     int64
	}{withoutTime(e), before, engine.Micros(e.At)})
	if err != nil {
		return "", fmt.Errorf("write what is left of an audit event down: %w", err)
	}
	mac := hmac.New(sha256.New, db.auditKey)
	mac.Write([]byte("erased|"))
	mac.Write(canonical)
	return sso.Hash(mac.Sum(nil)).String(), nil
}

// withoutTime returns the event without its time, whose text depends on the zone.
func withoutTime(e sso.AuditEvent) sso.AuditEvent {
	e.At = engine.FromMicros(0)
	return e
}

// redactTrail replaces the personal values in the events of a trail. An event that does
// not verify before does not verify afterwards either: a deletion hides no forgery.
func (e *erasing) redactTrail(ctx context.Context, trail sso.EnterpriseID, found []redaction) error {
	for _, r := range found {
		if err := e.saveRedaction(ctx, r); err != nil {
			return err
		}
	}
	return e.redactSetAside(ctx, trail)
}

// saveRedaction writes one event, unless another deletion changed it since it was read.
func (e *erasing) saveRedaction(ctx context.Context, r redaction) error {
	was, err := e.db.fits(r.before, r.event)
	if err != nil {
		return err
	}
	left := r.event.AuditEvent
	left.Detail, left.ErasedBy = r.detail, e.User
	mac := forgedMAC
	if was {
		if mac, err = e.db.erasedMAC(r.before, left); err != nil {
			return err
		}
	}
	text, err := engine.JSONText(left.Detail)
	if err != nil {
		return fmt.Errorf("write the detail of an audit event: %w", err)
	}
	n, err := e.Exec(
		ctx,
		`update audit_events set detail = $4, erased_by = $5, erased_mac = $6
		where enterprise_id = $1 and sequence = $2 and erased_mac = $3`,
		string(left.Enterprise), left.Sequence, r.event.mac, text, string(e.User), mac,
	)
	if err == nil && n == 0 {
		err = errErasedMeanwhile
	}
	return err
}

// redactSetAside replaces the personal values of rows that were set aside; they belong
// to no chain.
func (e *erasing) redactSetAside(ctx context.Context, trail sso.EnterpriseID) error {
	rows, err := engine.List(
		ctx, e.tx, scanEvent, "select "+eventColumns+" from audit_set_aside where enterprise_id = $1", string(trail),
	)
	if err != nil {
		return err
	}
	for _, row := range rows {
		detail, changed := e.redact(row)
		if !changed {
			continue
		}
		text, err := engine.JSONText(detail)
		if err != nil {
			return fmt.Errorf("write the detail of a row that was set aside: %w", err)
		}
		e.Queue(
			`update audit_set_aside set detail = $4, erased_by = $5
			where enterprise_id = $1 and sequence = $2 and id = $3`,
			string(trail), row.Sequence, string(row.ID), text, string(e.User),
		)
	}
	return nil
}

// personalMembers are the members of an event about a user that are personal, whatever
// their value; those that name the user in events about something else are replaced if
// the value is the user's alone.
func personalMembers() []string {
	return []string{
		"login", "login_was", "into_login", "email", "email_was", "name", "name_was", "subject", "external_id",
		"matched", "for", "user_name",
	}
}

// redact returns the detail of an event without the personal values of the user.
func (e *tracing) redact(event sso.AuditEvent) (map[string]string, bool) {
	about := e.targets[event.Target]
	var left map[string]string
	for member, value := range event.Detail {
		personal := slices.Contains(personalMembers(), member)
		hit := e.names(value) || personal && member != "name" && e.isOnly(value) ||
			about && (e.is(value) || personal && member != "into_login")
		if !hit || value == sso.Erased {
			continue
		}
		if left == nil {
			left = maps.Clone(event.Detail)
		}
		left[member] = sso.Erased
	}
	return left, left != nil
}
