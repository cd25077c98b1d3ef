package store

import (
	"context"
	"errors"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	askedAtOnce = 100 // questions that one transaction of a move raises
	// moveAtOnce is how long the start of a move waits for its entries; the rest is
	// written in the background.
	moveAtOnce = 10 * time.Second
)

// applyMoveSoon writes entries of a move, as far as it gets in a short time. What is
// left, also after an error, which is logged, is written in the background.
func (db *DB) applyMoveSoon(ctx context.Context, m sso.Move) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), moveAtOnce)
	defer cancel()
	if err := db.applyMove(ctx, m.Enterprise, m.ID); err != nil {
		db.log.WarnContext(
			ctx, "a move is not ready yet; trying again in the background", "enterprise", m.Enterprise, "move", m.ID,
			"error", err,
		)
	}
}

// ApplyMoves goes on with the moves that are being collected, in short transactions.
// Sign-ins are not affected before all entries of a move are written.
func (db *DB) ApplyMoves(ctx context.Context) (err error) {
	defer func() { doing(&err, "apply moves") }()
	type pending struct {
		ent sso.EnterpriseID
		id  sso.MoveID
	}
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (p pending, err error) {
		err = r.Scan(&p.ent, &p.id)
		return p, err
	}, "select enterprise_id, id from moves where state = 'collecting' or asking order by created_at")
	if err != nil {
		return err
	}
	for _, p := range all {
		err = errors.Join(err, db.applyMove(ctx, p.ent, p.id))
	}
	return err
}

func (db *DB) applyMove(ctx context.Context, ent sso.EnterpriseID, id sso.MoveID) error {
	for more := true; more; {
		db.grown.users.add(movedAtOnce)
		err := db.change(ctx, ent, func(ctx context.Context, t *tx) (err error) {
			if err := t.needEnterprise(ctx); err != nil {
				return err
			}
			more, err = t.moveStep(ctx, ent, id)
			return err
		})
		if sso.KindOf(err) == sso.NotFoundKind { // the company was deleted meanwhile
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moveStep does a bounded part of a move, and reports whether something is left.
func (t *tx) moveStep(ctx context.Context, ent sso.EnterpriseID, id sso.MoveID) (more bool, err error) {
	m, ok, err := engine.One(
		ctx, t, scanMove,
		"select "+moveColumns+" from moves m where m.enterprise_id = $1 and m.id = $2 and (m.state = 'collecting' "+
			"or m.asking)"+t.db.sql.Dialect.ForUpdate,
		string(ent), string(id),
	)
	if err != nil || !ok {
		return false, err
	}
	if m.State == sso.MoveReady {
		return t.askMoved(ctx, m)
	}
	r := moveReader{
		Reader: t,
		db:     t.db,
		move:   m,
	}
	some, err := r.people(ctx, m.After)
	if err != nil {
		return false, err
	}
	for _, k := range some {
		t.insertEntry(m, k)
	}
	if len(some) == movedAtOnce {
		t.Queue(
			"update moves set after = $3 where enterprise_id = $1 and id = $2",
			string(ent), string(id), string(some[len(some)-1].user),
		)
		return true, nil
	}
	return true, t.finishMove(ctx, r)
}

func (t *tx) insertEntry(m sso.Move, k moving) {
	state, why := sso.MoveWaiting, sso.MoveReason("")
	if k.key == "" {
		state, why = sso.MoveUnmatched, sso.MoveNoValue
	}
	t.Queue(
		`insert into move_entries (enterprise_id, move_id, user_id, connection_id, value_key, state, why, other_id,
			decided_by, used_at, subject)
		values ($1, $2, $3, $4, $5, $6, $7, '', '', 0, '')
		on conflict (enterprise_id, move_id, user_id) do nothing`,
		string(m.Enterprise), string(m.ID), string(k.user), string(m.To), k.key, string(state), string(why),
	)
}

// finishMove plans the move as of now and makes it ready.
func (t *tx) finishMove(ctx context.Context, r moveReader) error {
	m := r.move
	all, err := engine.List(ctx, t, func(row engine.Row) (k moving, err error) {
		err = row.Scan(&k.user, &k.key)
		return k, err
	}, "select e.user_id, e.value_key from move_entries e where e.enterprise_id = $1 and e.move_id = $2 "+
		"order by e.user_id", string(m.Enterprise), string(m.ID))
	if err != nil {
		return err
	}
	plan, err := r.plan(ctx, all)
	if err != nil {
		return err
	}
	asking := false
	for _, e := range plan {
		m.Counts.Add(e.State, 1)
		asking = asking || e.Why == sso.MoveAtTarget
		if e.State == sso.MoveWaiting || e.Key == "" && e.State == sso.MoveUnmatched {
			continue // written so by its step
		}
		t.Queue(
			`update move_entries set state = $4, why = $5, other_id = $6
			where enterprise_id = $1 and move_id = $2 and user_id = $3`,
			string(m.Enterprise), string(m.ID), string(e.User), string(e.State), string(e.Why), string(e.Other),
		)
	}
	t.Queue(
		"update moves set state = 'ready', asking = $3, after = '', ready_at = $4 where enterprise_id = $1 and id = $2",
		string(m.Enterprise), string(m.ID), asking, engine.Micros(t.now),
	)
	return t.audit(
		ctx, m.CreatedBy, "move.ready", string(m.ID), "matched", strconv.Itoa(m.Counts.Waiting), "held",
		strconv.Itoa(m.Counts.Held), "unmatched", strconv.Itoa(m.Counts.Unmatched), "there",
		strconv.Itoa(m.Counts.There),
	)
}

// askMoved raises questions about accounts at the new connection that have the value
// of a moved user.
func (t *tx) askMoved(ctx context.Context, m sso.Move) (more bool, err error) {
	all, err := engine.List(ctx, t, func(r engine.Row) (e sso.MoveEntry, err error) {
		err = r.Scan(entryFields(&e)...)
		return e, err
	}, "select "+entryColumns+` from move_entries e where e.enterprise_id = $1 and e.move_id = $2 and e.user_id > $3
			and e.state = 'held' and e.why = 'at_target' order by e.user_id limit `+strconv.Itoa(askedAtOnce),
		string(m.Enterprise), string(m.ID), string(m.After))
	if err != nil {
		return false, err
	}
	for _, e := range all {
		m.After = e.User
		if err := t.askAtTarget(ctx, m, e); err != nil {
			return false, err
		}
	}
	more = len(all) == askedAtOnce
	t.Queue(
		"update moves set asking = $3, after = $4 where enterprise_id = $1 and id = $2",
		string(m.Enterprise), string(m.ID), more, string(m.After),
	)
	return more, nil
}

// askAtTarget asks whether the account at the new connection is the moved user's.
func (t *tx) askAtTarget(ctx context.Context, m sso.Move, e sso.MoveEntry) error {
	other, ok, err := findUser(ctx, t, m.Enterprise, e.Other)
	if err != nil || !ok || other.Status == sso.UserDeactivated {
		return err
	}
	q := sso.IdentityQuestion{
		Enterprise: m.Enterprise,
		Kind:       sso.QuestionMove,
		User:       other.ID,
		Holder:     e.User,
		Connection: m.To,
		Login:      other.Login,
		MoveKey:    e.Key,
	}
	if other.Status == sso.UserActive {
		q.Keeps = other.Login
	}
	return t.raiseQuestion(ctx, m.CreatedBy, q)
}
