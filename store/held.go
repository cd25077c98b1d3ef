package store

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// hold queues a held sync, which supersedes the user's earlier one.
func (r *loginRecord) hold(record *sso.SyncRecord, changes sso.HeldChanges) error {
	text, err := engine.JSONText(changes)
	if err != nil {
		return fmt.Errorf("write a held sync: %w", err)
	}
	record.Held = sso.NewID[sso.HeldSyncID](r.tx.now)
	r.tx.Queue(
		"update held_syncs set state = $3, decided_at = $4 where enterprise_id = $1 and user_id = $2 and state = $5",
		string(r.ent), string(r.user.ID), string(sso.HeldSuperseded), engine.Micros(r.tx.now),
		string(sso.HeldWaiting),
	)
	r.tx.Queue(
		`insert into held_syncs (enterprise_id, id, user_id, connection_id, record_id, changes, state, at, decided_by, decided_at, cause, group_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, $9, $10)`,
		string(r.ent), string(record.Held), string(r.user.ID), string(record.Connection),
		string(record.ID), text, string(sso.HeldWaiting), engine.Micros(r.tx.now),
		string(changes.Cause), string(changes.Group),
	)
	return nil
}

// newerWord is true of a held sync after which the identity provider asserted
// something else for the user, so that the held changes are outdated. It is
// evaluated when read, so that sign-ins write nothing for it.
const newerWord = `exists (select 1 from sync_records r where r.enterprise_id = $1 and r.user_id = h.user_id and r.at > h.at
	and (r.mode in ('reset', 'reset-synced', 'add-only') or r.held_id <> ''))`

const heldState = "case when h.state = 'waiting' and " + newerWord +
	" then 'superseded' else h.state end"

const selectHeld = `select x.id, x.enterprise_id, x.user_id, x.connection_id, x.record_id, x.changes, x.now_is, x.at, x.decided_by, x.decided_at, x.cause, x.group_id
	from (select h.*, ` + heldState + ` as now_is from held_syncs h where h.enterprise_id = $1) x`

func scanHeld(r engine.Row) (h sso.HeldSync, err error) {
	err = r.Scan(
		&h.ID, &h.Enterprise, &h.User, &h.Connection, &h.Record, engine.JSON(&h.Changes), &h.State,
		engine.Time(&h.At), &h.DecidedBy, engine.Time(&h.DecidedAt), &h.Changes.Cause,
		&h.Changes.Group,
	)
	return h, err
}

// HeldSyncs lists held syncs in any state, newest first.
func (db *DB) HeldSyncs(
	ctx context.Context, ent sso.EnterpriseID, f sso.HeldFilter, page sso.Page,
) (_ []sso.HeldSync, next string, err error) {
	defer func() { doing(&err, "list held syncs") }()
	w := &engine.Where{}
	w.And("x.enterprise_id = ", string(ent))
	w.AndText("x.user_id = ", string(f.User))
	w.AndText("x.now_is = ", string(f.State))
	w.AndText("x.cause = ", string(f.Cause))
	w.AndText("x.connection_id = ", string(f.Connection))
	w.AndText("x.group_id = ", string(f.Group))
	query := selectHeld + w.Page("x.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanHeld, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(h sso.HeldSync) string {
		return string(h.ID)
	})
	return all, next, err
}

// HeldSync returns one held sync.
func (db *DB) HeldSync(ctx context.Context, ent sso.EnterpriseID, id sso.HeldSyncID) (_ sso.HeldSync, err error) {
	defer func() { doing(&err, "find held sync") }()
	return found(findHeld(ctx, db.sql, ent, id))
}

func findHeld(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.HeldSyncID,
) (sso.HeldSync, bool, error) {
	return engine.One(
		ctx, r, scanHeld, selectHeld+" where x.enterprise_id = $1 and x.id = $2",
		string(ent), string(id),
	)
}

// ApproveHeldSync makes the held changes, as far as the groups still exist, and
// stores a sync record. A held sync that is decided is Conflict
// "held_sync_decided".
func (db *DB) ApproveHeldSync(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.HeldSyncID,
) (_ sso.HeldSync, err error) {
	defer func() { doing(&err, "approve held sync") }()
	return db.decideHeld(ctx, by, ent, id, sso.HeldApproved, (*tx).approveHeld)
}

func (t *tx) approveHeld(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, h sso.HeldSync) error {
	before, _, err := engine.One(
		ctx, t, scanSync,
		"select "+syncColumns+" from sync_records where enterprise_id = $1 and id = $2",
		string(ent), string(h.Record),
	)
	if err != nil {
		return err
	}
	m := membershipChange{
		user:   h.User,
		cause:  string(by),
		add:    h.Changes.Add,
		remove: h.Changes.Remove,
		record: sso.SyncRecord{
			Connection: h.Connection,
			Attempt:    before.Attempt,
			Mode:       h.Changes.Mode,
			Asserted:   before.Asserted,
			Matched:    before.Matched,
			Unmatched:  before.Unmatched,
			Note:       "What the brake had held was approved by " + string(by) + ".",
		},
	}
	if err := t.changeMemberships(ctx, ent, &m); err != nil {
		return err
	}
	t.invalidate(h.User)
	return t.audit(
		ctx, by, "sync.approved", string(h.User), "held", string(h.ID), "cause",
		string(h.Changes.Cause), "record", string(m.record.ID),
		"added", groupNames(m.record.Added),
		"removed", groupNames(m.record.Removed),
	)
}

// DiscardHeldSync drops the held changes. A held sync that is decided is Conflict
// "held_sync_decided".
func (db *DB) DiscardHeldSync(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.HeldSyncID,
) (_ sso.HeldSync, err error) {
	defer func() { doing(&err, "discard held sync") }()
	return db.decideHeld(ctx, by, ent, id, sso.HeldDiscarded, (*tx).discardHeld)
}

func (t *tx) discardHeld(ctx context.Context, by sso.Actor, _ sso.EnterpriseID, h sso.HeldSync) error {
	return t.audit(
		ctx, by, "sync.discarded", string(h.User), "held", string(h.ID), "cause",
		string(h.Changes.Cause),
	)
}

// discardHeldOf discards all waiting syncs of a connection that is being deleted
// and returns their number. Its stops are deleted with it.
func (t *tx) discardHeldOf(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (int, error) {
	all, err := engine.List(
		ctx, t, engine.ScanText,
		`update held_syncs as h set state = $3, decided_by = $4, decided_at = $5
		where h.enterprise_id = $1 and h.connection_id = $2 and h.state = 'waiting' and not `+
			newerWord+` returning id`,
		string(ent), string(id), string(sso.HeldDiscarded), string(by), engine.Micros(t.now),
	)
	return len(all), err
}

// decided queues the decision of a held sync.
func (t *tx) decided(by sso.Actor, ent sso.EnterpriseID, id sso.HeldSyncID, state sso.HeldState) {
	t.Queue("update held_syncs set state = $3, decided_by = $4, decided_at = $5 where enterprise_id = $1 and id = $2",
		string(ent), string(id), string(state), string(by), engine.Micros(t.now))
}

func (db *DB) decideHeld(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	id sso.HeldSyncID,
	state sso.HeldState,
	do func(*tx, context.Context, sso.Actor, sso.EnterpriseID, sso.HeldSync) error,
) (h sso.HeldSync, err error) {
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if h, err = found(findHeld(ctx, t, ent, id)); err != nil {
			return err
		}
		if h.State != sso.HeldWaiting {
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   "held_sync_decided",
				Public: "This does not wait any more: it was decided, or the identity provider has said something else since.",
			}
		}
		h.State, h.DecidedBy, h.DecidedAt = state, by, t.now
		t.decided(by, ent, id, state)
		return do(t, ctx, by, ent, h)
	})
	if err != nil {
		return sso.HeldSync{}, err
	}
	return h, nil
}
