package store

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const syncColumns = "id, enterprise_id, user_id, connection_id, attempt_id, mode, asserted, matched, unmatched, added, removed, near_misses, held_id, note, at"

func scanSync(r engine.Row) (s sso.SyncRecord, err error) {
	err = r.Scan(
		&s.ID, &s.Enterprise, &s.User, &s.Connection, &s.Attempt, &s.Mode, engine.JSON(&s.Asserted),
		engine.JSON(&s.Matched), engine.JSON(&s.Unmatched),
		engine.JSON(&s.Added),
		engine.JSON(&s.Removed), engine.JSON(&s.NearMisses), &s.Held,
		&s.Note, engine.Time(&s.At),
	)
	return s, err
}

func (t *tx) insertSync(s sso.SyncRecord) error {
	var texts [6]string
	for i, v := range []any{s.Asserted, s.Matched, s.Unmatched, s.Added, s.Removed, s.NearMisses} {
		var err error
		if texts[i], err = engine.JSONText(v); err != nil {
			return fmt.Errorf("write a sync record: %w", err)
		}
	}
	t.Queue(
		"insert into sync_records ("+syncColumns+
			") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		string(s.ID), string(s.Enterprise), string(s.User), string(s.Connection), string(s.Attempt),
		string(s.Mode),
		texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], string(s.Held),
		s.Note,
		engine.Micros(s.At),
	)
	return nil
}

// SyncRecords lists sync records, newest first.
func (db *DB) SyncRecords(
	ctx context.Context, ent sso.EnterpriseID, f sso.SyncFilter, page sso.Page,
) (_ []sso.SyncRecord, next string, err error) {
	defer func() { doing(&err, "list sync records") }()
	w := &engine.Where{}
	w.And("enterprise_id = ", string(ent))
	if err := andUser(ctx, db.sql, w, ent, f.User); err != nil {
		return nil, "", err
	}
	w.AndText("attempt_id = ", string(f.Attempt))
	w.AndTime("at >= ", f.Since)
	query := "select " + syncColumns + " from sync_records" +
		w.Page("id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanSync, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(s sso.SyncRecord) string {
		return string(s.ID)
	})
	return all, next, err
}

// SyncRecord returns one sync record.
func (db *DB) SyncRecord(ctx context.Context, ent sso.EnterpriseID, id sso.SyncRecordID) (_ sso.SyncRecord, err error) {
	defer func() { doing(&err, "find sync record") }()
	return found(engine.One(
		ctx, db.sql, scanSync,
		"select "+syncColumns+" from sync_records where enterprise_id = $1 and id = $2",
		string(ent), string(id),
	))
}
